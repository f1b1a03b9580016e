"""The capacity finder (3.8, 3.9): which bases could take a task, for people and for programs."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from dataaccess.api.centre import centre_caller
from dataaccess.api.problems import answer, problem
from dataaccess.api.views import as_problem, wrong_method
from dataaccess.capacity import Match, Need
from dataaccess.permissions import can_see_overview
from dataaccess.views.shared import reader, refuse_unless
from portal.accounts.requests import SignedInRequest
from portal.site import capacity
from portal.site.capacity_faults import parameter_faults
from portal.site.capacity_form import NeedForm, resource_name, unit_of
from portal.site.capacity_words import doubt, excluded, reasons

# Bases that could not take the task are shown for orientation; the nearest to it suffice.
LACKING_SHOWN = 10
# Of those that could, the best suffice on a page; the API tells all.
FITS_SHOWN = 50


@login_required
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    refuse_unless(can_see_overview(reader(request)))
    asked = "pflops" in request.GET
    form = NeedForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "asked": asked}
    if asked and form.is_valid():
        context |= _found(form.need())
    return render(request, "site/capacity.html", context, status=422 if form.errors else 200)


@csrf_exempt
def api(request: HttpRequest) -> HttpResponse:
    """The same for a program with a centre key; parameters as in the form."""
    try:
        centre_caller(request)
        if request.method not in ("GET", "HEAD"):
            return wrong_method(["GET"])
        form = NeedForm(request.GET)
        if faults := parameter_faults(form, request.GET):
            told = _("请按 errors 逐项更正后重新请求；参数一览见 /api/docs#capacity。")
            return problem(422, _("参数不符合要求"), told, errors=faults)
        return answer(200, _as_json(form.need()))
    except Exception as failure:
        return as_problem(failure, reading=True)


def _found(need: Need) -> dict[str, Any]:
    bases = capacity.listed(with_cards=bool(need.cards))
    found = capacity.find(need, bases)
    offers = [each.offer for each in bases.values() if each.offer is not None]
    return {
        "columns": [(resource_name(key), unit_of(key)) for key in need.amounts()],
        "fits": [_row(match, bases) for match in found.fits[:FITS_SHOWN]],
        "fits_count": len(found.fits),
        "lacking": [_row(match, bases) for match in found.lacking[:LACKING_SHOWN]],
        "lacking_count": len(found.lacking),
        "silent": [each for each in bases.values() if each.offer is None],
        "bases_count": len(bases),
        "excluded": excluded(found.excluded(), need),
        "oldest": min((offer.day for offer in offers), default=None),
        "newest": max((offer.day for offer in offers), default=None),
        "by_distance": need.origin is not None,
        "by_cards": bool(need.cards),
    }


def _row(match: Match, bases: dict[str, capacity.Listed]) -> dict[str, Any]:
    return {
        "match": match,
        "base": bases[match.offer.code],
        "reasons": reasons(match),
        "doubt": doubt(match),
    }


def _as_json(need: Need) -> dict[str, Any]:
    bases = capacity.listed(with_cards=bool(need.cards))
    found = capacity.find(need, bases)
    return {
        "answered_at": timezone.localtime().isoformat(timespec="seconds"),
        "notice": _("仅供调度参考：以各基地按日上报的空闲量为依据，不预留资源。"),
        "need": need.amounts(),
        "fits": [_match_json(match, bases) for match in found.fits],
        "lacking": [_match_json(match, bases) for match in found.lacking],
        "without_data": sorted(code for code, each in bases.items() if each.offer is None),
    }


def _match_json(match: Match, bases: dict[str, capacity.Listed]) -> dict[str, Any]:
    base = bases[match.offer.code]
    return {
        "base": base.code,
        "name": base.name,
        "certificate": base.certificate,
        "province": match.offer.province,
        "report_date": match.offer.day.isoformat(),
        "fresh": match.fresh,
        "distance_km": None if match.km is None else round(match.km),
        "latency_ms": None if match.latency_ms is None else round(match.latency_ms, 1),
        "resources": [
            {"resource": check.resource, "need": check.need, "idle": check.have, "met": check.met}
            for check in match.checks
        ],
        "cards": [
            {
                "model": card.model,
                "count": card.count,
                "peak_tflops": float(card.peak_tflops),
                "domestic": card.domestic,
            }
            for card in match.cards
        ],
        "in_doubt": [key or "all" for key in match.offer.in_doubt],
        "reasons": [*reasons(match), *filter(None, [doubt(match)])],
    }
