"""Step 1 申请: the draft, its materials, submission, and the answer to it."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.models import Base, ConformanceRun
from dataaccess.regions import (
    city_name,
    is_city,
    is_province,
    names_region,
    place_name,
    province_name,
)
from evaluation import correction, permissions, queries, steps
from evaluation.actions import enterprises
from evaluation.actions.materials import add_material
from evaluation.actions.moving import changing, moving, note
from evaluation.actions.superseded import without_computed
from evaluation.actions.volumes import order_volume
from evaluation.completeness import gaps, sentence
from evaluation.documents import content
from evaluation.documents.order import order, version_code
from evaluation.edition import current_edition, edition_of
from evaluation.enterprises.rows import FIELD, TABLE, with_rows
from evaluation.errors import Conflict, NotAllowed, Refused
from evaluation.merging import Digests, merge
from evaluation.models import (
    CaseFile,
    Declaration,
    DraftTable,
    Evaluation,
    Kind,
)
from evaluation.rulebook.certificates import certificate_name
from evaluation.rulebook.form import declared_values, with_case, without_superseded
from evaluation.rulebook.shapes import Edition
from portal.accounts.models import User
from portal.ledger import numbers

# Saves of one person that follow each other so closely are one sitting at the table.
SITTING = timedelta(minutes=10)


@transaction.atomic
def start(
    user: User,
    *,
    category: str,
    place: str,
    base_name: str = "",
    province: str = "",
    city: str = "",
    base: Base | None = None,
    source: Evaluation | None = None,
) -> Evaluation:
    """Open a case for a base of the user's organisation, or for a new base. `source`: an earlier
    application of the organisation whose form is copied, but for what is signed."""
    permissions.check_start(user)
    organisation = user.organisation
    assert organisation is not None, "a database constraint gives every applicant one"
    if base is not None and base.organisation_id != user.organisation_id:
        raise NotAllowed(_("只能为本单位的基地申报。"))
    if source is not None and source.organisation_id != user.organisation_id:
        raise NotAllowed(_("只能复制本单位的申报。"))
    if base is None:
        if not is_province(province) or (city and not is_city(city, province)):
            raise Refused(_("请选择待评估基地所在省份和城市。"))
        base = Base.objects.create(
            organisation=organisation,
            code=f"base-{numbers.next_number('base'):04d}",
            name=base_name,
            province=province,
            city=city,
        )
    now = timezone.localtime()
    edition = current_edition()
    place = checked_place(edition, category, place, base)
    _check_no_twin(base, category)
    evaluation = Evaluation.objects.create(
        number=f"PG{now.year}-{numbers.next_number(f'case:{now.year}'):04d}",
        organisation=organisation,
        base=base,
        edition=edition.id,
        category=category,
        place=place,
        state="draft",
        state_since=now,
        created_by=user,
        created_at=now,
    )
    DraftTable.objects.bulk_create(
        DraftTable(evaluation=evaluation, key=table.key) for table in edition.form
    )
    note(user, evaluation, "start", category=category, place=place, base=base.code)
    if source is not None:
        _copy_form(user, source, evaluation)
    return evaluation


# Where proofs for 8.4 are filed: table 1 has no number for them (readings, 8.4).
PROOF_SLOT = 10


def _copy_form(user: User, source: Evaluation, evaluation: Evaluation) -> None:
    """The tables of another application, as far as this edition asks for them. What is signed or
    dated is left open, and no material is taken along: each is handed in for its own time."""
    earlier = tables_of(source)
    # Where another base lies and what it is like is no use here.
    elsewhere = {"location", "overview"} if source.base_id != evaluation.base_id else set()
    for table in edition_of(evaluation).form:
        held = earlier.get(table.key, {})
        signed = {field.key for field in table.fields if field.kind == "date" or field.must_be_true}
        asked = {field.key for field in table.fields if not field.from_case} - signed
        if table.key == "base":
            asked -= elsewhere
        content = {key: value for key, value in held.items() if key in asked}
        if content:
            save_table(user, evaluation, table.key, content, 0)
    note(user, evaluation, "copy_form", source=source.number)


def change_scope(user: User, evaluation: Evaluation, *, category: str, place: str) -> None:
    """Change what is applied for, until the application is accepted: the agreement names it."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        permissions.check_state(current, "draft", "returned")
        place = checked_place(edition_of(current), category, place, current.base)
        _check_no_twin(current.base, category, besides=current)
        current.category, current.place = category, place
        current.save(update_fields=["category", "place"])
        note(user, current, "change_scope", category=category, place=place)
    evaluation.refresh_from_db()


