"""Settings that change while the portal runs: a closed list with a type, a range and a meaning
each. A value in the database wins; without one the default holds, which comes from the
environment where the setting has a name there.

Each floor declares its own (portal/accounts/rules.py, evaluation/terms.py) when its app is made
ready; `read` is one query by primary key and never cached, so that a change holds at once in every
process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ledger.models import RuntimeSetting

Text = Any  # a lazy translation

GROUPS: dict[str, Text] = {
    "deadlines": gettext_lazy("办理期限"),
    "objections": gettext_lazy("公示与异议"),
    "certificates": gettext_lazy("证书与年审"),
    "secretariat": gettext_lazy("秘书处"),
    "mail": gettext_lazy("邮件"),
    "passwords": gettext_lazy("登录与密码"),
    "edition": gettext_lazy("规范版本"),
}


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds, both included."""

    least: int
    most: int

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_("请填写整数。"))
        if not self.least <= value <= self.most:
            raise ValidationError(
                _("须在%(least)s至%(most)s之间。") % {"least": self.least, "most": self.most}
            )
        return value

    def shown(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Days:
    """Distances from a day, in days: positive before it, negative after it. Kept from the
    farthest before to the farthest after."""

    most: int = 365
    many: int = 12

    def check(self, value: Any) -> list[int]:
        if not isinstance(value, list) or any(type(each) is not int for each in value):
            raise ValidationError(_("请填写整数，用逗号隔开。"))
        if any(abs(each) > self.most for each in value):
            raise ValidationError(_("每个天数须在前后%(most)s天之内。") % {"most": self.most})
        if len(set(value)) > self.many:
            raise ValidationError(_("最多填写%(many)s个天数。") % {"many": self.many})
        return sorted(set(value), reverse=True)

    def shown(self, value: Any) -> str:
        return ", ".join(map(str, value)) or "–"


@dataclass(frozen=True)
class OneOf:
    """One of some values, each with its name; asked for anew each time."""

    options: Callable[[], Mapping[str, Any]]

    def check(self, value: Any) -> str:
        if value not in self.options():
            raise ValidationError(_("请选择列出的一项。"))
        return str(value)

    def shown(self, value: Any) -> str:
        return str(self.options().get(value, value))


@dataclass(frozen=True)
class SomeOf:
    """Any number of some values."""

    options: Callable[[], Mapping[str, Any]]

    def check(self, value: Any) -> list[str]:
        options = self.options()
        if not isinstance(value, list) or any(each not in options for each in value):
            raise ValidationError(_("请选择列出的项。"))
        return [each for each in options if each in value]

    def shown(self, value: Any) -> str:
        options = self.options()
        return _("、").join(str(options.get(each, each)) for each in value) or "–"


@dataclass(frozen=True)
class Line:
    """One line of text that a function of its own checks; it raises ValidationError."""

    rule: Callable[[str], None]
    most: int = 200

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError(_("请填写内容。"))
        text = value.strip()
        if len(text) > self.most or "\n" in text:
            raise ValidationError(_("须为一行，不超过%(most)s个字符。") % {"most": self.most})
        self.rule(text)
        return text

    def shown(self, value: Any) -> str:
        return str(value)


Type = Whole | Days | OneOf | SomeOf | Line


@dataclass(frozen=True)
class Setting:
    """One setting: its name, meaning and type, what holds without a value of its own, and which
    administrator changes it. What the standard does not say is labelled so."""

    name: str
    group: str
    label: Text
    meaning: Text
    type: Type
    default: Callable[[], Any]
    role: str = "system_admin"
    unit: Text = ""
    in_standard: bool = False


_declared: dict[str, Setting] = {}


def declare(*settings: Setting) -> None:
    """Add settings to the list, when an app is made ready."""
    for setting in settings:
        assert setting.group in GROUPS, setting
        assert _declared.setdefault(setting.name, setting) == setting, setting.name


def declared() -> Mapping[str, Setting]:
    """Every setting by its name."""
    return _declared


def read(name: str) -> Any:
    """The value that holds now. Raises KeyError for a name that is not on the list."""
    setting = _declared[name]
    row = RuntimeSetting.objects.filter(name=name).values_list("value", flat=True).first()
    return setting.default() if row is None else _checked(setting, row)


def read_group(group: str) -> dict[str, Any]:
    """The values of a group. One query."""
    wanted = [setting for setting in _declared.values() if setting.group == group]
    kept = dict(
        RuntimeSetting.objects.filter(name__in=[each.name for each in wanted]).values_list(
            "name", "value"
        )
    )
    return {
        each.name: _checked(each, kept[each.name]) if each.name in kept else each.default()
        for each in wanted
    }


def _checked(setting: Setting, value: Any) -> Any:
    """A kept value that is no longer allowed, because the list changed, counts as none."""
    try:
        return setting.type.check(value)
    except ValidationError:
        return setting.default()
