"""Another organisation's case is a missing one on every address; staff and experts do not edit."""

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.models import Evaluation
from evaluation.notify import owners
from tests.evaluation.cast import Cast, signed_in

PAGES = ("scope", "form", "materials", "completeness", "preview")


def addresses(case: Evaluation) -> list[tuple[str, str]]:
    """Method and address of everything the applicant does in a case."""
    number = case.number
    file = case.files.filter(slot=4).first()
    assert file is not None
    return [
        *(("get", reverse(f"evaluation:{name}", args=[number])) for name in PAGES),
        ("post", reverse("evaluation:scope", args=[number])),
        ("get", reverse("evaluation:form_table", args=[number, "cover"])),
        ("post", reverse("evaluation:form_table", args=[number, "cover"])),
        ("post", reverse("evaluation:form_autosave", args=[number, "cover"])),
        ("post", reverse("evaluation:material_add", args=[number, 4])),
        ("post", reverse("evaluation:material_remove", args=[number, file.pk])),
        ("get", reverse("evaluation:file", args=[number, file.pk])),
    ]


@pytest.mark.parametrize("state", ["draft", "correction"])
def test_another_organisations_case_is_missing_everywhere(cast: Cast, state: str) -> None:
    case = cast.case_in(state)
    client = signed_in(cast.other)
    answers = {
        (method, address): getattr(client, method)(address).status_code
        for method, address in [
            *addresses(case),
            ("get", reverse("evaluation:declaration", args=[case.number, 1])),
        ]
    }
    assert answers == dict.fromkeys(answers, 404)


def test_staff_and_experts_never_edit(cast: Cast) -> None:
    case = cast.case_in("correction")
    before = {table.key: table.version for table in case.tables.all()}
    editing = [pair for pair in addresses(case) if "/files/" not in pair[1]]
    for user, expected in (
        (cast.chen, 403),
        (cast.zhou, 403),
        (cast.idle_expert, 404),
        (cast.sysadmin, 404),
    ):
        client = signed_in(user)
        answers = {pair: getattr(client, pair[0])(pair[1]).status_code for pair in editing}
        assert answers == dict.fromkeys(answers, expected)
    assert {table.key: table.version for table in case.tables.all()} == before
    assert not case.files.filter(removed_at__isnull=False).exists()


def test_a_draft_is_unseen_by_staff(cast: Cast) -> None:
    case = cast.case_in("draft")
    client = signed_in(cast.chen)
    answers = {pair: getattr(client, pair[0])(pair[1]).status_code for pair in addresses(case)}
    assert answers == dict.fromkeys(answers, 404)


def test_the_applicant_does_not_edit_what_was_submitted(cast: Cast) -> None:
    case = cast.case_in("submitted")
    client = signed_in(cast.lin)
    before = {table.key: table.content for table in case.tables.all()}
    response = client.post(
        reverse("evaluation:form_table", args=[case.number, "cover"]), {"version": "1"}
    )
    assert response["Location"] == f"/cases/{case.number}/"
    assert {table.key: table.content for table in case.tables.all()} == before


def test_nobody_signed_out_gets_past_the_door(cast: Cast) -> None:
    case = cast.case_in("draft")
    for method, address in [*addresses(case), ("get", "/cases/new/")]:
        response = getattr(Client(), method)(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_a_viewer_reads_the_draft_and_never_writes(cast: Cast) -> None:
    case = cast.case_in("correction")
    before = {table.key: table.version for table in case.tables.all()}
    client = signed_in(cast.wen)
    answers = {
        (method, address): getattr(client, method)(address).status_code
        for method, address in addresses(case)
    }
    read = [
        reverse("evaluation:preview", args=[case.number]),
        *(address for _method, address in addresses(case) if "/files/" in address),
    ]
    assert answers == {
        pair: 200 if pair[0] == "get" and pair[1] in read else 403 for pair in answers
    }
    assert {table.key: table.version for table in case.tables.all()} == before
    page = client.get(reverse("evaluation:case", args=[case.number])).content.decode()
    assert reverse("evaluation:preview", args=[case.number]) in page
    assert reverse("evaluation:form", args=[case.number]) not in page


def test_a_viewer_is_told_whom_to_ask(cast: Cast) -> None:
    case = cast.new_case()
    answer = signed_in(cast.wen).get(reverse("evaluation:form", args=[case.number]))
    assert "您是本单位的查看人，只能查看。" in answer.content.decode()
    assert signed_in(cast.wen).post(reverse("evaluation:new")).status_code == 403


def test_nothing_waits_for_a_viewer(cast: Cast) -> None:
    case = cast.new_case()
    desk = reverse("evaluation:desk")
    for user, waits in ((cast.lin, True), (cast.han, True), (cast.wen, False)):
        assert (case in signed_in(user).get(desk).context["waiting"]) is waits
    assert owners(case) == [cast.han, cast.lin]