def _check_no_twin(base: Base, category: str, besides: Evaluation | None = None) -> None:
    """A base applies for a category once at a time. Holds the base until the transaction ends."""
    Base.objects.select_for_update().get(pk=base.pk)
    others = base.evaluations.filter(category=category)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    ended = [code for code, state in steps.STATES.items() if state.ended]
    twin = others.exclude(state__in=ended).first()
    if twin is not None:
        raise Refused(
            _("该基地已有同一类别的在办案卷%(number)s（%(state)s），请继续办理该案卷，或先撤回。")
            % {"number": twin.number, "state": twin.current.applicant_label}
        )


def checked_place(edition: Edition, category: str, place: str, base: Base) -> str:
    """The place as it would stand in the certificate's name (10.2); Refused where it cannot, and
    where a province or city is not the one the base lies in."""
    try:
        certificate_name(edition, category, place)
    except ValueError:
        raise Refused(
            _("请填写命名用的地区或行业名称，例如“山东省”，不含括号和换行（规范10.2）。")
        ) from None
    place = place.strip()
    naming = edition.category(category).naming
    if naming.choices and place not in naming.choices:
        raise Refused(
            _("该类别以规范8.2.3所列的行业命名（%(clause)s），请从中选择：%(choices)s。")
            % {"clause": naming.clause, "choices": _("、").join(naming.choices)}
        )
    where = {"province": province_name(base.province), "city": city_name(base.city)}.get(category)
    if where and not names_region(place, where):
        raise Refused(
            _(
                "基地位于%(where)s，该类别以所在地命名，例如“%(name)s”，不能是“%(place)s”（%(clause)s）。"
            )
            % {
                "where": place_name(base.province, base.city),
                "name": where,
                "place": place,
                "clause": naming.clause,
            }
        )
    return place


def save_table(
    user: User,
    evaluation: Evaluation,
    key: str,
    table: dict[str, Any],
    version: int,
    *,
    tab: str = "",
    by_itself: bool = False,
    began: Digests | None = None,
) -> DraftTable:
    """Save one table of the form. `version` is the one the user began from; Conflict carries the
    table that another save put there meanwhile. With `began`, digests of the fields as the user
    found them, what only the other save changed is taken over, and only a field that both
    changed is a Conflict.

    `tab` names the open page: one whose answer got lost on the way does not conflict with itself.
    A page that saves `by_itself` while its user types gives one audit event for each sitting."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        asked = edition_of(current).form_table(key)
        # What the case says is kept in the case alone.
        known = {field.key for field in asked.fields if field.from_case}
        table = {name: value for name, value in table.items() if name not in known}
        # The list has rows of its own; a table that brings one along replaces it.
        if key == TABLE and FIELD in table:
            correction.check_enterprises(current)
            enterprises.put_all(user, current, table[FIELD] or [])
            table = {name: value for name, value in table.items() if name != FIELD}
        names = [field.key for field in asked.fields]
        draft, _created = DraftTable.objects.select_for_update().get_or_create(
            evaluation=current, key=key
        )
        in_the_way = draft.version != version and not (tab and draft.tab == tab)
        if began and draft.version:
            merged = merge(names, began, table, draft.content)
            table, in_the_way = merged.content, in_the_way and bool(merged.disputed)
        table = correction.only_open_fields(current, key, draft.content, table)
        table = without_computed(current, key, table)
        # An empty table is saved the first time, too: from then on the page says what it lacks.
        if draft.content == table and (draft.version or by_itself):
            return draft
        if in_the_way:
            raise Conflict(
                _(
                    "这张表在您填写期间已被他人或另一个窗口保存过。您填写的内容仍保留在下方，请核对后再保存。"
                ),
                draft,
            )
        now = timezone.now()
        same_sitting = (
            by_itself
            and draft.saved_by_id == user.pk
            and draft.saved_at is not None
            and now - draft.saved_at < SITTING
        )
        draft.content = table
        draft.version += 1
        draft.saved_by = user
        draft.saved_at = now
        draft.tab = tab
        draft.save()
        if not same_sitting:
            note(user, current, "save_table", table=key, version=draft.version)
        return draft


def file_conformance_record(user: User, evaluation: Evaluation, run: ConformanceRun) -> CaseFile:
    """Put the printed record of a passed conformance run among the other materials (10), which
    hold the proof for 8.4."""
    if not run.passed or run.rendered_at is None:
        raise Refused(_("只有全部通过并已生成的测试记录可以作为证明材料。"))
    with run.stored.open("rb") as printed:
        upload = SimpleUploadedFile(f"{run.number}.pdf", printed.read(), "application/pdf")
    return add_material(user, evaluation, PROOF_SLOT, upload)


def tables_of(evaluation: Evaluation) -> dict[str, Any]:
    """The draft as the rulebook reads it: table key -> content."""
    tables = {table.key: table.content for table in evaluation.tables.all()}
    tables = with_rows(tables, queries.enterprise_rows(evaluation))
    return with_case(edition_of(evaluation), tables, evaluation.category, evaluation.place)


def form_code(evaluation: Evaluation, tables: dict[str, Any]) -> str:
    """The version code on each page of the form: the same for the sealed paper, the screen and
    the version submitted as long as nothing in the form's tables or its scope is changed."""
    tables = without_superseded(edition_of(evaluation), tables)
    return version_code({"case": evaluation.number, "tables": tables})


