"""One word for a state, whoever reads it: both sides of a telephone speak of the same."""

from evaluation.steps import STATES


def test_only_the_panels_work_is_called_otherwise_by_the_applicant() -> None:
    different = [each.code for each in STATES.values() if each.label != each.applicant_label]
    assert different == ["panel_scoring", "panel_consolidation"]
