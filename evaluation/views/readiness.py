"""Moves that the reader may make but that cannot work yet: why, to stand beside the button."""

from evaluation.actions import review
from evaluation.errors import Refused
from evaluation.models import Evaluation

CHECKS = {
    "pass_review": review.check_passable,
    "request_correction": review.check_correctable,
}


def what_blocks(evaluation: Evaluation, code: str) -> str:
    """What must be done before the move, in a sentence; empty where nothing stands in its way."""
    check = CHECKS.get(code)
    if check is None:
        return ""
    try:
        check(evaluation)
    except Refused as refusal:
        return str(refusal)
    return ""
