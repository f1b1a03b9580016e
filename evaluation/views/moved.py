"""What is said once a move was made: what happened, and what comes next."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MADE: dict[str, Any] = {
    "submit": _("申报书已提交。下一步：秘书处核对后受理或退回修改。"),
    "recall": _("申报书已撤回，可以修改。改好后请重新检查并提交；材料都还在。"),
    "withdraw": _("申报已撤回，案卷办结。需要时可在案卷页以此为底稿新建申报，材料可以一并带去。"),
    "accept": _("申报已受理，协议正在生成。下一步：申报单位签章后上传协议。"),
    "return_application": _("申报书已退回，意见已通知申报单位。下一步：申报单位修改后重新提交。"),
    "sign_agreement": _("签章的协议已提交。下一步：秘书处核对签章，上传双方签章的协议。"),
    "return_agreement": _("协议已退回，理由已通知申报单位。下一步：申报单位重新签章上传。"),
    "countersign_agreement": _("协议签订完成。下一步：秘书处逐项审核表1的材料。"),
    "request_correction": _("补正通知已发出。下一步：申报单位在期限内逐项补正。"),
    "resubmit": _("补正材料已提交。下一步：秘书处继续材料初审。"),
    "pass_review": _("材料初审已通过。下一步：秘书处指派现场评估组。"),
    "dispatch_team": _("现场评估组已派出。下一步：评估组核验指标并提交现场评估记录。"),
    "close_visit": _("现场评估记录已提交。下一步：秘书处组建评审专家组。"),
    "convene_panel": _("专家评审已启动。下一步：每位专家独立打分。"),
    "submit_scores": _("您的评分表已提交，不能再改。全部评分表提交后由组长汇总。"),
    "close_scoring": _("打分已结束。下一步：组长汇总评分，形成评审意见。"),
    "consolidate": _("评审意见已提交。下一步：秘书处公布评估结果。"),
    "publish": _("评估结果已公布，公示已开始。下一步：公示期满且无未办结的异议后提请认定。"),
    "withdraw_result": _("评估结果已撤回，原公示已标明撤回及理由。"),
    "reopen_result": _("已退回重新评审，理由已记入案卷并告知评审专家。"),
    "propose": _("已提请认定审批。下一步：审批人作出认定决定。"),
    "send_back": _("案卷已退回秘书处，理由已记入案卷。"),
    "certify": _("已批准认定，证书已颁发并列入名录。"),
    "decline": _("已决定不予认定，案卷办结。"),
}
