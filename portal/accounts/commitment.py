"""真实性承诺书: what a registering organisation commits itself to. The text as it was shown is
kept with the registration, so that changing it here changes nothing that was promised before."""

from django.utils.translation import gettext as _


def title() -> str:
    return _("真实性承诺书")


def paragraphs() -> list[str]:
    """The commitment in the reader's language."""
    return [
        _("本单位自愿在工业智算基地评估平台登记，并郑重承诺："),
        _(
            "一、所填写的单位信息、所上传的营业执照以及今后提交的申报书和证明材料真实、准确、完整、有效。"
        ),
        _("二、办理登记的人员已获本单位授权；以本单位账号进行的操作，由本单位承担责任。"),
        _("三、单位名称、负责人或联系方式变更时，及时在平台办理更改。"),
        _("四、妥善保管账号和密钥，人员离岗时及时收回权限。"),
        _("五、如有虚假或隐瞒，接受退回申报、终止评估、取消认定等处理，并承担由此产生的责任。"),
    ]


def text() -> str:
    """What is kept."""
    return "\n".join([title(), *paragraphs()])
