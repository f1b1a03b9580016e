"""What is told of the data of Appendix B."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.kinds import Group, Kind, Mail

STATUTORY = _("数据统计要求（8.4.4 b）须送达本人，不能关闭邮件。")
OPERATORS = ("applicant",)
CENTRE = ("secretariat",)
_CALL = ("base", "title", "interfaces", "reason", "deadline")
_ABOUT_THE_CALL = _(
    "基地：{base}\n要求：{title}\n接口：{interfaces}\n事由：{reason}\n截止：{deadline}\n\n"
    "调用所列接口上报最新数据即为答复，详见基地页面；该期间没有安全事件的，在这项要求的页面上答复即可。"
)

KINDS = (
    Kind(
        "window_missed",
        Group.DATA,
        _("上报时段未收到算力信息"),
        _("未收到{base}{day}的算力信息"),
        _(
            "{base}{day}的上报时段（{window}）已结束，尚未收到当天的算力信息。\n\n"
            "请检查上报程序后尽快补送：当天送达记为窗口外，以后送达记为补报。"
            "计划停机请事先在基地页面报备。"
        ),
        ("base", "day", "window"),
        readers=OPERATORS,
    ),
    Kind(
        "windows_missed",
        Group.DATA,
        _("有基地未在时段内上报"),
        _("{day} {window}：{count}个基地未上报"),
        _("{day}的上报时段（{window}）已结束，以下基地未上报：\n\n{names}"),
        ("day", "window", "count", "names"),
        readers=CENTRE,
        to_the_group=True,
    ),
    Kind(
        "question",
        Group.DATA,
        _("上报数据待说明"),
        _("请说明{base}{day}的上报数据"),
        _(
            "{base}{day}的上报数据有不合常理之处：\n\n{what}\n\n"
            "请说明原因；有误的请更正后重发，更正后不再存疑的自动办结。数据照收，不影响按时率。"
        ),
        ("base", "day", "what"),
        readers=OPERATORS,
    ),
    Kind(
        "question_answered",
        Group.DATA,
        _("基地已说明上报数据"),
        _("{base}已说明{day}的上报数据"),
        _("{base}已说明{day}的上报数据，请查看并办结。"),
        ("base", "day"),
        readers=CENTRE,
    ),
    Kind(
        "question_settled",
        Group.DATA,
        _("上报数据更正后不再存疑"),
        _("{base}{day}的上报数据已更正，不必再说明"),
        _("{base}{day}的上报数据已更正，不再存疑，以下询问自动办结，不必再说明：\n\n{what}"),
        ("base", "day", "what"),
        readers=OPERATORS,
    ),
    Kind(
        "question_closed",
        Group.DATA,
        _("上报数据的询问已办结"),
        _("关于{base}{day}上报数据的询问已办结"),
        _("关于{base}{day}上报数据的询问已办结，不必再说明。处理意见：{remark}"),
        ("base", "day", "remark"),
        readers=OPERATORS,
    ),
    Kind(
        "key_revoked",
        Group.DATA,
        _("接口密钥被吊销"),
        _("{base}的接口密钥 {prefix}… 已被吊销"),
        _(
            "{base}的接口密钥 {prefix}… 已被安全管理员吊销，使用它的程序不能再上报。\n\n"
            "请查明原因，在基地页面签发新密钥并更换配置。"
        ),
        ("base", "prefix"),
        mail=Mail.ALWAYS,
        why_always=_("密钥失效会使上报中断，不能关闭邮件。"),
        readers=OPERATORS,
    ),
    Kind(
        "key_changed",
        Group.DATA,
        _("接口密钥的来源网段被修改"),
        _("{base}的接口密钥 {prefix}… 改了来源网段"),
        _(
            "安全管理员修改了{base}的接口密钥 {prefix}… 的来源网段，现为：{networks}。\n\n"
            "上报程序不在其中的，上报会被拒绝；请核对，不对的在密钥页面改回。"
        ),
        ("base", "prefix", "networks"),
        readers=OPERATORS,
    ),
    *(
        Kind(
            code,
            Group.DATA,
            label,
            subject,
            _ABOUT_THE_CALL,
            _CALL,
            mail=Mail.ALWAYS,
            why_always=STATUTORY,
            readers=OPERATORS,
        )
        for code, label, subject in (
            ("data_call", _("数据统计要求"), _("数据统计要求：{title}")),
            ("data_call_withdrawn", _("数据统计要求已撤回"), _("已撤回：{title}")),
            ("data_call_reminder", _("数据统计要求临近截止"), _("请尽快答复：{title}")),
            ("data_call_overdue", _("数据统计要求已逾期"), _("已逾期：{title}")),
        )
    ),
    Kind(
        "data_calls_unanswered",
        Group.DATA,
        _("有基地逾期未答复数据统计要求"),
        _("{title}：{count}个基地逾期未答复"),
        _("截止时刻（{deadline}）已过，以下基地未答复：\n\n{names}"),
        ("title", "count", "deadline", "names"),
        readers=CENTRE,
        to_the_group=True,
    ),
)
