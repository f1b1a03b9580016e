"""recheck_scores proves that every run still comes out as recorded, or names the first that does
not."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evaluation.actions.panel import run_digest
from evaluation.models import ScoreRun
from tests.evaluation.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> ScoreRun:
    return make_cast().case_in("result_pending").score_runs.get()


def _change(run: ScoreRun, *, seal: bool = True, **fields: Any) -> None:
    """Write into a run what nobody may, with a digest that fits where `seal`."""
    for name, value in fields.items():
        setattr(run, name, value)
    if seal:
        fields["digest"] = run_digest(run.category, run.inputs, run.result)
    ScoreRun.objects.filter(pk=run.pk).update(**fields)


def _refusal() -> str:
    with pytest.raises(CommandError) as refusal:
        call_command("recheck_scores")
    assert refusal.value.returncode == 1
    return str(refusal.value)


def test_an_untouched_run_comes_out_as_recorded(
    run: ScoreRun, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("recheck_scores")
    assert capsys.readouterr().out == "1 score runs come out as recorded.\n"


def test_a_changed_result_is_named(run: ScoreRun) -> None:
    _change(run, result={**run.result, "A1": "100"})
    assert _refusal() == (
        f"Score run {run.pk} of case {run.evaluation.number}: "
        "result.A1 does not come out as recorded"
    )


def test_changed_points_deep_in_the_result_are_named(run: ScoreRun) -> None:
    indicators = [dict(row) for row in run.result["indicators"]]
    indicators[3]["points"] = "24"
    _change(run, result={**run.result, "indicators": indicators})
    assert "result.indicators[3].points does not" in _refusal()


def test_changed_inputs_are_found(run: ScoreRun) -> None:
    _change(run, inputs={**run.inputs, "pue": "1.3"})
    assert "does not come out as recorded" in _refusal()


def test_inputs_that_are_refused_are_found(run: ScoreRun) -> None:
    _change(run, inputs={**run.inputs, "pue": "0.9"})
    assert "its inputs are refused now: values.pue" in _refusal()


def test_a_digest_that_does_not_fit_is_found(run: ScoreRun) -> None:
    _change(run, seal=False, digest="0" * 64)
    assert "its digest does not fit" in _refusal()


def test_a_total_beside_its_result_is_found(run: ScoreRun) -> None:
    _change(run, total=run.total + Decimal("0.001"))
    assert "its total or conclusion does not fit" in _refusal()


def test_what_the_scorer_adds_later_is_no_difference(run: ScoreRun) -> None:
    older = {key: value for key, value in run.result.items() if key != "reasons_en"}
    _change(run, result=older)
    call_command("recheck_scores")
