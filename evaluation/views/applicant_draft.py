"""The application as it stands: read once, shown on every working page of the applicant."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.regions import place_name
from evaluation import periods, queries
from evaluation.actions import application, stamping
from evaluation.completeness import Gap, gaps
from evaluation.correction import (
    SEALED_FORM,
    Defect,
    defects_under_correction,
    sealing_follows,
)
from evaluation.edition import edition_of, reader_language
from evaluation.enterprises.rows import FIELD, with_rows
from evaluation.models import CaseFile, DraftTable, Evaluation
from evaluation.rulebook import Category, Edition, FormTable, in_language
from evaluation.rulebook.form import SOURCES, Declared, declared_values, with_case
from evaluation.rulebook.shapes import Material
from evaluation.views.scorecards import SelfScore, self_score

ENTERPRISES_A_PAGE = 50


@dataclass(frozen=True)
class NavItem:
    """A line of the list at the left."""

    label: str
    url: str
    current: bool
    state: str
    number: int | str = ""
    note: str = ""
    done: bool = False  # nothing is left to do there


class Draft:
    """The tables, files, gaps and score of an application that its applicant works on.

    Two queries: the tables and the files."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.edition: Edition = edition_of(evaluation)
        self.category: Category = self.edition.category(evaluation.category)
        self.saved: dict[str, DraftTable] = {
            table.key: table for table in evaluation.tables.select_related("saved_by")
        }

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The draft as the rulebook reads it."""
        tables = {key: table.content for key, table in self.saved.items()}
        tables = with_rows(tables, self.enterprises)
        return with_case(self.edition, tables, self.evaluation.category, self.evaluation.place)

    @cached_property
    def enterprises(self) -> list[dict[str, str]]:
        return queries.enterprise_rows(self.evaluation)

    def show_instead(self, key: str, content: dict[str, Any]) -> None:
        """Go on as if the table held this, beside what stands elsewhere. Before anything was
        derived from it."""
        fields = self.edition.form_table(key).fields
        elsewhere = {field.key for field in fields if field.from_case or field.own_page}
        held = self.tables.get(key, {})
        self.tables[key] = {**{k: v for k, v in held.items() if k in elsewhere}, **content}

    @cached_property
    def files(self) -> dict[int, list[CaseFile]]:
        """The material files by slot."""
        found: dict[int, list[CaseFile]] = defaultdict(list)
        for file in queries.draft_materials(self.evaluation).select_related("uploaded_by", "stamp"):
            assert file.slot is not None
            found[file.slot].append(file)
        return found

    @cached_property
    def declared(self) -> Declared:
        return declared_values(self.edition, self.tables, timezone.localdate())

    @cached_property
    def gaps(self) -> list[Gap]:
        return gaps(self.edition, self.tables, self.files.keys())

    @cached_property
    def score(self) -> SelfScore:
        return self_score(self.edition, self.evaluation.category, self.declared.values)

    @cached_property
    def defects(self) -> list[Defect]:
        """What the applicant is asked to correct now."""
        return defects_under_correction(self.evaluation)

    @property
    def unsettled(self) -> int:
        """How many of them were neither corrected nor answered."""
        return sum(not defect.settled for defect in self.defects)

    @property
    def blocking(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.blocks]

    @cached_property
    def form_code(self) -> str:
        return application.form_code(self.evaluation, self.tables)

    @cached_property
    def stamp(self) -> str:
        """How the sealed paper stands to the form: none, unknown, other or same."""
        files = self.files.get(SEALED_FORM, [])
        return stamping.standing([stamping.scan_of(file, self.form_code) for file in files])

    @property
    def resealing(self) -> tuple[str, str] | None:
        """Kind and word of the sealed form, where a correction opens it because it opens the form;
        None anywhere else."""
        if not sealing_follows(self.defects):
            return None
        if self.stamp == "same":
            return "met", _("扫描件与申报书一致")
        if any(defect.changed for defect in self.defects if defect.field):
            return "attention", _("待重新盖章上传")
        return "waiting", _("申报书改动之后办理")

    def may_change(self, slot: int) -> bool:
        """Whether a slot is open: while a correction is asked for, those alone that it opens."""
        if self.evaluation.state != "correction":
            return True
        if slot == SEALED_FORM and self.resealing:
            return True
        return any(defect.slot == slot for defect in self.defects)

    def coverage(self, material: Material) -> periods.Coverage | None:
        """How the files of a slot stand to the time that Table 1 asks for."""
        return periods.coverage(
            material,
            [
                (file.period_from, file.period_to)
                for file in self.files.get(material.number, [])
                if file.period_from and file.period_to
            ],
            timezone.localdate(),
        )

    def doubtful(self, material: Material) -> bool:
        """An open slot that holds files, about which something is said below all the same."""
        if not self.files.get(material.number) or not self.may_change(material.number):
            return False
        if material.number == SEALED_FORM:
            return self.stamp in ("other", "unknown")
        coverage = self.coverage(material)
        return bool(coverage and not coverage.enough)

    def correction_state(self, defects: list[Defect]) -> tuple[str, str] | None:
        """Kind and word of what is to be corrected in one place; None where nothing is."""
        if not defects:
            return None
        if not all(defect.settled for defect in defects):
            return "not_met", _("需补正")
        if all(defect.changed for defect in defects):
            return "met", _("已改动")
        return "attention", _("未改动，已说明")

    def table_correction(self, key: str) -> tuple[str, str] | None:
        """The same of a table of the form."""
        return self.correction_state(
            [defect for defect in self.defects if defect.field and defect.field[0] == key]
        )

    @property
    def to_seal(self) -> bool:
        """Whether the form was corrected and its sealed paper not yet."""
        return self.resealing is not None and self.resealing[0] == "attention"

    @property
    def left_to_correct(self) -> bool:
        return bool(self.unsettled) or self.to_seal

    def _table_done(self, key: str) -> bool:
        """What a correction leaves closed is done, and so is what was answered there."""
        if self.evaluation.state != "correction":
            return self.table_state(key) in ("complete", "optional")
        asked = [defect for defect in self.defects if defect.field and defect.field[0] == key]
        blocked = any(gap.blocks for gap in self.table_gaps(key))
        return not blocked and all(defect.settled for defect in asked)

    def table_gaps(self, key: str) -> list[Gap]:
        return [gap for gap in self.gaps if gap.table == key]

    def table_state(self, key: str) -> str:
        """complete; incomplete; waiting for its first word; optional where none is asked for;
        attention where only indicators that may be left out are."""
        found = self.table_gaps(key)
        if not self._begun(key):
            return "waiting" if found else "optional"
        if any(gap.blocks for gap in found):
            return "incomplete"
        return "attention" if found else "complete"

    def _begun(self, key: str) -> bool:
        """Whether anything but what the case says stands in the table."""
        table = self.edition.form_table(key)
        known = {field.key for field in table.fields if field.from_case}
        return bool(self.tables.get(key, {}).keys() - known)

    def materials_state(self) -> str:
        """The same of the slots together: incomplete, waiting, attention, complete; in a correction
        what became of those that it opens."""
        if any(gap.slot for gap in self.blocking):
            return "incomplete" if self.files else "waiting"
        doubtful = any(self.doubtful(material) for material in self.edition.materials)
        asked = self.correction_state([defect for defect in self.defects if defect.slot])
        if asked and not (asked[0] == "met" and doubtful):
            return asked[0]
        return "attention" if doubtful else "complete"

    def nav(self, current: str) -> list[NavItem]:
        """Tables 1 to 13, the materials, the check before submitting."""
        language = reader_language()
        number = self.evaluation.number
        items = []
        if self.evaluation.state == "correction":
            items.append(
                NavItem(
                    label=_("补正清单"),
                    url=reverse("evaluation:correction", args=[number]),
                    current=current == "correction",
                    state="attention" if self.left_to_correct else "complete",
                    done=not self.left_to_correct,
                )
            )
        items += [
            NavItem(
                number=table.number,
                label=in_language(table, "title", language),
                url=reverse("evaluation:form_table", args=[number, table.key]),
                current=current == table.key,
                state=(self.table_correction(table.key) or [self.table_state(table.key)])[0],
                done=self._table_done(table.key),
            )
            for table in self.edition.form
        ]
        slots = len(self.edition.materials)
        state = self.materials_state()
        answered = all(defect.settled for defect in self.defects if defect.slot)
        items.append(
            NavItem(
                label=_("提交材料（规范表1）"),
                note=_("%(filled)s / %(all)s 项已上传") % {"filled": len(self.files), "all": slots},
                url=reverse("evaluation:materials", args=[number]),
                current=current == "materials",
                state=state,
                done=state in ("complete", "met")
                or (state == "attention" and bool(self.defects) and answered and not self.to_seal),
            )
        )
        items.append(
            NavItem(
                label=_("检查并提交"),
                url=reverse("evaluation:completeness", args=[number]),
                current=current == "completeness",
                state="waiting" if self.blocking or self.unsettled else "complete",
            )
        )
        return items

    def context(self, current: str) -> dict[str, Any]:
        """What the frame of every working page shows."""
        nav = self.nav(current)
        parts = nav[:-1]
        return {
            "evaluation": self.evaluation,
            "category": self.category,
            "nav": nav,
            "nav_done": sum(item.done for item in parts),
            "nav_total": len(parts),
            "materials_lacking": sum(gap.slot is not None for gap in self.blocking),
            "score": self.score,
        }


def next_table(edition: Edition, key: str) -> FormTable | None:
    """The table after this one."""
    keys = [table.key for table in edition.form]
    place = keys.index(key) + 1
    return edition.form[place] if place < len(keys) else None


def place_of(gap: Gap, number: str) -> str:
    """The address that leads to the field or slot of a gap."""
    if gap.slot is not None:
        return f"{reverse('evaluation:materials', args=[number])}#slot-{gap.slot}"
    if gap.field == FIELD:
        page, place = divmod(gap.row or 0, ENTERPRISES_A_PAGE)
        return (
            f"{reverse('evaluation:enterprises', args=[number])}?page={page + 1}#id_enterprises"
            + (f"-{place}" if gap.row is not None else "")
        )
    row = f"-{gap.row}" if gap.row is not None else ""
    return f"{reverse('evaluation:form_table', args=[number, gap.table])}#id_{gap.field}{row}"


def place_of_defect(draft: Draft, defect: Defect) -> str:
    """The address where a defect is put right: of a value that the portal computes, at its rows."""
    number = draft.evaluation.number
    if defect.field is None:
        return f"{reverse('evaluation:materials', args=[number])}#slot-{defect.slot}"
    table, field = defect.field
    derived_by = draft.edition.form_table(table).field(field).derived_by
    if derived_by and draft.declared.derivation(derived_by):
        table, field = SOURCES[derived_by][0]
    if field == FIELD:
        return f"{reverse('evaluation:enterprises', args=[number])}#id_enterprises"
    return f"{reverse('evaluation:form_table', args=[number, table])}#line-{field}"


def prefilled(draft: Draft, table: FormTable) -> Mapping[str, Any]:
    """What the portal knows already, offered in a table that was never saved."""
    evaluation, cover = draft.evaluation, draft.tables.get("cover", {})
    where = place_name(evaluation.base.province, evaluation.base.city)
    known: dict[str, dict[str, Any]] = {
        "cover": {"applicant_name": evaluation.organisation.name},
        "organisation": {
            "name": evaluation.organisation.name,
            "region": evaluation.base.city,
        },
        "head": {"name": cover.get("head_name")},
        "contact": {"name": cover.get("contact_name"), "phone": cover.get("phone")},
        "base": {"contact_address": cover.get("address"), "location": where},
    }
    asked = {field.key for field in table.fields}
    return {key: value for key, value in known.get(table.key, {}).items() if key in asked and value}
