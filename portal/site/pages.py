"""The public pages as 搜索 finds them: their names, what is done there, and what else people call it,
in both languages whatever the reader's."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    url: str
    name: Promise
    about: Promise
    called: str = ""

    @property
    def names(self) -> str:
        return _both(self.name)

    @property
    def text(self) -> str:
        return " ".join([self.names, _both(self.about), self.called])


@cache
def _both(words: Any) -> str:
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(str(words))
    return " ".join(said)


# Latin words in the plural: the singular stands in it.
PAGES = (
    Page(
        "site:verify",
        _("证书查验"),
        _("按编号、二维码或 PDF 文件查验证书是否真实、认定现在是否有效。"),
        "验证 验真 真伪 扫码 编号查询 authenticity QR codes checks",  # not translated: looked for
    ),
    Page(
        "site:register",
        _("名录"),
        _("已认定的基地和它们的证书：有效、整改中、已暂停和已取消的。"),
        "名单 目录 证书查询 已认定基地 certificates lists bases",  # not translated: looked for
    ),
    Page(
        "site:notices",
        _("公示"),
        _("公布的评估结果；公示期内任何人都可以提出异议。"),
        "公告 结果公布 提出异议 notices results objections",  # not translated: looked for
    ),
    Page(
        "site:objection_state",
        _("异议办理进展"),
        _("凭编号和查询码查看异议的受理、核查和答复；在公示的页面提出异议。"),
        "异议办理 异议查询 申诉 投诉 objections appeals complaints",  # not translated: looked for
    ),
    Page(
        "site:self_test",
        _("自评"),
        _("填入现有数据，随填随算三个维度和总分，不需要账号。"),
        "自测 自评估 打分 计算得分 达标 scores calculators",  # not translated: looked for
    ),
    Page(
        "site:indicators",
        _("评估指标"),
        _("评估标准的全部指标、五类要求和评分规则。"),
        "评分标准 打分规则 规范 standards requirements criteria",  # not translated: looked for
    ),
    Page(
        "site:steps",
        _("评估流程"),
        _("从提交申报到年审的七个步骤：由谁办理、等待什么。"),
        "七步 办理流程 申报步骤 申请 申报材料 程序 时限 process steps procedures apply",  # not translated: looked for
    ),
    Page(
        "site:readings",
        _("规范释义"),
        _("规范未写明、前后不一或有误印之处如何处理。"),
        "解释 条款说明 readings interpretations clauses",  # not translated: looked for
    ),
    Page(
        "accounts:register",
        _("登记单位"),
        _("申报单位首次使用平台时登记，由秘书处核对后开通账号。"),
        "注册 开户 申请账号 申报入口 sign up registrations accounts",  # not translated: looked for
    ),
    Page(
        "accounts:recover",
        _("找回账号或加入单位"),
        _("忘记用户名，或同事已登记单位时加入。"),
        "忘记密码 登录不了 lost passwords accounts",  # not translated: looked for
    ),
    Page(
        "site:misuse",
        _("举报名称滥用"),
        _("举报伪造的证书和对认定名称的滥用。"),
        "投诉 假证书 冒用 forged fake certificates reports",  # not translated: looked for
    ),
    Page(
        "site:verify_offline",
        _("离线核对签名"),
        _("不经过本站，核对证书 PDF 的电子签名。"),
        "数字签名 验签 签章 signatures certificates",  # not translated: looked for
    ),
    Page(
        "site:guides",
        _("使用帮助"),
        _("申报单位、专家、秘书处和运维各有一份，按要办的事查看。"),
        "指南 手册 说明 帮助 申请 申报 apply guides manuals",  # not translated: looked for
    ),
    Page(
        "dataaccess:docs",
        _("接口文档"),
        _("附录 B 三个数据接入接口的说明、示例和机器可读的描述。"),
        "数据接口 数据上报 开发 API interfaces OpenAPI",  # not translated: looked for
    ),
    Page(
        "site:about",
        _("关于平台"),
        _("平台由谁运行、依据什么、怎样联系。"),
        "联系 联系方式 电话 地址 秘书处 contacts telephones",  # not translated: looked for
    ),
)
