"""No event of the audit chain comes out in the machine's words: every kind, every detail, every
value of a closed list, in both languages."""

import re

import pytest
from django.db import transaction
from django.utils import translation

from portal.contacts import reveal
from portal.ledger import audit
from portal.ledger.models import AuditEvent
from portal.ledger.wording import ACTIONS, action_label
from portal.site.audit_labels import ELSEWHERE, KINDS, LABELS
from portal.site.audit_words import VOCABULARIES, facts_of, names_of, subject_of
from portal.site.templatetags.ui import number
from tests.evaluation.cast import Cast, signed_in
from tests.portal.ledger.audit_details import details, subjects
from tests.portal.site.reading import words

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A name of the code: one word or several with lines between them, and nothing else.
MACHINE = re.compile(r"[a-z]+(_[a-z]+)*|[a-z_]+:\d+|\d+")
# What a detail that is put together comes to.
EXPERT = ("title", "employer", "employer_code", "fields", "term", "ties", "absences")
SITE_RECORD = ("indicator", "observed", "differs", "entry", "author", "author_name")
PUT_TOGETHER: dict[str, tuple[str, ...]] = {
    "**_told(facts)": EXPERT,
    "**changed": EXPERT,
    "**begun.outcome": ("added", "replaced", "skipped", "faulty"),
    "**counts": ("added", "changed", "removed"),
    "**data": SITE_RECORD,  # elsewhere handed on as it was given
    "**details": (),  # read where it is made
    "**how": ("from_text",),
    "**noted": ("reason",),
    "**of": ("declaration",),
    "**under_way.data": (),  # read where it is made
}
# Inside other details.
WITHIN = ("name", "organisation", "language", "without_mail", "subject", "body")
SUBJECTS = {
    "_subject(credentials)": ("user", "sign_in"),
    "f'{name}:{pk}'": tuple(reveal._kinds),
    "what": ("pool",),
}


def test_every_detail_in_the_code_has_its_name() -> None:
    written = {key: at for given, at in details() for key in PUT_TOGETHER.get(given, (given,))}
    assert {key: written[key] for key in written.keys() - LABELS.keys()} == {}
    assert set(WITHIN) <= LABELS.keys()


def test_every_kind_of_subject_in_the_code_has_its_name() -> None:
    written = {kind for given, _at in subjects() for kind in SUBJECTS.get(given, (given,))}
    assert written - KINDS.keys() == set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_labels_are_in_the_readers_language(language: str) -> None:
    named = {**KINDS, **LABELS, **{f"{a}.{b}": label for (a, b), label in ELSEWHERE.items()}}
    with translation.override(language):
        told = {key: str(label) for key, label in named.items()}
    wrong = {
        key: label
        for key, label in told.items()
        if bool(CHINESE.search(label)) != (language == "zh-hans") and label != "SHA-256"
    }
    assert wrong == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("place", VOCABULARIES, ids=" ".join)
@pytest.mark.django_db
def test_every_value_of_a_closed_list_is_told_in_words(
    place: tuple[str, str], language: str
) -> None:
    family, key = place
    action = family if "." in family or not family else f"{family}.example"
    with translation.override(language):
        for value in VOCABULARIES[place]():
            event = AuditEvent(action=action or "evaluation.example", data={key: value})
            [(_label, told)] = facts_of(event, {})
            assert not MACHINE.fullmatch(told), (value, told)
            chinese = bool(CHINESE.search(told))
            assert chinese == (language == "zh-hans") or told in ("English", "简体中文"), told


def test_what_a_number_means_is_said(cast: Cast) -> None:
    case = cast.case_in("certified")
    pledged = case.assignments.filter(duty="panel").first()
    assert pledged is not None
    with transaction.atomic():
        for action, data in (
            ("evaluation.remind", {"people": [cast.lin.pk, cast.zhou.pk]}),
            ("evaluation.pledge", {"assignment": pledged.pk}),
            ("evaluation.assign", {"expert": cast.experts[2].pk, "duty": "panel", "leader": True}),
            ("evaluation.withdraw_result", {"run": case.score_runs.get().pk}),
            ("evaluation.start", {"base": case.base.code}),
        ):
            audit.record(cast.chen, action, f"evaluation:{case.pk}", case=case.number, **data)
        audit.record(cast.chen, "contacts.reveal", f"person:{cast.lin.pk}", fields=["email"])
    text = words(signed_in(cast.auditor).get("/audit/")).replace("： ", "：")
    for said in (
        f"人员：{cast.lin.name}、{cast.zhou.name}",
        f"专家：{pledged.expert.name}",
        f"专家：{cast.experts[2].name}",
        f"账号：{cast.lin.name}",
        "查看的内容：邮箱地址",
        f"计分（总得分A）：{number(case.score_runs.get().total)}",
        f"基地：{case.base.name}",
    ):
        assert said in text, said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_whole_case_is_told_in_words(cast: Cast, language: str) -> None:
    """Every event that a case leaves behind on its way to the certificate."""
    cast.case_in("certified")
    events = list(AuditEvent.objects.all())
    names = names_of(events)
    with translation.override(language):
        for event in events:
            label, (subject, _url) = str(action_label(event.action)), subject_of(event, names)
            assert not MACHINE.fullmatch(label), label
            assert not re.search(r"[a-z_]+:\d+", subject), subject
            for key, told in facts_of(event, names):
                assert not MACHINE.fullmatch(key), (event.action, key)
                # An English word is no machine's word by its looks alone.
                named = MACHINE.fullmatch(told) if language == "zh-hans" else "_" in told
                assert told.isdigit() or not named, (event.action, key, told)


def test_a_moment_is_told_in_local_time(cast: Cast) -> None:
    audit.record(
        cast.chen, "data_call.issued", "data_call:1", deadline="2026-12-01T02:15:48.651647+08:00"
    )
    event = AuditEvent.objects.latest("seq")
    assert facts_of(event, names_of([event])) == [("期限", "2026年12月1日 02:15")]
    with translation.override("en"):
        assert facts_of(event, names_of([event])) == [("Deadline", "1 December 2026, 02:15")]


def test_in_english_every_line_begins_with_a_capital() -> None:
    with translation.override("en"):
        begins = {str(action_label(code))[0] for code in ACTIONS}
        assert {letter for letter in begins if not letter.isupper()} == set()
