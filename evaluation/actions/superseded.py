"""A value that the portal computes leaves no typed one behind it: when the rows that gave it go,
the field is empty and asked for anew, rather than silently what it once was."""

from typing import Any

from evaluation import queries
from evaluation.edition import edition_of
from evaluation.enterprises.rows import with_rows
from evaluation.models import Evaluation
from evaluation.rulebook.form import computed_fields, is_blank


def without_computed(evaluation: Evaluation, key: str, content: dict[str, Any]) -> dict[str, Any]:
    """One table as it is to be saved, without typed values that its own or another table's rows
    supersede. The other tables let go of theirs too: their rows may lie in this one."""
    edition = edition_of(evaluation)
    drafts = {draft.key: draft for draft in evaluation.tables.all()}
    held = {name: draft.content for name, draft in drafts.items()}
    now = {**held, key: content}
    typed = {
        (table.key, field.key)
        for table in edition.form
        for field in table.fields
        if field.derived_by and not is_blank(now.get(table.key, {}).get(field.key))
    }
    if not typed:
        return content
    rows = queries.enterprise_rows(evaluation)
    computed = computed_fields(edition, with_rows(now, rows))
    elsewhere = computed | computed_fields(edition, with_rows(held, rows))
    for other, draft in drafts.items():
        gone = {field for table, field in typed & elsewhere if table == other}
        if other != key and gone:
            draft.content = {name: v for name, v in draft.content.items() if name not in gone}
            draft.save(update_fields=["content"])
    return {name: value for name, value in content.items() if (key, name) not in computed}
