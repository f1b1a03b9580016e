"""What may happen to a certificate after step 7, as two small tables: the annual review with its
rectification (10.4), and the changes of a certificate's state that need two persons.

Permissions, buttons, histories and the tests are made from them, as from steps.py."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = Any  # a lazy translation


class Party(StrEnum):
    """Who makes a move of a review, in relation to the certificate."""

    APPLICANT = "applicant"  # a member of the organisation that holds it
    SECRETARIAT = "secretariat"
    SYSTEM = "system"  # the calendar, or what became of the certificate
    NOBODY = "nobody"


PARTY_NAMES: dict[Party, Text] = {
    Party.APPLICANT: _("申报单位"),
    Party.SECRETARIAT: _("秘书处"),
    Party.SYSTEM: _("系统"),
    Party.NOBODY: _("已办结"),
}


@dataclass(frozen=True)
class ReviewState:
    """Where a review is: who must act, and what is awaited. `kind` is that of a status tag."""

    code: str
    owner: Party
    kind: str
    label: Text
    awaits: Text
    ended: bool = False

    @property
    def clock(self) -> Text:
        """Whose time the review's deadline counts, in words."""
        if self.code in REVIEW_FILLING:
            return _("年审到期日")
        return format_lazy(_("{owner}办理期限"), owner=PARTY_NAMES[self.owner])


@dataclass(frozen=True)
class ReviewMove:
    """One permitted change of a review's state."""

    code: str
    sources: tuple[str, ...]
    target: str
    party: Party
    label: Text  # the button: a verb with its object
    done: Text  # how the history tells it
    needs_reason: bool = False
    needs_deadline: bool = False


REVIEW_STATES: dict[str, ReviewState] = {
    state.code: state
    for state in (
        ReviewState(
            "planned",
            Party.NOBODY,
            "waiting",
            _("未到期"),
            _("临近到期日时通知申报单位填报。"),
        ),
        ReviewState(
            "open",
            Party.APPLICANT,
            "current",
            _("待填报"),
            _("请逐项填写自查情况、上传证明材料并提交。"),
        ),
        ReviewState(
            "returned",
            Party.APPLICANT,
            "attention",
            _("退回补充"),
            _("请按退回意见补充后重新提交。"),
        ),
        ReviewState(
            "submitted",
            Party.SECRETARIAT,
            "current",
            _("待审核"),
            _("秘书处逐项审核后作出年审结论。"),
        ),
        ReviewState(
            "rectification",
            Party.APPLICANT,
            "attention",
            _("限期整改"),
            _("请在期限内逐项整改并提交整改情况。"),
        ),
        ReviewState(
            "rechecking",
            Party.SECRETARIAT,
            "current",
            _("待复查"),
            _("秘书处逐项复查整改情况。"),
        ),
        ReviewState("passed", Party.NOBODY, "met", _("合格"), _("年审合格。"), ended=True),
        ReviewState(
            "failed",
            Party.NOBODY,
            "not_met",
            _("不合格"),
            _("拒绝整改或整改后仍达不到要求，是否取消认定另行决定（10.4.3）。"),
            ended=True,
        ),
        ReviewState(
            "cancelled",
            Party.NOBODY,
            "neutral",
            _("已终止"),
            _("证书状态已变更，本次年审不再进行。"),
            ended=True,
        ),
    )
}

OPEN_REVIEW = tuple(code for code, state in REVIEW_STATES.items() if not state.ended)
# In these the applicant fills in the own part.
REVIEW_FILLING = ("open", "returned")
# While these last the register says 整改中.
RECTIFYING = ("rectification", "rechecking")
# In these the office has it, and a deadline of its own.
REVIEW_OFFICE = tuple(
    code for code, state in REVIEW_STATES.items() if state.owner == Party.SECRETARIAT
)

