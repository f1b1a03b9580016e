"""What is told of cases, experts' work, deadlines and certificates."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.kinds import Group, Kind, Mail

STATUTORY = _("正式通知，须送达本人，不能关闭邮件。")
APPLICANT = ("applicant",)
OFFICE = ("secretariat", "decider")
EXPERT = ("expert",)

KINDS = (
    Kind(
        "case_moved",
        Group.CASES,
        _("案卷进入新的步骤，或待本单位办理"),
        _("案卷{number}进入“{step}”"),
        _("{awaits}"),
        ("number", "step", "state", "awaits"),
        readers=APPLICANT,
    ),
    Kind(
        "deficiency_notice",
        Group.CASES,
        _("补正通知"),
        _("案卷{number}：补正通知"),
        _(
            "材料初审发现{count}处须补正。请在{deadline}前逐项补正并重新提交；补正通知可在案卷页下载。"
        ),
        ("number", "count", "deadline"),
        needed=("deadline",),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=APPLICANT,
    ),
    Kind(
        "application_returned",
        Group.CASES,
        _("申报或协议被退回"),
        _("案卷{number}：已退回修改"),
        _("退回理由：{reason}\n\n{awaits}"),
        ("number", "reason", "awaits"),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=APPLICANT,
    ),
    Kind(
        "result_published",
        Group.CASES,
        _("评估结果公布"),
        _("案卷{number}：评估结果已公布"),
        _("评估结果已公布并公示，异议期至{deadline}止。结果与逐项得分可在案卷页查看。"),
        ("number", "deadline"),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=APPLICANT,
    ),
    Kind(
        "decided",
        Group.CASES,
        _("认定决定"),
        _("案卷{number}：{state}"),
        _("{awaits}"),
        ("number", "state", "awaits"),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=APPLICANT,
    ),
    Kind(
        "work_waits",
        Group.CASES,
        _("案卷待我办理"),
        _("案卷{number}待办理：{state}"),
        _("{organisation}。{awaits}"),
        ("number", "state", "organisation", "awaits"),
        readers=OFFICE,
        to_the_group=True,
    ),
    Kind(
        "experts_lacking",
        Group.CASES,
        _("案卷需补派专家"),
        _("案卷{number}：需补派专家"),
        _("案卷{number}的组长或专家人数不足，请补派。"),
        ("number",),
        readers=("secretariat",),
        to_the_group=True,
    ),
    Kind(
        "expert_recused",
        Group.CASES,
        _("专家申请回避"),
        _("案卷{number}：一位专家申请回避"),
        _("请另行指派专家。"),
        ("number",),
        readers=("secretariat",),
    ),
    # An expert's mail names no case: who has not signed the pledge learns nothing of one.
    Kind(
        "expert_invitation",
        Group.EXPERTS,
        _("邀请参加评估工作"),
        _("邀请您参加评估工作"),
        _("秘书处邀请您参加一项评估工作，请登录后答复是否回避并签署承诺书。"),
        mail=Mail.ALWAYS,
        why_always=_("须由本人答复，不能关闭邮件。"),
        readers=EXPERT,
    ),
    Kind(
        "expert_leads",
        Group.EXPERTS,
        _("被指定为组长"),
        _("请您担任组长"),
        _("秘书处请您担任一项评估工作的组长，请登录后办理。"),
        readers=EXPERT,
    ),
    Kind(
        "expert_work",
        Group.EXPERTS,
        _("评估工作待我办理"),
        _("有一项评估工作待您办理"),
        _("{awaits}"),
        ("awaits",),
        readers=EXPERT,
    ),
    Kind(
        "dissent_to_confirm",
        Group.EXPERTS,
        _("保留意见待我确认"),
        _("请确认您的保留意见"),
        _("组长记录了您在案卷{number}评审会上的保留意见，请核对并确认。"),
        ("number",),
        readers=EXPERT,
    ),
    Kind(
        "review_due",
        Group.CERTIFICATES,
        _("年审提醒"),
        _("年审提醒：{title}"),
        _("证书{certificate}的第{year}年年审应于{deadline}前完成（规范10.4.1）。"),
        ("title", "certificate", "year", "deadline"),
        needed=("deadline",),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=("applicant", "secretariat"),
    ),
    # For what has no kind of its own: put_mail.
    Kind(
        "other",
        Group.CASES,
        _("其他事项"),
        _("{title}"),
        _("{reason}"),
        ("title", "reason"),
    ),
)
