"""专业领域: the closed list of settings.EXPERT_FIELDS. A field is its Chinese name; those of the
default list have an English one, others are shown as they were set."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

NAMED = (
    gettext_noop("产业"),
    gettext_noop("算力"),
    gettext_noop("网络"),
    gettext_noop("电力"),
    gettext_noop("安全"),
    gettext_noop("数据"),
)


def choices() -> list[tuple[str, str]]:
    """Each field with its name in the reader's language."""
    return [(field, _(field)) for field in settings.EXPERT_FIELDS]
