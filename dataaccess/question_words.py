"""What a question is about, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _

from dataaccess.models import Question
from dataaccess.plausibility import CERTIFIED_WITHIN, DROP_BELOW
from dataaccess.shapes import tables
from dataaccess.words import printed

PAIRS = {pair.key: pair for pair in tables.PAIRS}


def sentence(question: Question) -> str:
    """What was noticed."""
    facts = question.facts
    match question.rule:
        case "frozen":
            return _("自%(since)s起连续%(reports)s次上报的24项数字完全相同") % facts
        case "drop":
            return _(
                "%(resource)s总量从%(before)s降到%(after)s %(unit)s，不足前一次的%(percent)s%%"
            ) % _of_jump(question)
        case "rise":
            return _(
                "%(resource)s总量从%(before)s升到%(after)s %(unit)s，是前一次的%(times)s倍"
            ) % _of_jump(question)
    told = {
        **facts,
        "low": round(CERTIFIED_WITHIN[0] * 100),
        "high": round(CERTIFIED_WITHIN[1] * 100),
    }
    return (
        _(
            "上报的FP16总算力为%(reported)s PFLOPS，认定时为%(certified)s PFLOPS，"
            "不在其%(low)s%%至%(high)s%%之间"
        )
        % told
    )


def _of_jump(question: Question) -> dict[str, Any]:
    pair, facts = PAIRS[question.subject], question.facts
    return {
        **facts,
        "resource": printed(pair.title),
        "unit": printed(pair.unit),
        "percent": round(DROP_BELOW * 100),
        "times": facts["after"] // max(facts["before"], 1),
    }
