"""搜索 across what the reader may see. Each group starts from the reads that its own pages start from,
shows its first rows, and never says how many there are: not even a number tells of hidden things."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation import queries, queries_public
from evaluation.edition import current_edition, reader_language
from evaluation.rulebook import in_language
from portal.accounts.models import Organisation, Role, User
from portal.site import guides, words
from portal.site.certificates import STANDINGS

SHOWN = 10
Reader = User | AnonymousUser


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    about: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `more` leads to the kind's own list, where there is more than is
    shown and the list can be asked the same."""

    name: str | Promise
    hits: list[Hit]
    more: str = ""


def search(reader: Reader, query: str) -> list[Group]:
    """The groups in which something was found."""
    if not words.pieces(query):
        return []
    return [group for find in FINDERS if (group := find(reader, query)).hits]


def _group(name: Promise, hits: Iterable[Hit], more: str = "") -> Group:
    shown = list(islice(hits, SHOWN + 1))
    return Group(name, shown[:SHOWN], more if len(shown) > SHOWN else "")


def _where(query: str, *fields: str) -> Q:
    condition = words.condition(query, *fields)
    assert condition is not None, "search() has looked for pieces"
    return condition


def _asked(name: str, query: str, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': query, **more})}"


def cases(reader: Reader, query: str) -> Group:
    if not isinstance(reader, User):
        return Group(_("案卷"), [])
    found = (
        queries.cases_for(reader)
        .filter(_where(query, "number", "base__name", "organisation__name"))
        .order_by("-pk")[: SHOWN + 1]
    )
    hits = (
        Hit(
            f"{case.number} {case.base.name}",
            reverse("evaluation:case", args=[case.number]),
            f"{case.organisation.name} · {case.current.label}",
        )
        for case in found
    )
    staff = reader.role in queries.STAFF
    return _group(_("案卷"), hits, _asked("evaluation:cases", query, show="all") if staff else "")


def organisations(reader: Reader, query: str) -> Group:
    """One's own; for the office those whose cases it sees; for administrators all."""
    name, everybody = _("单位"), Organisation.objects.order_by("name", "pk")
    if not isinstance(reader, User):
        return Group(name, [])
    if reader.role == Role.APPLICANT:
        seen, page = everybody.filter(pk=reader.organisation_id or 0), "accounts:organisation"
    elif reader.role in queries.STAFF:
        theirs = queries.cases_for(reader).filter(organisation=OuterRef("pk"))
        seen, page = everybody.filter(Exists(theirs)), "evaluation:cases"
    elif reader.role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        seen, page = everybody, "accounts:organisations"
    else:
        return Group(name, [])
    found = seen.filter(_where(query, "name", "credit_code"))[: SHOWN + 1]
    hits = (Hit(one.name, _asked(page, one.credit_code), one.credit_code) for one in found)
    return _group(name, hits, _asked(page, query))


def certificates(reader: Reader, query: str) -> Group:
    found = queries_public.register().filter(
        _where(query, "number", "name", "name_en", "holder", "base__name")
    )
    hits = (
        Hit(
            in_language(one, "name", reader_language()),
            reverse("site:certificate", args=[one.number]),
            f"{one.number} · {one.holder} · {STANDINGS[one.state].label}",
        )
        for one in found[: SHOWN + 1]
    )
    return _group(_("证书"), hits, _asked("site:register", query))


def notices(reader: Reader, query: str) -> Group:
    found = queries_public.notice_rows().filter(
        _where(query, "number", "evaluation__base__name", "evaluation__organisation__name")
    )
    hits = (
        Hit(
            one.evaluation.base.name,
            reverse("site:notice", args=[one.number]),
            f"{one.number} · {one.evaluation.organisation.name}",
        )
        for one in found[: SHOWN + 1]
    )
    return _group(_("公示"), hits)


def indicators(reader: Reader, query: str) -> Group:
    """The standard itself: what an indicator asks, and how its text is read."""
    edition = current_edition()
    hits = (
        Hit(
            f"{one.clause} {in_language(one, 'name', reader_language())}",
            f"{reverse('site:indicators')}#{one.code}",
        )
        for one in edition.indicators
        if words.found_in(query, f"{one.clause} {one.name} {one.name_en} {one.code}")
    )
    return _group(_("评估指标"), hits, reverse("site:indicators"))


def tasks(reader: Reader, query: str) -> Group:
    """What the guides explain."""
    hits = (
        Hit(task.title, f"{reverse('site:guide', args=[guide.reader])}#{task.id}", guide.title)
        for guide in guides.guides(reader_language())
        for task in guide.tasks
        if words.found_in(query, task.text)
    )
    return _group(_("使用帮助"), hits, reverse("site:guides"))


FINDERS: list[Callable[[Reader, str], Group]] = [
    cases,
    organisations,
    certificates,
    notices,
    indicators,
    tasks,
]


def can_be_searched(reader: Reader) -> list[Any]:
    """What the reader may look for, in words."""
    own: list[Any] = []
    if isinstance(reader, User):
        if reader.role in (Role.APPLICANT, Role.EXPERT, *queries.STAFF):
            own.append(_("案卷：案卷号、待评估基地或申报单位的名称（您能查看的案卷）"))
        if reader.role in (Role.APPLICANT, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, *queries.STAFF):
            own.append(_("单位：名称或统一社会信用代码（您能查看的单位）"))
    return [
        *own,
        _("证书：编号、证书名称、持有单位或基地的名称"),
        _("公示：公示编号、待评估基地或申报单位的名称"),
        _("评估指标：条款号或指标名称"),
        _("使用帮助：办理中的问题，如“上传材料”"),
    ]
