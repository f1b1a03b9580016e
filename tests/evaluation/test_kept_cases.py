"""A copied case is the one that the actions left, and is not taken where anything before it differs."""

import pytest
from django.db import transaction

from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.models import CaseFile, Evaluation
from tests.evaluation import kept_cases
from tests.evaluation.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
# Asked for nowhere else, so that the first is carried and no copy.
VALUES = {**PROVINCE_VALUES, "rack_count": "2017"}


def taken_back(cast: Cast) -> tuple[kept_cases.Tables, str, list[bytes]]:
    """Every row and every file of a case, and its applicant's name in the application."""
    with transaction.atomic():
        case = cast.case_in("preliminary_review", VALUES)
        rows = kept_cases.tables()
        name = Evaluation.objects.get(pk=case.pk).organisation.name
        files = [each.stored.read() for each in CaseFile.objects.order_by("pk")]
        transaction.set_rollback(True)
    return rows, name, files


def test_a_copy_has_every_row_and_every_file_of_what_was_carried() -> None:
    cast = make_cast()
    carried, _, files = taken_back(cast)
    with transaction.atomic():
        case = cast.case_in("preliminary_review", VALUES)
        for each in CaseFile.objects.all():
            each.stored.storage.delete(each.stored.name)  # what one test does to a file is its own
        transaction.set_rollback(True)
    copied, _, copied_files = taken_back(cast)
    assert copied == carried
    assert copied_files == files
    assert len(files) > 10
    assert case.state == "preliminary_review"


def test_another_beginning_is_carried_anew() -> None:
    cast = make_cast()
    rows, _, _ = taken_back(cast)
    cast.organisation.name = "示例改名科技有限公司"
    cast.organisation.save()
    anew, name, _ = taken_back(cast)
    assert name == "示例改名科技有限公司"
    assert anew["evaluation_evaluation"] != rows["evaluation_evaluation"]
