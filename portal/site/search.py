"""搜索 across what the reader may see. Each group starts from the reads that its own pages start from,
shows its first rows, and never says how many there are: not even a number tells of hidden things."""

from collections import Counter
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

from dataaccess import regions
from evaluation import queries, queries_public, steps
from evaluation.edition import current_edition, reader_language
from evaluation.rulebook import in_language
from evaluation.templatetags.standard import clause_name
from portal.accounts.models import Organisation, Role, User
from portal.site import guides, pages, words
from portal.site.certificates import STANDINGS, name_applied_for

SHOWN = 10
MOST_TRIED = 4  # words looked for one by one
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
    if not words.pieces(query) or words.too_short(query):
        return []
    return [group for find in FINDERS if (group := find(reader, query)).hits]


def search_wider(reader: Reader, query: str) -> tuple[list[Group], str]:
    """For a query whose words are nowhere together: what most of them find, and the words."""
    tried = words.fewer(query)[:MOST_TRIED] if not words.too_short(query) else []
    found = [(word, group) for word in tried for group in search(reader, word)]
    counts = Counter((group.name, hit.url) for _word, group in found for hit in group.hits)
    most = max(counts.values(), default=0)
    merged: dict[str | Promise, dict[str, Hit]] = {}
    for _word, group in found:
        for hit in group.hits:
            if counts[group.name, hit.url] == most:
                merged.setdefault(group.name, {}).setdefault(hit.url, hit)
    groups = [Group(name, list(hits.values())[:SHOWN]) for name, hits in merged.items()]
    shown = {url for hits in merged.values() for url in hits}
    by = {word: None for word, group in found if any(hit.url in shown for hit in group.hits)}
    return groups, " ".join(by)


def _group(name: Promise, hits: Iterable[Hit], more: str = "") -> Group:
    shown = list(islice(hits, SHOWN + 1))
    return Group(name, shown[:SHOWN], more if len(shown) > SHOWN else "")


def _where(query: str, *fields: str, also: Callable[[str], Q | None] = lambda piece: None) -> Q:
    condition = words.condition(query, *fields, also=also)
    assert condition is not None, "search() has looked for pieces"
    return condition


def _asked(name: str, query: str, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': query, **more})}"


# What a piece of the query may stand for beside a row's own words. A certificate and a notice are
# found by what they are, too: 北京 证书.
CALLED_CERTIFICATE = ("证书", "认定", "certificate", "certificates")  # not translated: looked for
CALLED_NOTICE = ("公示", "结果", "评估结果", "notice", "notices", "result")  # not translated: same
EVERY_ROW = ~Q(pk__in=[])


def _called(piece: str, names: tuple[str, ...]) -> bool:
    """Also by half of a longer name, as words written together are cut: 估结 of 评估结果."""
    half = len(piece) == 2 and not piece.isascii()
    return piece.casefold() in names or (half and any(piece in name for name in names))


def _place(piece: str, base: str) -> Q | None:
    """The province and city of a base, which are kept as codes."""
    provinces, cities = regions.named_with(piece)
    if not provinces and not cities:
        return None
    return Q(**{f"{base}__province__in": provinces}) | Q(**{f"{base}__city__in": cities})


def _of_case(piece: str) -> Q | None:
    return _place(piece, "base")


def _of_certificate(piece: str) -> Q | None:
    if _called(piece, CALLED_CERTIFICATE):
        return EVERY_ROW
    provinces, cities = regions.named_with(piece)
    if not provinces and not cities:
        return None
    return Q(province__in=provinces) | Q(base__city__in=cities)


def _of_notice(piece: str) -> Q | None:
    """Also by the name applied for: its category names it (算力网络枢纽节点), beside the place."""
    if _called(piece, CALLED_NOTICE):
        return EVERY_ROW
    wanted = piece.casefold()
    named = [
        category.code
        for category in current_edition().categories
        if wanted in f"{category.naming.pattern}\n{category.naming.pattern_en}".casefold()
    ]
    place = _place(piece, "evaluation__base") or Q()
    return place | Q(evaluation__category__in=named) if named else place


def cases(reader: Reader, query: str) -> Group:
    if not isinstance(reader, User):
        return Group(_("案卷"), [])
    found = (
        queries.cases_for(reader)
        .filter(_where(query, "number", "base__name", "organisation__name", also=_of_case))
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
        _where(query, "number", "name", "name_en", "holder", "base__name", also=_of_certificate)
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
        _where(query, "number", "base_name", "applicant", "place", also=_of_notice)
    )
    hits = (
        Hit(
            one.base_name,
            reverse("site:notice", args=[one.number]),
            f"{one.number} · {one.applicant} · {name_applied_for(one)}",
        )
        for one in found[: SHOWN + 1]
    )
    return _group(_("公示"), hits)


def public_pages(reader: Reader, query: str) -> Group:
    """The pages themselves, by their names and by what people call what is done there; first those
    that bear the words in their name."""
    found = [page for page in pages.PAGES if words.found_in(query, page.text)]
    found.sort(key=lambda page: not words.found_in(query, page.names))
    hits = (Hit(str(page.name), reverse(page.url), str(page.about)) for page in found)
    return _group(_("页面"), hits)


def the_steps(reader: Reader, query: str) -> Group:
    """The seven steps, by their names and by the states in them."""
    edition, language = current_edition(), reader_language()
    hits = []
    for number, step in enumerate(steps.STEPS, start=1):
        told = edition.step(step.key)
        states = [one.applicant_label for one in steps.STATES.values() if one.step == number]
        sentence = in_language(told, "sentence", language)
        text = " ".join(
            map(str, [told.name, told.name_en, told.sentence, told.sentence_en, *states])
        )
        if words.found_in(query, text):
            name = in_language(told, "name", language)
            hits.append(
                Hit(
                    f"{number} {name}",
                    f"{reverse('site:steps')}#{step.key}",
                    words.excerpt(sentence, query),
                )
            )
    return _group(_("评估流程"), hits)


def readings(reader: Reader, query: str) -> Group:
    """How the standard is read where it is silent."""
    language = reader_language()
    hits = (
        Hit(
            f"{clause_name(one.clause)} {in_language(one, 'text', language)}",
            f"{reverse('site:readings')}#{one.id}",
            words.excerpt(
                " ".join(in_language(one, part, language) for part in ("decision", "why")), query
            ),
        )
        for one in current_edition().readings
        if words.found_in(
            query,
            " ".join(
                [one.clause]
                + [in_language(one, part, language) for part in ("text", "decision", "why")]
            ),
        )
    )
    return _group(_("规范释义"), hits, _asked("site:readings", query))


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
        Hit(
            task.title,
            f"{reverse('site:guide', args=[guide.reader])}#{task.id}",
            f"{guide.title} · {words.excerpt(task.steps_text, query)}",
        )
        for guide in guides.guides(reader_language())
        for task in guide.tasks
        if words.found_in(query, task.text)
    )
    return _group(_("使用帮助"), hits, reverse("site:guides"))


FINDERS: list[Callable[[Reader, str], Group]] = [
    cases,
    organisations,
    public_pages,
    certificates,
    notices,
    the_steps,
    indicators,
    readings,
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
        _("页面：名称或要办的事，如“异议”“自评”"),
        _("证书：编号、证书名称、持有单位或基地的名称、所在省份或城市"),
        _("公示：公示编号、待评估基地或申报单位的名称、拟认定名称、所在省份或城市"),
        _("评估标准：条款号、指标名称、流程的步骤或释义中的词"),
        _("使用帮助：办理中的问题，如“上传材料”"),
    ]
