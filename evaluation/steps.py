"""The seven steps (clause 7.1) as one table: every state a case can be in, and every move.

The seven steps are the public spine and always carry their names of the standard; 退回, 补正,
撤回 and the like are states inside a step (reading of 7.1). Permissions, buttons, timelines, the
diagram in docs/steps.md and the tests are all made from this table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = Any  # a lazy translation


class Actor(StrEnum):
    """Who makes a move, in relation to the case."""

    APPLICANT = "applicant"  # a member of the organisation that applies
    SECRETARIAT = "secretariat"
    DECIDER = "decider"
    SITE_LEADER = "site_leader"  # leads the site team of this case
    SITE_EXPERT = "site_expert"  # belongs to the site team of this case
    PANEL_EXPERT = "panel_expert"  # sits on the panel of this case
    PANEL_LEADER = "panel_leader"
    NOBODY = "nobody"  # the case has ended


ACTOR_NAMES: dict[Actor, Text] = {
    Actor.APPLICANT: _("申报单位"),
    Actor.SECRETARIAT: _("秘书处"),
    Actor.DECIDER: _("审批人"),
    Actor.SITE_LEADER: _("现场评估组组长"),
    Actor.SITE_EXPERT: _("现场评估组成员"),
    Actor.PANEL_EXPERT: _("评审专家"),
    Actor.PANEL_LEADER: _("评审专家组组长"),
    Actor.NOBODY: _("已办结"),
}


@dataclass(frozen=True)
class Step:
    """One of the seven steps, with its name in the standard."""

    number: int
    key: str
    name: Text


STEPS = (
    Step(1, "application", _("申请")),
    Step(2, "agreement", _("签订评估咨询服务协议")),
    Step(3, "preliminary_review", _("材料初审")),
    Step(4, "site_visit", _("现场评估")),
    Step(5, "panel", _("专家评审")),
    Step(6, "publication", _("公布结果")),
    Step(7, "certification", _("认定")),
)


@dataclass(frozen=True)
class State:
    """Where a case is: its step, who must act, and what it is called. One word for every reader,
    so that both sides of a telephone speak of the same; only how a panel works stays with it."""

    code: str
    step: int
    owner: Actor
    label: Text  # what secretariat and experts read
    applicant_label: Text  # what the applicant reads: other words for the panel alone
    awaits: Text  # what is waited for, in a sentence
    ended: bool = False


@dataclass(frozen=True)
class Move:
    """One permitted change of state. `targets` has more than one entry where the action decides
    by what it finds (the last score sheet closes the round)."""

    code: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    actor: Actor
    label: Text  # the button: a verb with its object
    done: Text  # how the timeline tells it
    needs_reason: bool = False


STATES: dict[str, State] = {
    state.code: state
    for state in (
        State(
            "draft",
            1,
            Actor.APPLICANT,
            _("填报中"),
            _("填报中"),
            _("申报单位填写申报书、上传材料并提交申报。"),
        ),
        State(
            "submitted",
            1,
            Actor.SECRETARIAT,
            _("待受理"),
            _("待受理"),
            _("秘书处核对申报书后受理或退回修改。"),
        ),
        State(
            "returned",
            1,
            Actor.APPLICANT,
            _("已退回修改"),
            _("已退回修改"),
            _("申报单位按退回意见修改申报书后重新提交。"),
        ),
        State(
            "withdrawn",
            1,
            Actor.NOBODY,
            _("已撤回"),
            _("已撤回"),
            _("申报单位撤回了申报，本案卷不再办理。"),
            ended=True,
        ),
        State(
            "agreement_signing",
            2,
            Actor.APPLICANT,
            _("待申报单位签章"),
            _("待申报单位签章"),
            _("申报单位下载协议，签字盖章后上传扫描件。"),
        ),
        State(
            "agreement_countersigning",
            2,
            Actor.SECRETARIAT,
            _("待秘书处签章"),
            _("待秘书处签章"),
            _("秘书处核对签章并上传双方签章的协议。"),
        ),
        State(
            "preliminary_review",
            3,
            Actor.SECRETARIAT,
            _("材料初审中"),
            _("材料初审中"),
            _("秘书处逐项审核表1的材料。"),
        ),
        State(
            "correction",
            3,
            Actor.APPLICANT,
            _("待补正"),
            _("待补正"),
            _("申报单位按补正通知逐项补正后重新提交。"),
        ),
        State(
            "site_preparation",
            4,
            Actor.SECRETARIAT,
            _("待组建现场评估组"),
            _("待组建现场评估组"),
            _("秘书处指派现场评估组。"),
        ),
        State(
            "site_visit",
            4,
            Actor.SITE_LEADER,
            _("现场评估中"),
            _("现场评估中"),
            _("现场评估组逐项核验指标。"),
        ),
        State(
            "panel_preparation",
            5,
            Actor.SECRETARIAT,
            _("待组建评审专家组"),
            _("待组建评审专家组"),
            _("秘书处指派评审专家组。"),
        ),
        State(
            "panel_scoring",
            5,
            Actor.PANEL_EXPERT,
            _("专家独立打分中"),
            _("专家评审中"),
            _("每位专家独立打分并提交评分表。"),
        ),
        State(
            "panel_consolidation",
            5,
            Actor.PANEL_LEADER,
            _("待组长汇总"),
            _("专家评审中"),
            _("组长汇总各专家评分，形成评审意见。"),
        ),
        State(
            "result_pending",
            6,
            Actor.SECRETARIAT,
            _("待公布结果"),
            _("待公布结果"),
            _("秘书处公布评估结果并公示。"),
        ),
        State(
            "published",
            6,
            Actor.SECRETARIAT,
            _("公示中"),
            _("公示中"),
            _("公示期满且无未办结的异议后，提请认定。"),
        ),
        State(
            "decision_pending",
            7,
            Actor.DECIDER,
            _("待审批"),
            _("待审批"),
            _("审批人核对案卷后作出认定决定。"),
        ),
        State(
            "certified",
            7,
            Actor.NOBODY,
            _("已认定"),
            _("已认定"),
            _("已颁发证书并列入名录。"),
            ended=True,
        ),
        State(
            "not_certified",
            7,
            Actor.NOBODY,
            _("不予认定"),
            _("不予认定"),
            _("评估结论为不予认定。"),
            ended=True,
        ),
    )
}

MOVES: dict[str, Move] = {
    move.code: move
    for move in (
        Move(
            "submit",
            ("draft", "returned"),
            ("submitted",),
            Actor.APPLICANT,
            _("提交申报"),
            _("提交了申报书"),
        ),
        Move(
            "recall",
            ("submitted",),
            ("draft",),
            Actor.APPLICANT,
            _("撤回修改"),
            _("撤回申报书修改"),
        ),
        Move(
            "withdraw",
            ("draft", "submitted", "returned"),
            ("withdrawn",),
            Actor.APPLICANT,
            _("撤回申报"),
            _("撤回了申报"),
            needs_reason=True,
        ),
        Move(
            "accept",
            ("submitted",),
            ("agreement_signing",),
            Actor.SECRETARIAT,
            _("受理申报"),
            _("受理了申报"),
        ),
        Move(
            "return_application",
            ("submitted",),
            ("returned",),
            Actor.SECRETARIAT,
            pgettext_lazy("按钮", "退回修改"),
            _("退回了申报书"),
            needs_reason=True,
        ),
        Move(
            "sign_agreement",
            ("agreement_signing",),
            ("agreement_countersigning",),
            Actor.APPLICANT,
            _("提交签章协议"),
            _("提交了签章的协议"),
        ),
        Move(
            "countersign_agreement",
            ("agreement_countersigning",),
            ("preliminary_review",),
            Actor.SECRETARIAT,
            _("完成协议签订"),
            _("完成了协议签订"),
        ),
        Move(
            "return_agreement",
            ("agreement_countersigning",),
            ("agreement_signing",),
            Actor.SECRETARIAT,
            _("退回协议"),
            _("退回了协议"),
            needs_reason=True,
        ),
        Move(
            "request_correction",
            ("preliminary_review",),
            ("correction",),
            Actor.SECRETARIAT,
            _("发出补正通知"),
            _("发出了补正通知"),
        ),
        Move(
            "resubmit",
            ("correction",),
            ("preliminary_review",),
            Actor.APPLICANT,
            _("提交补正材料"),
            _("提交了补正材料"),
        ),
        Move(
            "pass_review",
            ("preliminary_review",),
            ("site_preparation",),
            Actor.SECRETARIAT,
            _("通过材料初审"),
            _("通过了材料初审"),
        ),
        Move(
            "dispatch_team",
            ("site_preparation",),
            ("site_visit",),
            Actor.SECRETARIAT,
            _("派出现场评估组"),
            _("派出了现场评估组"),
        ),
        Move(
            "close_visit",
            ("site_visit",),
            ("panel_preparation",),
            Actor.SITE_LEADER,
            _("提交现场评估记录"),
            _("提交了现场评估记录"),
        ),
        Move(
            "convene_panel",
            ("panel_preparation",),
            ("panel_scoring",),
            Actor.SECRETARIAT,
            _("启动专家评审"),
            _("启动了专家评审"),
        ),
        Move(
            "submit_scores",
            ("panel_scoring",),
            ("panel_scoring", "panel_consolidation"),
            Actor.PANEL_EXPERT,
            _("提交评分表"),
            _("提交了评分表"),
        ),
        Move(
            "close_scoring",
            ("panel_scoring",),
            ("panel_consolidation",),
            Actor.SECRETARIAT,
            _("结束打分"),
            _("结束了打分"),
        ),
        Move(
            "consolidate",
            ("panel_consolidation",),
            ("result_pending",),
            Actor.PANEL_LEADER,
            _("提交评审意见"),
            _("提交了评审意见"),
        ),
        Move(
            "publish",
            ("result_pending",),
            ("published",),
            Actor.SECRETARIAT,
            _("公布评估结果"),
            _("公布了评估结果"),
        ),
        Move(
            "reopen_result",
            ("result_pending",),
            ("panel_consolidation", "panel_scoring"),
            Actor.SECRETARIAT,
            _("退回重新评审"),
            _("退回了重新评审"),
            needs_reason=True,
        ),
        Move(
            "propose",
            ("published",),
            ("decision_pending",),
            Actor.SECRETARIAT,
            _("提请认定审批"),
            _("提请了认定审批"),
        ),
        Move(
            "withdraw_result",
            ("published",),
            ("result_pending", "panel_consolidation", "panel_scoring"),
            Actor.SECRETARIAT,
            _("撤回评估结果"),
            _("撤回了评估结果"),
            needs_reason=True,
        ),
        Move(
            "certify",
            ("decision_pending",),
            ("certified",),
            Actor.DECIDER,
            _("批准认定"),
            _("批准了认定"),
        ),
        Move(
            "send_back",
            ("decision_pending",),
            ("published",),
            Actor.DECIDER,
            _("退回秘书处"),
            _("退回了秘书处"),
            needs_reason=True,
        ),
        Move(
            "decline",
            ("decision_pending",),
            ("not_certified",),
            Actor.DECIDER,
            pgettext_lazy("按钮", "不予认定"),
            _("决定不予认定"),
            needs_reason=True,
        ),
    )
}

# What the timeline tells besides moves: nothing changed place.
EVENTS: dict[str, Text] = {
    "experts_lacking": _("评估队伍有变动，须补派专家"),
    "experts_drawn": _("随机抽取了专家"),
    "expert_replaced": _("补抽了专家"),
    "expert_declined": _("谢绝了邀请"),
    "expert_recused": _("申请了回避"),
    "expert_lapsed": _("逾期未答复邀请"),
    "correction_proposed": _("提请了更正公布的内容"),
    "correction_declined": _("不予批准更正公布的内容"),
    "result_corrected": _("批准了更正公布的内容"),
}
# How a team came together, what was not corrected in the end: told to the secretariat and the decision maker alone.
OFFICE_EVENTS = frozenset(EVENTS) - {"experts_lacking", "result_corrected"}

# States in which the applicant may change form and materials.
EDITABLE = ("draft", "returned", "correction")
# While a duty is being filled or carried out, its experts may change.
ASSIGNABLE = {
    "site": ("site_preparation", "site_visit"),
    "panel": ("panel_preparation", "panel_scoring"),
}
# The step in which each duty is carried out: past it, its experts are done.
STEP_OF_DUTY = {"site": 4, "panel": 5}
# A duty is being carried out; it stops where its experts are too few.
PERFORMED = ("site_visit", "panel_scoring")
# The leader may be changed until the leader's own work is done.
LEADABLE = {
    "site": ASSIGNABLE["site"],
    "panel": (*ASSIGNABLE["panel"], "panel_consolidation"),
}
# The panel has been convened: it meets, scores and consolidates.
PANEL_SITS = ("panel_scoring", "panel_consolidation")
# Experts of the panel may serve already, but it has not met.
BEFORE_THE_PANEL = ("site_preparation", "site_visit", "panel_preparation")
# The panel has met: it sits, or has given its opinion.
PANEL_MET = (*PANEL_SITS, *(code for code, state in STATES.items() if state.step > 5))
# While a visit is being prepared or carried out, its plan may change.
PLANNABLE = ASSIGNABLE["site"]
# States whose content only the applicant's organisation sees.
UNSENT = ("draft",)


def duty_open(state: str) -> str | None:
    """The duty whose experts may be drawn, assigned and released in this state."""
    return next((duty for duty, states in ASSIGNABLE.items() if state in states), None)


def told(code: str) -> Text:
    """How the timeline tells a move, or another event of a case."""
    return MOVES[code].done if code in MOVES else EVENTS[code]


def clock_of(owner: Actor) -> Text:
    """Whose time a deadline counts, in words."""
    return format_lazy(_("{owner}办理期限"), owner=ACTOR_NAMES[owner])


def moves_from(state: str) -> list[Move]:
    """The moves that leave a state, in the order of the table."""
    return [move for move in MOVES.values() if state in move.sources]


def step_of(state: str) -> Step:
    """The step of the standard that a state belongs to."""
    return STEPS[STATES[state].step - 1]