def what_is_missing(evaluation: Evaluation) -> list[str]:
    """Everything that keeps the application from being submitted, a sentence each."""
    edition = edition_of(evaluation)
    filled = set(queries.draft_materials(evaluation).values_list("slot", flat=True))
    found = gaps(edition, tables_of(evaluation), filled)
    return [sentence(edition, gap) for gap in found if gap.blocks]


def freeze(user: User, evaluation: Evaluation) -> Declaration:
    """Make the next version of the declaration from the draft, and order its PDF and receipt."""
    lacking = what_is_missing(evaluation)
    if lacking:
        raise Refused(*lacking)
    edition = edition_of(evaluation)
    tables = without_superseded(edition, tables_of(evaluation))
    values = edition.dump_values(declared_values(edition, tables).values)
    materials = list(queries.draft_materials(evaluation))
    last = queries.current_declaration(evaluation)
    frozen = {
        "category": evaluation.category,
        "place": evaluation.place,
        "tables": tables,
        "values": values,
        "materials": [[file.slot, file.sha256] for file in materials],
    }
    text = json.dumps(frozen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    declaration = Declaration.objects.create(
        evaluation=evaluation,
        number=last.number + 1 if last else 1,
        tables=tables,
        values=values,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        form_code=form_code(evaluation, tables),
        submitted_by=user,
        submitted_at=timezone.now(),
    )
    declaration.materials.set(materials)
    order(
        evaluation,
        Kind.APPLICATION,
        content.application(declaration),
        code=declaration.form_code,
    )
    order(evaluation, Kind.RECEIPT, content.receipt(declaration))
    order_volume(user, evaluation, declaration)
    return declaration


def submit(user: User, evaluation: Evaluation) -> Declaration:
    """提交申报: freeze a version and hand the case to the secretariat."""
    with moving(user, evaluation, "submit") as move:
        declaration = freeze(user, move.evaluation)
        if move.evaluation.submitted_at is None:
            move.evaluation.submitted_at = declaration.submitted_at
        move.data = {"declaration": declaration.number, "digest": declaration.digest}
        return declaration


def recall(user: User, evaluation: Evaluation) -> None:
    """撤回修改, before it was accepted: back to the draft, with its files; what was submitted stays
    as it is and a version of its own follows."""
    with moving(user, evaluation, "recall"):
        pass


def withdraw(user: User, evaluation: Evaluation, reason: str) -> None:
    """撤回申报, before it was accepted."""
    with moving(user, evaluation, "withdraw", reason):
        pass


def accept(user: User, evaluation: Evaluation) -> None:
    """受理申报: the agreement is made out for signature."""
    with moving(user, evaluation, "accept") as move:
        order(move.evaluation, Kind.AGREEMENT, content.agreement(move.evaluation))


def return_application(user: User, evaluation: Evaluation, reason: str) -> None:
    """退回修改, with the reason the applicant reads."""
    with moving(user, evaluation, "return_application", reason):
        pass
