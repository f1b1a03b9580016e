"""What is told of accounts and organisations. Those marked `letter` go to an address, whether or
not it has an account yet, and stand in no inbox."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.kinds import Group, Kind, Mail

ACCOUNT = _("关系到账号本身，不能关闭邮件。")
MEMBERS = ("applicant",)
OFFICE = ("secretariat",)


def _letter(code: str, label: object, subject: object, body: object, *variables: str) -> Kind:
    return Kind(
        code,
        Group.ACCOUNTS,
        label,
        subject,
        body,
        variables,
        needed=("link",) if "link" in variables else (),
        mail=Mail.ALWAYS,
        why_always=ACCOUNT,
        readers=(),
        letter=True,
    )


KINDS = (
    Kind(
        "admission_waits",
        Group.ACCOUNTS,
        _("单位事项待办理"),
        _("有一项单位事项待您办理"),
        _("{kind}"),
        ("kind",),
        readers=OFFICE,
        to_the_group=True,
    ),
    Kind(
        "role_changed",
        Group.ACCOUNTS,
        _("成员角色更改"),
        _("您的成员角色已更改"),
        _("您在“{organisation}”的成员角色现为“{role}”。"),
        ("organisation", "role"),
        mail=Mail.ALWAYS,
        why_always=ACCOUNT,
        readers=MEMBERS,
    ),
    Kind(
        "owner_appointed",
        Group.ACCOUNTS,
        _("秘书处邀请了新的负责人"),
        _("秘书处为本单位邀请了新的负责人"),
        _(
            "应“{organisation}”的书面请求，秘书处邀请了一位新的负责人。如果您不知情，请立即联系秘书处。"
        ),
        ("organisation",),
        mail=Mail.ALWAYS,
        why_always=ACCOUNT,
        readers=MEMBERS,
    ),
    Kind(
        "asks_to_join",
        Group.ACCOUNTS,
        _("有人申请加入本单位"),
        _("有人申请加入本单位"),
        _(
            "{person}（{email}）申请加入“{organisation}”。平台没有核实此人身份；认识的话，请在“本单位”页邀请其加入，不认识请忽略。"
        ),
        ("person", "email", "organisation"),
        readers=MEMBERS,
    ),
    Kind(
        "name_changed",
        Group.ACCOUNTS,
        _("更名申请已同意"),
        _("更名申请已同意"),
        _("“{old}”已更名为“{new}”。此后的文件使用新名称，此前发出的文件和证书保留原名称。"),
        ("old", "new"),
        readers=MEMBERS,
    ),
    Kind(
        "name_change_refused",
        Group.ACCOUNTS,
        _("更名申请未获同意"),
        _("更名申请未获同意"),
        _("“{old}”更名为“{new}”的申请未获同意。理由：\n\n{reason}"),
        ("old", "new", "reason"),
        readers=MEMBERS,
    ),
    _letter(
        "confirm_registration",
        _("确认邮箱地址"),
        _("请确认邮箱地址，完成单位登记"),
        _(
            "有人用此邮箱地址在平台为“{organisation}”登记账号。如果是您本人，请在 7 天内打开下面的链接确认，登记申请随即送交秘书处：\n\n{link}\n\n如果不是您，请忽略本邮件，登记不会生效。"
        ),
        "organisation",
        "link",
    ),
    _letter(
        "reset_password",
        _("重置密码"),
        _("重置工业智算基地评估平台的密码"),
        _(
            "有人为此邮箱地址的账号申请重置密码。如果是您本人，请打开下面的链接设置新密码：\n\n{link}\n\n链接只能使用一次。如果不是您申请的，请忽略本邮件，密码不会改变。"
        ),
        "link",
    ),
    _letter(
        "unknown_account",
        _("用没有账号的邮箱申请重置密码"),
        _("重置工业智算基地评估平台的密码"),
        _(
            "有人用此邮箱地址申请重置密码，但平台上没有使用此地址的账号。账号可能登记了别的邮箱地址；如需开通账号，请联系秘书处。"
        ),
    ),
    _letter(
        "account_exists",
        _("登记时发现已有账号"),
        _("此邮箱地址已有平台账号"),
        _(
            "有人用此邮箱地址申请登记单位，但此地址已有平台账号，没有重复登记。\n\n忘记密码时，请在此重置：{link}\n账号已停用或已离开原单位时，请联系秘书处，或请新单位的负责人邀请您。\n\n如果不是您本人，请忽略本邮件。"
        ),
        "link",
    ),
    _letter(
        "registration_waits",
        _("登记申请已送交"),
        _("单位登记申请已送交秘书处"),
        _(
            "“{organisation}”的登记申请已送交秘书处核对。有结果时会再发邮件给您。随时可在此查看进展：\n\n{link}"
        ),
        "organisation",
        "link",
    ),
    _letter(
        "registration_refused",
        _("登记申请未通过"),
        _("单位登记申请未通过"),
        _(
            "秘书处未通过“{organisation}”的登记申请。理由：\n\n{reason}\n\n您可以在此修改后重新提交，已填写的内容都还在：\n\n{link}"
        ),
        "organisation",
        "reason",
        "link",
    ),
    _letter(
        "invitation",
        _("邀请加入单位"),
        _("邀请您加入“{organisation}”"),
        _(
            "“{organisation}”邀请您以“{role}”的身份加入工业智算基地评估平台。请在 {until} 前打开下面的链接，设置密码后即可登录：\n\n{link}\n\n链接只能使用一次。如果您不认识该单位，请忽略本邮件。"
        ),
        "organisation",
        "role",
        "until",
        "link",
    ),
    _letter(
        "pool_invitation",
        _("邀请加入专家库"),
        _("邀请您加入工业智算基地评估专家库"),
        _(
            "秘书处邀请您加入工业智算基地评估专家库。请在 {until} 前打开下面的链接，设置密码，然后登录核对并补全您的专家档案：\n\n{link}\n\n链接只能使用一次。如果您不愿加入，无需答复。"
        ),
        "until",
        "link",
    ),
    _letter(
        "removed",
        _("被移出单位"),
        _("您已不再是单位成员"),
        _(
            "您已被移出“{organisation}”，账号不能再登录。您做过的操作仍署您的姓名。如有疑问，请联系该单位负责人或秘书处。"
        ),
        "organisation",
    ),
    _letter(
        "help_refused",
        _("加入或负责人变更申请未获同意"),
        _("您的申请未获同意"),
        _("您关于“{organisation}”的“{kind}”申请未获同意。理由：\n\n{reason}"),
        "organisation",
        "kind",
        "reason",
    ),
)
