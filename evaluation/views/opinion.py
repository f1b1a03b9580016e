"""阅看评审意见: what the leader means to hand in, as the other experts of the panel read it. It shows
the final points and what is changed, and of single scores only the reader's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries
from evaluation.actions import challenges, opinions
from evaluation.actions.panel import judged
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.findings import observed_text
from evaluation.models import Assignment, Duty, Evaluation, Opinion
from evaluation.rulebook import in_language
from evaluation.views.doubts import doubt_shown
from evaluation.views.refusals import case_view, show
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def opinion(request: SignedInRequest, number: str) -> HttpResponse:
    """Read the opinion that was put before the panel last, and say so; once it was handed in, read
    it as it was."""
    evaluation = queries.case_for(request.user, number)
    if opinions.may_read_afterwards(request.user, evaluation):
        if request.method == "POST":
            raise WrongState(_("评审意见已提交，不能再确认阅看。"))
        handed_in = opinions.handed_in_opinion(evaluation)
        scored = permissions.serving(request.user, evaluation, Duty.PANEL)
        assert handed_in is not None, "may_read_afterwards came first"
        assert scored is not None, "may_read_afterwards came first"
        context = _context(evaluation, scored, handed_in)
        return render(request, "evaluation/expert/opinion.html", context)
    own = opinions.check_reader(request.user, evaluation)
    standing = opinions.standing_opinion(evaluation)
    if standing is None:
        raise WrongState(_("组长还没有送阅评审意见；送阅后会通知您。"))
    if request.method == "POST":
        sent = request.POST.get("number", "")
        try:
            opinions.read_opinion(
                request.user, evaluation, int(sent) if sent.isascii() and sent.isdigit() else 0
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            show(request, refusal)
        else:
            messages.success(request, _("已记录您阅看了评审意见。"))
        return redirect("evaluation:opinion", number)
    return render(request, "evaluation/expert/opinion.html", _context(evaluation, own, standing))


def _context(evaluation: Evaluation, own: Assignment, standing: Opinion) -> dict[str, Any]:
    edition, language = edition_of(evaluation), reader_language()
    finals, overrules = standing.content["finals"], standing.content["overrules"]
    mine = {item.indicator: item.points for item in own.scores.all()}
    observed = dict(evaluation.site_records.values_list("indicator", "observed"))
    answers = standing.content["answers"]
    reading = standing.readings.filter(assignment=own).first()
    return {
        "evaluation": evaluation,
        "opinion": standing,
        "own": own,
        "points": [
            {
                "name": in_language(indicator, "name", language),
                "maximum": indicator.points,
                "mine": mine.get(indicator.code),
                "final": indicator.parse(finals[indicator.code][0])[0],
                "reason": finals[indicator.code][1],
            }
            for indicator in judged(evaluation)
        ],
        "changed": [
            {
                "name": in_language(indicator, "name", language),
                "mandatory": indicator.mandatory,
                "observed": observed_text(indicator, observed.get(code), language),
                "final": indicator.show(indicator.parse(value)[0], language),
                "reason": reason,
            }
            for code, (value, reason) in overrules.items()
            for indicator in [edition.indicator(code)]
        ],
        "doubts": [
            (
                doubt_shown(evaluation, made, made.assignment.expert.name),
                answers.get(str(made.pk), ""),
            )
            for made in challenges.counted_challenges(evaluation)
        ],
        "page": _("评审意见") if standing.handed_in_at else _("阅看评审意见"),
        "minutes": queries.minutes_for(own.expert, evaluation) if standing.handed_in_at else None,
        "read_at": reading.read_at if reading else None,
    }
