"""The audit chain in words: subjects by name, details as label and value. What the reader may not
open is named, not linked; what is not known any more keeps its number."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dataaccess.shapes import tables
from dataaccess.words import printed
from evaluation import steps
from evaluation.edition import current_edition, reader_language
from evaluation.findings import observed_text
from evaluation.models import (
    CATEGORIES,
    CertificateState,
    DrawRound,
    Duty,
    Left,
    MisuseKind,
    MisuseOutcome,
    ObjectionOutcome,
    Outcome,
    Side,
    Tie,
)
from evaluation.review_items import COMMITMENT, asked
from evaluation.rulebook import in_language
from evaluation.steps_after import CHANGES, REVIEW_STATES
from portal.accounts import outgoing
from portal.accounts.models import MemberRole, Role
from portal.ledger import runtime
from portal.ledger.models import AuditEvent
from portal.ledger.wording import ACTIONS
from portal.notifications.kinds import table as notification_kinds
from portal.site import audit_names
from portal.site.audit_labels import KINDS, LABELS, label_of

# Long enough to be told apart; the export has all of it.
HASH = re.compile(r"[0-9a-f]{40,64}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")
DEFECT_OF_SLOT = re.compile(r"s(\d+)")
Named = tuple[str, str]  # words, and an address or ""
Mapped = Callable[[], Mapping[str, Any]]

MAIL_STATES = {
    **outgoing.STATES,
    "sending": gettext_lazy("正在发送"),
    "retrying": gettext_lazy("等待重试"),
    "planned": gettext_lazy("定时待发"),
    "waiting": gettext_lazy("待发送"),
}
STAYS_AS = {**dict(MemberRole.choices), "left": gettext_lazy("离开本单位")}
DUPLICATES = {"skip": gettext_lazy("跳过"), "replace": gettext_lazy("替换")}


def names_of(events: list[AuditEvent]) -> audit_names.Names:
    """The names of what the events are about and mention. One query."""
    return audit_names.names_in(events)


def subject_of(event: AuditEvent, names: audit_names.Names) -> Named:
    """What an event is about, in words."""
    kind, _colon, key = event.subject.partition(":")
    label = str(KINDS.get(kind, kind))
    name, address = _name(event, kind, key, names)
    return (_("%(kind)s：%(name)s") % {"kind": label, "name": name} if name else label), address


def _name(event: AuditEvent, kind: str, key: str, names: audit_names.Names) -> Named:
    known = audit_names.name_of(names, kind, key)
    if known:
        return known, ""
    match kind:
        case "certificate" if event.data.get("number"):
            number = str(event.data["number"])
            return number, reverse("site:certificate", args=[number])
        case "evaluation" if event.case:
            return event.case, ""
        case "view" if event.data.get("name"):
            return str(event.data["name"]), ""
        case "letter" if key in notification_kinds():
            return str(notification_kinds()[key].label), ""
        case "setting" if key in runtime.declared():
            return str(runtime.declared()[key].label), ""
        case "day":
            return _day(key), ""
    return (_("编号%(number)s") % {"number": key[:8]}, "") if key else ("", "")


def facts_of(event: AuditEvent, names: audit_names.Names) -> list[tuple[str, str]]:
    """The details of an event; empty ones, and what its subject says already, are left out."""
    return [
        (label_of(event, key), told)
        for key, value in event.data.items()
        if (told := _value(event, key, value, names))
    ]


def _value(event: AuditEvent, key: str, value: Any, names: audit_names.Names) -> str:
    if key in ("before", "after") and event.action == "settings.change":
        return _setting(event.subject.partition(":")[2], value)
    if key in ("observed",):
        return _observed(event, value)
    match value:
        case bool():
            return _("是") if value else _("否")
        case [list() | str() as before, list() | str() as after] if (
            event.action == "evaluation.change_expert"
        ):
            return _("%(before)s → %(after)s") % {
                "before": _listed(event, key, before, names) or "–",
                "after": _listed(event, key, after, names) or "–",
            }
        case list():
            return _listed(event, key, value, names)
        case dict():
            pairs = ((label_of(event, k), _value(event, k, v, names)) for k, v in value.items())
            return _("；").join(f"{label} {told}" for label, told in pairs if told)
        case None:
            return ""
    text = str(value)
    return str(_words(event, key, text, names)) if text else ""


def _listed(event: AuditEvent, key: str, value: Any, names: audit_names.Names) -> str:
    each = value if isinstance(value, list) else [value]
    told = (
        " ".join(filter(None, (_value(event, key, part, names) for part in one)))
        if isinstance(one, list)
        else _value(event, key, one, names)
        for one in each
    )
    return _("、").join(filter(None, told))


def _words(event: AuditEvent, key: str, text: str, names: audit_names.Names) -> Any:
    """One value: the thing that it names, the word that it stands for, or as it was typed."""
    kind = audit_names.source_of(event.action, key)
    known = audit_names.name_of(names, kind, text) if kind else None
    if known:
        return known
    words = _vocabulary(event, key)
    if words is not None and text in words():
        return words()[text]
    if HASH.fullmatch(text):
        return f"{text[:12]}…"
    if UUID.fullmatch(text):
        return f"{text[:8]}…"
    if DAY.fullmatch(text):
        return _day(text)
    if MOMENT.fullmatch(text):
        return _moment(text)
    if key in ("slot", "slots"):
        return _("材料%(slot)s") % {"slot": text}
    if key == "defect":
        found = DEFECT_OF_SLOT.fullmatch(text)
        return _("材料%(slot)s") % {"slot": found[1]} if found else _("申报书中的一项")
    return text


def _vocabulary(event: AuditEvent, key: str) -> Mapped | None:
    """The closed list that a detail's value comes from; None where it is free."""
    family = event.action.partition(".")[0]
    return (
        VOCABULARIES.get((event.action, key))
        or VOCABULARIES.get((family, key))
        or VOCABULARIES.get(("", key))
    )


