"""Moves that the reader may make but that cannot work yet: why, to stand beside the button."""

from collections.abc import Callable, Mapping
from typing import Any

from evaluation import correction
from evaluation.actions import (
    annual_review,
    certification,
    panel,
    publication,
    result_corrections,
    review,
)
from evaluation.errors import Refused
from evaluation.models import Evaluation, Review

CHECKS = {
    "pass_review": review.check_passable,
    "request_correction": review.check_correctable,
    "resubmit": correction.check_settled,
    "close_scoring": panel.check_closable,
    "publish": result_corrections.check_none_open,
    "reopen_result": result_corrections.check_none_open_to_reopen,
    "propose": publication.check_objections_settled,
    "certify": certification.check_certifiable,
}

OF_A_REVIEW = {
    "open_early": annual_review.check_nearest,
    "conclude": annual_review.check_passable,
    "require_rectification": annual_review.check_rectifiable,
}


def what_blocks(evaluation: Evaluation, code: str) -> str:
    """What must be done before the move, in a sentence; empty where nothing stands in its way."""
    return _refusal(CHECKS, evaluation, code)


def what_blocks_a_review(review: Review, code: str) -> str:
    """The same for a move of an annual review."""
    return _refusal(OF_A_REVIEW, review, code)


def _refusal(checks: Mapping[str, Callable[[Any], Any]], thing: Any, code: str) -> str:
    if code not in checks:
        return ""
    try:
        checks[code](thing)
    except Refused as refusal:
        return str(refusal)
    return ""
