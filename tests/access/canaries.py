"""A case with a word of its own in every confidential field.

The words are planted while the case goes its real way. At four moments everything that each role
can open (pages, what the documents print, downloads, mails) is searched for them."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from dataaccess import intake
from dataaccess.api.examples import BODIES
from evaluation import queries, uploads
from evaluation.actions import (
    agreement,
    annual_review,
    application,
    certification,
    challenges,
    dissent,
    experts,
    materials,
    meeting,
    misuse,
    objections,
    panel,
    publication,
    review,
    site,
    standing,
)
from evaluation.demo import journey
from evaluation.demo.files import example_pdf, example_photo
from evaluation.demo.tables import PROVINCE_VALUES, example_tables
from evaluation.edition import edition_of
from evaluation.models import Document, Duty, Evaluation, Expert, ObjectionFile, Publication
from evaluation.steps import MOVES
from portal.accounts.models import User
from portal.ledger.models import OutboxEntry
from tests.access.matrix import ROWS, STATES, Row
from tests.access.world import ROLES, build, print_documents

MOMENTS = ("scoring", "unpublished", "deciding", "certified")
PEOPLE = [role for role in ROLES if role not in ("anonymous", "disabled")]


def word(field: str) -> str:
    """The word that stands in a field."""
    return f"zq{field}qz"


def phone(field: str) -> str:
    """The same where only digits are taken."""
    return f"0531-77{FIELDS_WITH_DIGITS.index(field):06d}"


FIELDS_WITH_DIGITS = ("applicant.phone", *(f"phone.{role}" for role in PEOPLE))
# Everything that is searched for, by what it is.
WORDS = {
    **{f"name.{role}": word(f"name-{role}") for role in PEOPLE},
    **{f"mail.{role}": word(f"mail-{role}") for role in PEOPLE},
    **{field: phone(field) for field in FIELDS_WITH_DIGITS},
    **{
        field: word(field)
        for field in (
            "draft",
            "returned",
            "defect",
            "site.reason",
            "reason.leader",
            "reason.panel",
            "reason.final",
            "doubt",
            "answer",
            "reservation",
            "recusal",
            "release",
            "manual",
            "pool.title",
            "pool.employer",
            "pool.tie",
            "objector",
            "objection.identity",
            "objection.person",
            "objection.contact",
            "objection.mail",
            "objection.content",
            "objection.file",
            "objection.step",
            "objection.answer",
            "own_objection",
            "own_objection.answer",
            "send_back",
            "review.draft",
            "proposal",
            "misuse.reporter",
            "misuse.contact",
            "misuse.content",
            "misuse.note",
            "event",
            "other.event",
            "other.draft",
        )
    },
}


BEGINS = re.compile("zq|0531-77")
LONGEST = max(map(len, WORDS.values()))


def words_in(text: str) -> set[str]:
    """The names of the words that a text holds: one walk to where a word may begin."""
    found = set()
    for begin in BEGINS.finditer(text):
        here = text[begin.start() : begin.start() + LONGEST]
        found |= {name for name, planted in WORDS.items() if here.startswith(planted)}
    return found


@contextmanager
def refusals_left_blank() -> Iterator[None]:
    """Only what was opened is searched. The page that says a refusal, and the log's line of it,
    would be made thousands of times for nobody; an error is still logged."""

    def blank(status: int) -> Any:
        def answer(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
            return HttpResponse(status=status)

        return answer

    logging.disable(logging.WARNING)
    try:
        with (
            mock.patch("portal.urls.handler403", blank(403), create=True),
            mock.patch("portal.urls.handler404", blank(404), create=True),
        ):
            yield
    finally:
        logging.disable(logging.NOTSET)


def _letter() -> ObjectionFile:
    """A file whose own name gives away who wrote it."""
    upload = example_pdf(WORDS["objection.file"])
    return objections.keep_file(upload, uploads.check(upload, uploads.MATERIALS))


@dataclass
class Told:
    """Which words each role came upon, and where."""

    where: dict[tuple[str, str], list[str]]  # (word's name, role) -> places

    def readers(self, name: str) -> set[str]:
        return {role for found, role in self.where if found == name}


class Scene:
    """The world with the words planted, taken on from moment to moment."""

    def __init__(self) -> None:
        self.world = build()
        for role in PEOPLE:
            user = self.world.people[role]
            assert user is not None
            user.name, user.phone = WORDS[f"name.{role}"], WORDS[f"phone.{role}"]
            user.email = f"{WORDS[f'mail.{role}']}@example.org"
            user.save()
            user.refresh_from_db()
        cast = self.world.cast
        for user in (cast.lin, cast.han, cast.other, cast.chen, cast.zhou, *cast.experts):
            user.refresh_from_db()
        self._report(self.world.base, "event")
        self._report(self.world.other_base, "other.event")
        self._draft(self.world.cast.other, "other.draft")
        self._draft(self.world.cast.lin, "draft")
        self.case = self.world.cast.new_case()
        self._misuse()
        self._pool()

    def _pool(self) -> None:
        """The record of an expert who serves on nothing."""
        record, _made = Expert.objects.update_or_create(
            user=self.person("idle"),
            defaults={
                "title": WORDS["pool.title"],
                "employer": WORDS["pool.employer"],
                "saved_at": timezone.now(),
            },
        )
        record.ties.create(kind="consultancy", organisation=WORDS["pool.tie"])
        self.record = record

    def _misuse(self) -> None:
        """The world's report is written over with the words, and a note is put beside it."""
        made = self.world.misuse
        made.reporter, made.contact = WORDS["misuse.reporter"], WORDS["misuse.contact"]
        made.content = WORDS["misuse.content"]
        made.save()
        misuse.take_on(self.person("chen"), made)
        misuse.write_note(self.person("chen"), made, WORDS["misuse.note"])

    def person(self, role: str) -> User:
        user = self.world.people[role]
        assert user is not None
        return user

    def _report(self, base: Any, field: str) -> None:
        event = {**BODIES["security_event"], "攻击事件ID": field, "攻击事件描述": WORDS[field]}
        intake.accept(base, "security_event", json.dumps([event]).encode())

    def _draft(self, applicant: User, field: str) -> None:
        case = self.world.cast.new_case(user=applicant)
        application.save_table(applicant, case, "cover", {"address": WORDS[field]}, 0)

    def go_on_to_scoring(self) -> None:
        """Submitted, returned, corrected, visited; one of the panel has handed in the sheet."""
        lin, chen, case = self.person("lin"), self.person("chen"), self.case
        tables = example_tables(
            edition_of(case), case.category, PROVINCE_VALUES, case.organisation, case.base
        )
        tables["cover"]["phone"] = WORDS["applicant.phone"]
        for key, content in tables.items():
            application.save_table(lin, case, key, content, 0)
        for material in edition_of(case).materials:
            slot = material.number
            materials.add_material(lin, case, slot, example_pdf(f"示例材料{slot}"))
        application.submit(lin, case)
        application.return_application(chen, case, WORDS["returned"])
        application.submit(lin, case)
        application.accept(chen, case)
        agreement.sign_agreement(lin, case, example_pdf("示例协议-申报单位签章"))
        agreement.countersign_agreement(chen, case, example_pdf("示例协议-双方签章"))
        journey.ask_for_correction(case, self.world.cast.players(), 4, WORDS["defect"])
        materials.add_material(lin, case, 4, example_pdf("示例材料4补正"))
        review.resubmit(lin, case)
        for material in edition_of(case).materials:
            review.judge_slot(chen, case, material.number, accepted=True)
        review.pass_review(chen, case)
        self._assign("site", Duty.SITE, leads=True)
        site.dispatch_team(chen, case)
        self._visit()
        self._assign("leader", Duty.PANEL, leads=True)
        self._assign("panel", Duty.PANEL)
        panel.convene_panel(chen, case)
        for role in ("leader", "panel"):
            meeting.sign_in(self.person(role), case)
        self._assign("invited", Duty.PANEL, answers=False)
        recused = self._assign("recused", Duty.PANEL, answers=False)
        experts.recuse(self.person("recused"), recused, WORDS["recusal"])
        released = self._assign("released", Duty.PANEL)
        experts.release(chen, released, WORDS["release"])
        challenges.challenge(self.person("panel"), case, "pue", "1.35", WORDS["doubt"])
        self._score("leader")
        panel.submit_scores(self.person("leader"), case)
        self._score("panel")
        print_documents(case)

    def _assign(self, role: str, duty: Duty, *, leads: bool = False, answers: bool = True) -> Any:
        expert = self.person(role)
        asked = experts.assign(
            self.person("chen"), self.case, expert, duty, is_leader=leads, reason=WORDS["manual"]
        )
        if answers:
            experts.pledge(expert, asked)
        return asked

    def _visit(self) -> None:
        expert = self.person("site")
        for indicator in site.verified_on_site(self.case):
            site.record(
                expert,
                self.case,
                indicator.code,
                "1500" if indicator.code == "rack_count" else PROVINCE_VALUES[indicator.code],
                reason=WORDS["site.reason"] if indicator.code == "rack_count" else "",
            )
        site.add_photo(expert, self.case, "room_grade", example_photo())
        site.close_visit(expert, self.case)

    def _score(self, role: str) -> None:
        points = {i.code: (str(i.points - 1), WORDS[f"reason.{role}"]) for i in self._judged()}
        panel.save_scores(self.person(role), self.case, points)

    def _judged(self) -> list[Any]:
        return panel.judged(self.case)

    def go_on_to_unpublished(self) -> None:
        """All sheets in, the panel has given its opinion; nothing is public yet."""
        case = self.case
        waiting = case.assignments.get(duty=Duty.PANEL, expert=self.person("invited"))
        experts.release(self.person("chen"), waiting, "未答复。")
        panel.submit_scores(self.person("panel"), case)
        finals = {i.code: (str(i.points - 1), WORDS["reason.final"]) for i in self._judged()}
        case.refresh_from_db()
        seat = case.assignments.get(duty=Duty.PANEL, expert=self.person("panel"))
        held = dissent.record_dissent(
            self.person("leader"), case, seat, "public_service", WORDS["reservation"]
        )
        dissent.confirm_dissent(self.person("panel"), case, held)
        answers = {doubt.pk: WORDS["answer"] for doubt in challenges.counted_challenges(case)}
        journey.hand_in(self.person("leader"), case, finals, answers=answers)
        print_documents(case)

    def go_on_to_deciding(self) -> None:
        """Published, objected to, sent back once; the decision maker has it again."""
        chen, zhou, case = self.person("chen"), self.person("zhou"), self.case
        publication.publish(chen, case, working_days=0)
        objection = objections.record_objection(
            chen,
            case,
            objections.Given(
                kind="person",
                objector=WORDS["objector"],
                identity=WORDS["objection.identity"],
                contact_person=WORDS["objection.person"],
                contact=WORDS["objection.contact"],
                email=f"{WORDS['objection.mail']}@example.org",
                content=WORDS["objection.content"],
            ),
            timezone.localdate(),
            [_letter()],
        )
        objections.take_step(chen, objection, timezone.localdate(), WORDS["objection.step"])
        objections.close_objection(chen, objection, "upheld", WORDS["objection.answer"])
        self._object_oneself()
        publication.propose(chen, case)
        certification.send_back(zhou, case, WORDS["send_back"])
        publication.propose(chen, case)
        print_documents(case)

    def _object_oneself(self) -> None:
        """The applicant objects as well, on a day of a period that is then over."""
        notice = self.case.publication
        Publication.objects.filter(pk=notice.pk).update(working_days=5)
        lin = self.person("lin")
        given = objections.Given(
            kind="organisation",
            objector="示例智算科技有限公司",
            contact="0531",
            content=WORDS["own_objection"],
        )
        own, _secret = objections.lodge(notice, given, applicant=lin)
        objections.take_step(self.person("chen"), own, timezone.localdate(), "核实了身份。")
        objections.close_objection(
            self.person("chen"), own, "upheld", WORDS["own_objection.answer"]
        )
        Publication.objects.filter(pk=notice.pk).update(working_days=0)

    def go_on_to_certified(self) -> None:
        """The certificate is given; its first review is being filled in, and a change proposed."""
        certificate = certification.certify(self.person("zhou"), self.case)
        first = certificate.reviews.get(year=1)
        annual_review.open_review(first)
        answer = annual_review.Answer(True, WORDS["review.draft"], 0)
        annual_review.save_answers(self.person("lin"), first, {"law": answer})
        standing.propose(
            self.person("chen"),
            certificate,
            "suspend",
            reason=WORDS["proposal"],
            grounds=["10.4.3"],
        )
        print_documents(self.case)

    # Looking

    def look(self) -> Told:
        """Everything that each role can open now."""
        where: dict[tuple[str, str], list[str]] = {}
        addresses = self._addresses()
        with refusals_left_blank():
            for role in ROLES:
                for place, text in self._everything(role, addresses):
                    for name in words_in(text):
                        where.setdefault((name, role), []).append(place)
        return Told(where)

    def _everything(self, role: str, addresses: list[str]) -> Iterator[tuple[str, str]]:
        opened = {}
        for path in addresses:
            opened[path], text = self._open(role, path)
            yield path, text
        for document in Document.objects.select_related("evaluation"):
            path = reverse("evaluation:document", args=[document.evaluation.number, document.pk])
            if opened[path] if path in opened else self._open(role, path)[0]:
                content = json.dumps(document.content, ensure_ascii=False)
                yield f"{document.kind} {document.number}", content
        if role == "auditor":
            response = self.world.ask(role, "POST", reverse("site:audit_export"))
            yield "audit export", response.getvalue().decode()
        user = self.world.people[role]
        for entry in OutboxEntry.objects.filter(kind="mail"):
            if user is not None and entry.payload["user"] == user.pk:
                yield f"mail {entry.key}", f"{entry.payload['subject']} {entry.payload['body']}"

    def _open(self, role: str, path: str) -> tuple[bool, str]:
        """Whether an address opens, and what it says then."""
        response = self.world.ask(role, "GET", path)
        let_in = response.status_code == 200
        text = response.getvalue().decode("utf-8", "replace") if let_in else ""
        response.close()
        return let_in, text

    def _addresses(self) -> list[str]:
        """Every page of the cases as they stand, and every list."""
        found: dict[str, None] = {}
        for case in Evaluation.objects.all():
            self.world.states = dict.fromkeys((*STATES, "other"), case)
            for row in ROWS:
                if row.get and self._applies(row, case):
                    try:
                        found[reverse(row.name, args=row.args(self.world))] = None
                    except (ObjectDoesNotExist, AttributeError):
                        continue  # the case has no such part yet
            for document in case.documents.all():
                found[reverse("evaluation:document_row", args=[case.number, document.pk])] = None
            for objection in queries.objections_to(case):
                found[reverse("evaluation:objection", args=[case.number, objection.pk])] = None
            for asked in case.assignments.all():
                found[reverse("evaluation:invitation", args=[asked.pk])] = None
        found[reverse("evaluation:pool_record", args=[self.record.pk])] = None
        for base in (self.world.base, self.world.other_base):
            found[reverse("dataaccess:base", args=[base.code])] = None
            found[reverse("dataaccess:events", args=[base.code])] = None
        return list(found)

    def _applies(self, row: Row, case: Evaluation) -> bool:
        """Whether the page may say something now."""
        if row.name == "evaluation:move":
            return case.state in MOVES[row.label].sources
        if case.state == "draft" and row.state:
            return row.name in PAGES_OF_DRAFTS
        return not row.name.startswith(WITHOUT_CASES)


# Pages that are made from the rulebook or for an account alone.
WITHOUT_CASES = (
    "account_",
    "mfa_",
    "healthz",
    "set_language",
    "dataaccess:schema",
    "dataaccess:docs",
    "dataaccess:edge",
    "dataaccess:edge_download",
    "site:favicon",
    "site:robots",
    "site:indicators",
    "site:steps",
    "site:about",
    "site:readings",
    "site:self_test",
)
PAGES_OF_DRAFTS = (
    "evaluation:case",
    "evaluation:form_table",
    "evaluation:preview",
    "evaluation:completeness",
)
