"""Why a base stands where it does among those that could take a task, in sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dataaccess.capacity import EITHER, Excluded, Match, Need
from dataaccess.cards import Card
from dataaccess.distance import reach_km
from portal.site.capacity_form import resource_name, unit_of

CARDS_NAMED = 3


def excluded(found: Excluded, need: Need) -> list[str]:
    """Which condition keeps how many bases from taking the task."""
    counted = [
        (found.amounts, _("空闲量不足")),
        (found.cards, _("算力卡不符合条件")),
        (found.elsewhere, _("不在所选区域")),
    ]
    if need.distance_km is not None:
        far = _("直线距离超过 %(km)s km") % {"km": f"{need.distance_km:,}"}
        counted.append((found.beyond, far))
    if need.latency_ms is not None:
        told = {"ms": need.latency_ms, "km": f"{reach_km(need.latency_ms):,.0f}"}
        counted.append((found.too_far, _("往返时延超过 %(ms)s ms（约合直线 %(km)s km）") % told))
    counted.append((found.down, _("停机")))
    return [
        ngettext("%(condition)s：%(count)s 个基地", "%(condition)s：%(count)s 个基地", count)
        % {"condition": condition, "count": count}
        for count, condition in counted
        if count
    ]


def reasons(match: Match) -> list[str]:
    """Why the base stands where it does: what keeps it from taking the task, or what it would
    keep in reserve; then what the figures rest on."""
    told = [
        _("%(resource)s差 %(lack)s %(unit)s")
        % {
            "resource": resource_name(check.resource),
            "lack": f"{-check.left:,}",
            "unit": unit_of(check.resource),
        }
        for check in match.checks
        if not check.met
    ]
    if match.cards_lack:
        told.append(_cards_lack(match))
    if match.elsewhere:
        told.append(_("不在所选区域"))
    if match.down and match.offer.down_until is not None:
        told.append(_("已报备停机至%(day)s") % {"day": match.offer.down_until.isoformat()})
    if match.beyond:
        told.append(_("位置不详，无法计算距离") if match.km is None else _("直线距离超过上限"))
    if match.too_far:
        told.append(_("位置不详，无法估算时延") if match.km is None else _("估算时延超过上限"))
    if match.fits:
        tightest = match.tightest
        told.append(
            _("承接后占用最多的是%(resource)s：用去其空闲量的%(percent)s%%")
            % {"resource": resource_name(tightest.resource), "percent": _percent(tightest.taken)}
        )
        told += [
            _("按空闲较多的%(resource)s计")
            % {"resource": resource_name(match.offer.kind_for(check.resource))}
            for check in match.checks
            if check.resource in EITHER
        ]
    if match.cards and not match.cards_lack:
        told.append(_("符合条件的卡：%(cards)s") % {"cards": _named(match.cards)})
    if not match.fresh:
        told.append(
            ngettext("数据是%(days)s天前的", "数据是%(days)s天前的", match.age)
            % {"days": match.age}
        )
    if match.offer.seat and match.km is not None:
        told.append(
            _("上报坐标与所在省份不符，按省会计")
            if match.offer.astray
            else _("未报坐标，按省会位置估算")
        )
    return told


def doubt(match: Match) -> str:
    """That figures of the base are asked about, and which; nothing where none are."""
    if not match.offer.in_doubt:
        return ""
    named = [resource_name(key) if key else _("全部数字") for key in match.offer.in_doubt]
    return _("数值待核实：%(resources)s") % {"resources": _("、").join(named)}


def _cards_lack(match: Match) -> str:
    if match.offer.cards is None:
        return _("申报书没有算力卡清单，无法判断")
    if not match.cards:
        return _("申报的算力卡清单中没有符合条件的卡")
    # Rounded down: what lacks a little must not look as if it sufficed.
    told = {"cards": _named(match.cards), "have": f"{int(match.cards_pflops):,}"}
    return _("符合条件的卡（%(cards)s）FP16峰值共 %(have)s PFLOPS，少于所需") % told


def _named(cards: tuple[Card, ...]) -> str:
    """The first of them with their counts; of more, that there are."""
    named = _("、").join(f"{card.model} × {card.count:,}" for card in cards[:CARDS_NAMED])
    return f"{named}…" if len(cards) > CARDS_NAMED else named


def _percent(share: Any) -> int:
    """Rounded like every share of the portal; what is taken is never told as nothing."""
    return max(1, round(share * 100))
