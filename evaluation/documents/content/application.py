"""评估申报书 (Appendix A): the paper to be sealed, and the version that was submitted."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from evaluation.documents.content.common import (
    NOTHING,
    Json,
    by_dimension,
    case_facts,
    day,
    files_by_slot,
    moment,
    proof,
    region,
    requirement,
    shown,
)
from evaluation.edition import edition_of
from evaluation.models import Declaration, Evaluation
from evaluation.rulebook import Edition, FormField, FormTable, shortened
from evaluation.rulebook.form import Declared, declared_values

# The four groups of 申报条件具备情况, then 其他, in the order of the printed form.
CONDITION_TABLES = ("support", "clustering", "service", "development")
NUMERIC = ("integer", "decimal")
PERSON_FIELDS = ("name", "position", "phone", "email")


def application(declaration: Declaration) -> Json:
    """A submitted version, with the files handed in."""
    files = files_by_slot(declaration)
    return {
        **_form(declaration.evaluation, declaration.tables, declaration.values, files),
        "version": f"第{declaration.number}版",
        "submitted_at": moment(declaration.submitted_at),
        "digest": declaration.digest,
    }


def application_print(
    evaluation: Evaluation, tables: Mapping[str, Any], values: Mapping[str, Any]
) -> Json:
    """The draft as it stands, to be signed, sealed and scanned. Its list of materials names no
    files: they are fixed by the submission."""
    return {
        **_form(evaluation, tables, values, {}),
        "version": "",
        "submitted_at": "",
        "digest": "",
    }


def filled_tables(declaration: Declaration) -> list["FilledTable"]:
    """Every table of Appendix A with what a submitted version says, in words."""
    edition = edition_of(declaration.evaluation)
    working = declared_values(edition, declaration.tables)
    return [
        FilledTable(table, declaration.tables.get(table.key, {}), working) for table in edition.form
    ]


def _form(
    evaluation: Evaluation,
    saved: Mapping[str, Any],
    values: Mapping[str, Any],
    files: Mapping[int, list[Json]],
) -> Json:
    """The cover and tables of the printed form, the technical annex with every indicator, and the
    materials."""
    edition = edition_of(evaluation)
    working = declared_values(edition, saved)
    tables = {
        table.key: FilledTable(table, saved.get(table.key, {}), working) for table in edition.form
    }
    declared = shown(edition, values)
    facts = case_facts(evaluation)
    cover, organisation, base = tables["cover"], tables["organisation"], tables["base"]
    return {
        "case": facts,
        "title": "国家工业互联网大数据中心工业智算基地评估申报书",
        "made_by": "2024 年制" if edition.id == "2024" else f"{edition.id} 年制",
        # By it the cover chooses a type in which long names still fit on one page.
        "cover_length": sum(len(cover.text(field.key)) for field in cover.table.fields),
        "cover": [[field.label, cover.text(field.key)] for field in cover.table.fields],
        "organisation": organisation.texts(),
        "organisation_labels": organisation.labels(),
        "head": [tables["head"].text(key) for key in PERSON_FIELDS],
        "contact": [tables["contact"].text(key) for key in PERSON_FIELDS],
        "base": base.texts(),
        "conditions": [
            {
                "title": tables[key].table.title,
                "clause": tables[key].table.clause,
                "items": tables[key].items(),
            }
            for key in CONDITION_TABLES
        ],
        "other": {"title": tables["other"].table.title, "items": tables["other"].items()},
        "annexes": _annexes(tables),
        "technical": {
            "items": tables["technical"].items(),
            "access": tables["data_access"].items(),
        },
        "sections": by_dimension(
            edition,
            [
                {
                    "code": indicator.code,
                    "group": indicator.group_name,
                    "clause": indicator.clause,
                    "name": indicator.name,
                    "mandatory": indicator.mandatory,
                    "requirement": requirement(indicator, evaluation.category),
                    "declared": tables["data_access"].text(indicator.code)
                    if indicator.kind == "proof"  # 技术证明 or 承诺, where the value says 是 only
                    else declared[indicator.code],
                    "evidence": indicator.evidence,
                    "proof": proof(indicator, files),
                }
                for indicator in edition.indicators
            ],
        ),
        "materials": _materials(edition, files),
        "opinion": tables["opinion"].text("opinion"),
        "truthful": tables["opinion"].table.field("truthful").label,
        "signed_on": tables["opinion"].text("signed_on"),
    }


def _materials(edition: Edition, files: Mapping[int, list[Json]]) -> list[Json]:
    return [
        {
            "number": str(material.number),
            "name": material.name,
            "copies": str(material.copies),
            "form": material.form,
            "files": files.get(material.number, []),
        }
        for material in edition.materials
    ]


def _annexes(tables: Mapping[str, "FilledTable"]) -> list[Json]:
    """The lists of the form (enterprises, card-hours, racks, cards, meters), each a table."""
    return [
        {
            "title": f"{filled.table.title}：{field.label}",
            "clause": field.clause or filled.table.clause,
            **filled.rows(field),
        }
        for filled in tables.values()
        for field in filled.table.fields
        if field.kind == "rows" and filled.content.get(field.key)
    ]


class FilledTable:
    """One table of the form with what was filled in, as text."""

    def __init__(self, table: FormTable, content: Mapping[str, Any], working: Declared) -> None:
        self.table = table
        self.content = content
        self.working = working

    def text(self, key: str) -> str:
        field = self.table.field(key)
        computed = self.working.derivation(field.derived_by) if field.derived_by else None
        return _text(field, shortened(computed.value) if computed else self.content.get(key))

    def texts(self) -> dict[str, str]:
        return {field.key: self.text(field.key) for field in self.table.fields}

    def labels(self) -> dict[str, str]:
        return {field.key: field.label for field in self.table.fields}

    def items(self) -> list[Json]:
        """Label and text of each field; lists are told by their length and stand in an annex."""
        return [
            {
                "label": field.label,
                "clause": field.clause,
                "text": f"共{len(self.content.get(field.key) or [])}项，见附表"
                if field.kind == "rows"
                else self.text(field.key),
                "long": field.kind == "textarea",
            }
            for field in self.table.fields
            if not (field.kind == "rows" and not self.content.get(field.key))
        ]

    def rows(self, field: FormField) -> Json:
        return {
            "columns": [
                f"{column.label}（{column.unit}）" if column.unit else column.label
                for column in field.columns
            ],
            "rows": [
                [
                    [_text(column, row.get(column.key), unit=False), column.kind in NUMERIC]
                    for column in field.columns
                ]
                for row in self.content[field.key]
            ],
        }


def _text(field: Any, value: Any, *, unit: bool = True) -> str:
    """What was filled into a field or column, as the paper form would show it."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    match field.kind:
        case "bool":
            return "是" if value is True else "否"
        case "choice":
            return next((c.label for c in field.choices if c.key == value), str(value))
        case "multichoice":
            return "、".join(c.label for c in field.choices if c.key in value) or NOTHING
        case "date":
            try:
                return day(date.fromisoformat(value))
            except ValueError:
                return str(value)
        case "region":
            return _region(value)
        case "integer" | "decimal":
            return f"{value} {field.unit}" if unit and field.unit else str(value)
    return str(value)


def _region(value: Any) -> str:
    if isinstance(value, Mapping):
        return region(str(value.get("province", "")), str(value.get("city", "")))
    code = str(value)
    return region(code[:2] + "0000", "" if code.endswith("0000") else code)