def _day(text: str) -> str:
    day = parse_date(text)
    return format_date(day, _("Y年n月j日")) if day else text


def _moment(text: str) -> str:
    moment = parse_datetime(text)
    if moment is None:
        return text
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return format_date(local, _("Y年n月j日 H:i"))


def _setting(name: str, value: Any) -> str:
    setting = runtime.declared().get(name)
    return str(setting.type.shown(value)) if setting else str(value)


def _observed(event: AuditEvent, value: Any) -> str:
    """A verified value as its indicator shows it."""
    found = current_edition().by_code.get(event.data.get("indicator", ""))
    if found is None:
        return str(value)
    return observed_text(found, value, reader_language())


def _case_states() -> dict[str, Any]:
    return {code: state.label for code, state in steps.STATES.items()}


def _review_states() -> dict[str, Any]:
    return {code: state.label for code, state in REVIEW_STATES.items()}


def _certificate_states() -> dict[str, Any]:
    return {**dict(CertificateState.choices), **_review_states()}


def _edition_names(items: Any) -> dict[str, Any]:
    return {each.code: in_language(each, "name", reader_language()) for each in items}


def _categories() -> dict[str, Any]:
    edition = current_edition()
    return _edition_names(edition.category(code) for code in CATEGORIES)


def _indicators() -> dict[str, Any]:
    return _edition_names(current_edition().indicators)


def _tables() -> dict[str, Any]:
    return {
        each.key: in_language(each, "title", reader_language()) for each in current_edition().form
    }


def _form_fields() -> dict[str, Any]:
    return {
        field.key: in_language(field, "label", reader_language())
        for each in current_edition().form
        for field in each.fields
    }


def _review_items() -> dict[str, Any]:
    edition, language = current_edition(), reader_language()
    keys = [item.key for item in edition.review.items]
    keys += [f"{COMMITMENT}{indicator.code}" for indicator in edition.indicators]
    return {key: asked(edition, key, language).name for key in keys}