REVIEW_MOVES: dict[str, ReviewMove] = {
    move.code: move
    for move in (
        ReviewMove("open", ("planned",), "open", Party.SYSTEM, _("启动年审"), _("发出了年审通知")),
        ReviewMove(
            "open_early",
            ("planned",),
            "open",
            Party.SECRETARIAT,
            _("提前启动年审"),
            _("提前发出了年审通知"),
            needs_reason=True,
        ),
        ReviewMove(
            "submit",
            REVIEW_FILLING,
            "submitted",
            Party.APPLICANT,
            _("提交年审材料"),
            _("提交了年审材料"),
        ),
        ReviewMove(
            "send_back",
            ("submitted",),
            "returned",
            Party.SECRETARIAT,
            _("退回补充材料"),
            _("退回了年审材料"),
            needs_reason=True,
        ),
        ReviewMove(
            "conclude",
            ("submitted",),
            "passed",
            Party.SECRETARIAT,
            _("作出合格结论"),
            _("作出了年审合格的结论"),
        ),
        ReviewMove(
            "require_rectification",
            (*REVIEW_FILLING, "submitted"),
            "rectification",
            Party.SECRETARIAT,
            _("发出整改通知"),
            _("发出了整改通知"),
            needs_reason=True,
            needs_deadline=True,
        ),
        ReviewMove(
            "extend",
            ("rectification",),
            "rectification",
            Party.SECRETARIAT,
            _("延长整改期限"),
            _("延长了整改期限"),
            needs_reason=True,
            needs_deadline=True,
        ),
        ReviewMove(
            "report_rectification",
            ("rectification",),
            "rechecking",
            Party.APPLICANT,
            _("提交整改情况"),
            _("提交了整改情况"),
        ),
        ReviewMove(
            "reject_rectification",
            ("rechecking",),
            "rectification",
            Party.SECRETARIAT,
            _("要求继续整改"),
            _("要求继续整改"),
            needs_reason=True,
            needs_deadline=True,
        ),
        ReviewMove(
            "accept_rectification",
            ("rechecking",),
            "passed",
            Party.SECRETARIAT,
            _("通过整改复查"),
            _("通过了整改复查"),
        ),
        ReviewMove(
            "fail",
            RECTIFYING,
            "failed",
            Party.SECRETARIAT,
            _("作出不合格结论"),
            _("作出了年审不合格的结论"),
            needs_reason=True,
        ),
        ReviewMove(
            "cancel",
            OPEN_REVIEW,
            "cancelled",
            Party.SYSTEM,
            _("终止年审"),
            _("终止了年审"),
        ),
    )
}


def review_moves_from(state: str) -> list[ReviewMove]:
    """The moves that leave a state and are made by people, in the order of the table."""
    return [
        move
        for move in REVIEW_MOVES.values()
        if state in move.sources and move.party != Party.SYSTEM
    ]


@dataclass(frozen=True)
class Change:
    """A change of a certificate's state that the secretariat proposes and the decision maker
    decides. `grounds` are the clauses it may rest on; the first is what is usual."""

    code: str
    sources: tuple[str, ...]
    target: str
    label: Text  # the button that proposes it
    decision: Text  # the button that makes it so
    proposed: Text  # what waits for the decision maker
    grounds: tuple[str, ...] = ()


CHANGES: dict[str, Change] = {
    change.code: change
    for change in (
        Change(
            "suspend",
            ("valid", "rectification"),
            "suspended",
            _("提请暂停认定"),
            _("批准暂停认定"),
            pgettext_lazy("事项", "暂停认定"),
            ("10.4.3", "10.3.1", "10.3.2"),
        ),
        Change(
            "resume",
            ("suspended",),
            "valid",
            _("提请恢复认定"),
            _("批准恢复认定"),
            pgettext_lazy("事项", "恢复认定"),
        ),
        Change(
            "revoke",
            ("valid", "rectification", "suspended"),
            "revoked",
            _("提请取消认定"),
            _("批准取消认定"),
            pgettext_lazy("事项", "取消认定"),
            ("10.4.3", "10.3.1", "10.3.2"),
        ),
    )
}
# Certificates that are not over: a newer one of the base takes their place.
LASTING = ("valid", "rectification", "suspended")


def changes_from(state: str) -> list[Change]:
    return [change for change in CHANGES.values() if state in change.sources]
