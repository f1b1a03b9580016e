"""专家抽取记录: everything that is needed to repeat a draw by hand."""

from django.conf import settings
from django.utils import translation

from evaluation.documents.content.common import Json, case_facts, day, moment
from evaluation.documents.content.pledge import DUTY_NAMES
from evaluation.models import Draw, Duty
from evaluation.pool import record
from evaluation.pool.exclusions import need_of


def draw(drawn: Draw) -> Json:
    """The draw with all its rounds so far: who could be drawn, who could not and why, the order by
    the seed, and who was taken."""
    with translation.override(settings.LANGUAGE_CODE):
        told = record.telling(drawn)
    for each in told["rounds"]:
        each["made_at"] = moment(each["made_at"])
    need = need_of(drawn.requirement, drawn.duty)
    return {
        "title": "专家抽取记录",
        "case": case_facts(drawn.evaluation),
        "duty": DUTY_NAMES[Duty(drawn.duty)],
        "drawn_at": moment(drawn.drawn_at),
        "drawn_by": drawn.drawn_by.name,
        "size": need.size,
        "days": day(need.first_day)
        if need.first_day == need.last_day
        else f"{day(need.first_day)}至{day(need.last_day)}",
        "conflict_years": drawn.requirement["conflict_years"],
        "service_years": drawn.requirement["service_years"],
        "algorithm": drawn.algorithm,
        "seed": drawn.seed,
        "digest": drawn.digest,
        **told,
    }
