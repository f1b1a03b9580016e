"""What a 保留意见 is about: one indicator, or the panel's opinion as a whole."""

from django.utils import translation
from django.utils.translation import gettext

from evaluation.models import WHOLE_OPINION, Dissent
from evaluation.rulebook import Edition, in_language


def dissent_about(edition: Edition, dissent: Dissent, language: str = "zh") -> str:
    """The name of what a dissent is about; without `language`, as documents print it."""
    if dissent.indicator != WHOLE_OPINION:
        return in_language(edition.indicator(dissent.indicator), "name", language)
    with translation.override({"zh": "zh-hans"}.get(language, language)):
        return gettext("整个评审意见")