def _interfaces() -> dict[str, Any]:
    return {kind: printed(each.title) for kind, each in tables.TABLES.items()}


def _entries() -> dict[str, Any]:
    """The contact data of people, organisations and forms, by the name under which one sees them."""
    named = {key: label for key, label in LABELS.items() if key in ENTRIES}
    in_form = {f"{table}.{key}": label for (table, key), label in _form_entries().items()}
    return {**named, **in_form, **{name: printed(name) for name in _printed_names()}}


ENTRIES = ("contact", "contact_person", "email", "identity", "phone", "reporter")


def _form_entries() -> dict[tuple[str, str], Any]:
    from evaluation.contacts import IN_THE_FORM

    fields = _form_fields()
    return {(table, key): fields.get(key, key) for table, key in IN_THE_FORM}


def _printed_names() -> tuple[str, ...]:
    from dataaccess.contacts import MASKED

    return tuple(MASKED)


def _languages() -> dict[str, Any]:
    return {**dict(settings.LANGUAGES)}


def _kinds_of_mail() -> dict[str, Any]:
    return {code: kind.label for code, kind in notification_kinds().items()}


def _roles() -> dict[str, Any]:
    return {**dict(Role.choices), **dict(MemberRole.choices)}


def _changed_fields() -> dict[str, Any]:
    return {key: LABELS[key] for key in ("name", "email", "phone", "organisation")}


def _expert_fields() -> dict[str, Any]:
    return {field: _(field) for field in settings.EXPERT_FIELDS}


# By action or family of actions, and detail; "" is any action.
VOCABULARIES: dict[tuple[str, str], Mapped] = {
    ("", "source"): _case_states,
    ("", "target"): _case_states,
    ("", "state"): _case_states,
    ("certificate", "source"): _review_states,
    ("certificate", "target"): _review_states,
    ("certificate", "state"): _certificate_states,
    ("outbox", "state"): lambda: MAIL_STATES,
    ("", "role"): _roles,
    ("accounts.change_member_role", "before"): _roles,
    ("accounts.change_member_role", "after"): _roles,
    ("accounts", "stay_as"): lambda: STAYS_AS,
    ("accounts", "changed"): _changed_fields,
    ("", "duty"): lambda: dict(Duty.choices),
    ("", "change"): lambda: {code: change.proposed for code, change in CHANGES.items()},
    ("", "category"): _categories,
    ("", "indicator"): _indicators,
    ("", "indicators"): _indicators,
    ("", "table"): _tables,
    ("", "field"): _form_fields,
    ("", "item"): _review_items,
    ("", "items"): _review_items,
    ("", "side"): lambda: dict(Side.choices),
    ("", "cause"): lambda: {**dict(DrawRound.Cause.choices), **dict(Left.choices)},
    ("", "duplicates"): lambda: DUPLICATES,
    ("", "interfaces"): _interfaces,
    ("", "scopes"): _interfaces,
    ("", "language"): _languages,
    ("", "without_mail"): _kinds_of_mail,
    ("contacts", "fields"): _entries,
    ("evaluation.add_expert", "fields"): _expert_fields,
    ("evaluation.change_expert", "fields"): _expert_fields,
    ("evaluation.add_expert", "ties"): lambda: dict(Tie.Kind.choices),
    ("evaluation.change_expert", "ties"): lambda: dict(Tie.Kind.choices),
    ("evaluation.decide_site_entry", "outcome"): lambda: dict(Outcome.choices),
    ("evaluation.close_objection", "outcome"): lambda: dict(ObjectionOutcome.choices),
    ("misuse", "outcome"): lambda: dict(MisuseOutcome.choices),
    ("misuse", "kind"): lambda: dict(MisuseKind.choices),
    ("export_audit", "action"): lambda: ACTIONS,
}
