"""Tables of the form that a correction leaves closed although a mandatory value there falls short.

A material that is not accepted reopens its slot alone; the declared value stands in the form, where
only fields that are marked are reopened."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from evaluation.edition import edition_of, reader_language
from evaluation.models import Declaration, FieldDefect, SlotReview
from evaluation.rulebook import Scorecard, in_language, score


def declared_score(declaration: Declaration) -> Scorecard:
    """What the declared values come to."""
    edition = edition_of(declaration.evaluation)
    clean = {
        code: value
        for code, raw in declaration.values.items()
        if (value := edition.indicator(code).parse(raw)[0]) is not None
    }
    return score(edition, declaration.evaluation.category, clean)


def closed_tables(
    declaration: Declaration, card: Scorecard, slot: int, marked: Iterable[FieldDefect]
) -> list[str]:
    """The tables in which values stand that this slot proves and that fall short of what is
    mandatory, and of which no field is marked."""
    edition, language = edition_of(declaration.evaluation), reader_language()
    short = [
        indicator
        for indicator in edition.proved_by(slot)
        if indicator.mandatory and indicator.kind != "judged" and not card.step(indicator.code).met
    ]
    codes, clauses = {i.code for i in short}, {i.clause for i in short}
    reopened = {defect.table for defect in marked}
    return [
        _("表%(number)s %(title)s")
        % {"number": table.number, "title": in_language(table, "title", language)}
        for table in edition.form
        if table.key not in reopened
        and any(field.indicator in codes or field.clause in clauses for field in table.fields)
    ]


def closed_in_notice(
    declaration: Declaration, defects: list[SlotReview | FieldDefect]
) -> list[str]:
    """The same for every slot that a notice lists, each table once."""
    card = declared_score(declaration)
    marked = [defect for defect in defects if isinstance(defect, FieldDefect)]
    return list(
        dict.fromkeys(
            table
            for defect in defects
            if isinstance(defect, SlotReview)
            for table in closed_tables(declaration, card, defect.slot, marked)
        )
    )
