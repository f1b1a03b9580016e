"""Display for every template: `{% load ui %}`.

Numbers, dates and signs as the reader sees them, icons, the menu of the frame, and
`{% component %}`, which wraps a piece of page in a template of templates/components.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import STATICFILES_STORAGE_ALIAS
from django.core.files.storage import storages
from django.forms import BoundField
from django.template.base import NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from portal import static_files
from portal.accounts import duties
from portal.accounts.passwords import rules
from portal.site import words

register = template.Library()

GROUP_SEPARATOR = "\u202f"  # narrow and unbreakable: "2 600" stays on one line
NOTHING = "–"


# Numbers


@register.filter
def number(value: Any) -> str:
    """An exact number in groups of three: 2600 → "2 600", Decimal("1.50") → "1.5", None → "–"."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    if not exact.is_finite():
        return str(value)
    plain = f"{exact:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(",", GROUP_SEPARATOR)


@register.filter
def points(value: Any) -> str:
    """Points for a reader: at most two decimals. What they would round to a mark that it misses,
    or does not keep, is written in full: 79.998 is not 80."""
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return number(value)
    if not exact.is_finite():
        return number(value)
    short = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return number(exact if short != exact and short == short.to_integral_value() else short)


@register.filter
def share(value: Any, whole: Any = 100) -> str:
    """`value` as a share of `whole` for SVG geometry, held within 0..100: "82.5%"."""
    try:
        part, full = Decimal(str(value)), Decimal(str(whole))
    except ArithmeticError:
        return "0%"
    if not part.is_finite() or not full.is_finite() or full <= 0:
        return "0%"
    percent = min(max(part / full * 100, Decimal(0)), Decimal(100))
    return f"{percent.quantize(Decimal('0.01')).normalize():f}%"


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or None: for tables whose columns are only known at run time."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return None


@register.filter
def short_hash(value: str | None) -> str:
    """The first twelve hex digits of a SHA-256; enough to compare by eye."""
    return (value or NOTHING)[:12]


@register.filter
def marked(text: Any, query: str) -> SafeString:
    """The text with what was searched for marked."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", part) if found else part,)
            for part, found in words.marked(str(text), query)
        ),
    )


# Dates


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """2026年7月26日."""
    # Translators: Django date format
    return format_date(value, _("Y年n月j日")) if value else NOTHING


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """2026年7月26日 14:05."""
    # Translators: Django date format, 24 hours
    return format_date(value, _("Y年n月j日 H:i")) if value else NOTHING


@register.filter(expects_localtime=True)
def days_left(value: date | None) -> str:
    """The time left until a day in words; stands only beside the absolute date."""
    if value is None:
        return ""
    due = value.date() if isinstance(value, datetime) else value
    left = (due - timezone.localdate()).days
    if left == 0:
        return _("今天到期")
    if left > 0:
        return ngettext("还剩 %(days)d 天", "还剩 %(days)d 天", left) % {"days": left}
    return ngettext("已逾期 %(days)d 天", "已逾期 %(days)d 天", -left) % {"days": -left}


@register.filter(expects_localtime=True)
def is_past(value: date | None) -> bool:
    """Whether the day is over."""
    if value is None:
        return False
    due = value.date() if isinstance(value, datetime) else value
    return due < timezone.localdate()


# Signs and states


@dataclass(frozen=True)
class Sign:
    """How a state is shown: never by its colour alone."""

    tone: str
    mark: str
    word: Any


SIGNS = {
    "met": Sign("met", "✓", gettext_lazy("符合")),
    "not_met": Sign("not-met", "✗", gettext_lazy("不符合")),
    "missing": Sign("missing", "–", gettext_lazy("未填报")),
    "mandatory": Sign("attention", "!", gettext_lazy("必备项不满足")),
    "done": Sign("met", "✓", gettext_lazy("已完成")),
    "complete": Sign("met", "✓", gettext_lazy("填写完整")),
    "incomplete": Sign("attention", "!", gettext_lazy("尚有缺项")),
    "current": Sign("press", "●", gettext_lazy("进行中")),
    "waiting": Sign("missing", "○", gettext_lazy("未开始")),
    "optional": Sign("missing", "○", gettext_lazy("选填")),
    "attention": Sign("attention", "!", gettext_lazy("需注意")),
    "refused": Sign("not-met", "✗", gettext_lazy("不予通过")),
    # Of a reported day: the calendar's own signs (templates/dataaccess/day_sign.html).
    "makeup": Sign("press", "↺", gettext_lazy("补报")),
    "early": Sign("missing", "◔", gettext_lazy("已收到，待评判")),
    "planned": Sign("missing", "‖", gettext_lazy("计划停机")),
    "neutral": Sign("missing", "·", ""),
}


@register.filter
def sign(kind: str) -> Sign:
    """The sign of a kind of state; an unknown kind is shown plainly rather than refused."""
    return SIGNS.get(str(kind), SIGNS["neutral"])


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A line icon of static/icons/sprite.svg; decoration, so hidden from screen readers."""
    return _drawn(name, size, storages[STATICFILES_STORAGE_ALIAS])


@lru_cache(maxsize=256)
def _drawn(name: str, size: int, storage: Any) -> SafeString:
    """Kept as long as the storage of static files says the same address: a page has a dozen."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true" focusable="false">'
        '<use href="{1}#{2}"></use></svg>',
        size,
        storage.url("icons/sprite.svg"),
        name,
    )


# Forms


@register.filter
def told_errors(field: BoundField) -> list[str]:
    """The errors of a field in sentences. What is only missing is asked for by its name, unless the
    form has words of its own for it."""
    plain = str(forms.Field.default_error_messages["required"])
    return [
        _asked_for(field) if error.code == "required" and message == plain else message
        for error in field.form.errors.as_data().get(field.name, ())
        for message in error.messages
    ]


@register.filter
def summed_errors(field: BoundField) -> list[str]:
    """The same for a summary of the whole form: each says which field it is about."""
    label = str(field.label).casefold()
    return [
        told if label in told.casefold() else f"{field.label}{_('：')}{told}"
        for told in told_errors(field)
    ]


@register.simple_tag(takes_context=True)
def error_mark(context: Context) -> str:
    """What the title of a page begins with after a form was refused."""
    refused = any(
        isinstance(value, forms.BaseForm) and value.is_bound and value.errors
        for value in context.flatten().values()
    )
    return _("错误：") if refused else ""


@register.filter
def asks_anything(form: Any) -> bool:
    """Whether a field of the form is starred."""
    return isinstance(form, forms.BaseForm) and any(map(is_starred, form.visible_fields()))


def _asked_for(field: BoundField) -> str:
    name = {"name": _in_a_sentence(str(field.label))}
    match input_kind(field):
        case "check":
            return _("请勾选“%(name)s”。") % name
        case "file":
            return _("请上传%(name)s。") % name
    if isinstance(field.field, forms.ChoiceField | forms.ModelChoiceField):
        return _("请选择%(name)s。") % name
    return _("请填写%(name)s。") % name


def _in_a_sentence(label: str) -> str:
    """ "Name of the base" → "name of the base"; PUE stays what it is."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


@register.filter
def unit_of(field: BoundField) -> str:
    """The unit shown inside the field's end: `widget.attrs["data-unit"]` or `field.unit`."""
    unit = field.field.widget.attrs.get("data-unit") or getattr(field.field, "unit", "")
    return str(unit)


@register.filter
def is_starred(field: BoundField) -> bool:
    """Whether the paper form asks for it, even where a draft may leave it empty."""
    return field.field.required or bool(field.field.widget.attrs.get("data-required"))


@register.filter
def input_kind(field: BoundField) -> str:
    """What the field looks like: text, choice, check, choices, file, area."""
    kinds = {
        "checkbox": "check",
        "radio": "choices",
        "checkboxselectmultiple": "choices",
        "radioselect": "choices",
        "select": "choice",
        "selectmultiple": "choice",
        "nullbooleanselect": "choice",
        "textarea": "area",
        "file": "file",
        "clearablefile": "file",
    }
    return kinds.get(field.widget_type, "text")


# Accounts


@register.simple_tag
def password_rules() -> str:
    """The rules of passwords that hold now, in a sentence."""
    return rules()


@register.simple_tag
def needs_second_factor(user: Any) -> bool:
    """Whether the role of this person must have the second factor."""
    return duties.needs_second_factor(user)


# The frame: its style sheets and its menu


@register.simple_tag
def frame_sheets() -> tuple[str, ...]:
    """The style sheets of every page: one file in production, their sources elsewhere."""
    one = isinstance(storages[STATICFILES_STORAGE_ALIAS], static_files.ProductionStorage)
    return (static_files.TOGETHER,) if one else static_files.FRAME_SHEETS


@dataclass(frozen=True)
class MenuItem:
    label: Any
    url: str
    current: bool


PUBLIC_MENU = [
    ("site:indicators", gettext_lazy("评估标准")),
    ("site:steps", gettext_lazy("评估流程")),
    ("site:self_test", gettext_lazy("自评")),
    ("site:notices", gettext_lazy("公示")),
    ("site:register", gettext_lazy("名录")),
    ("site:verify", gettext_lazy("证书查验")),
]

DESK = ("evaluation:desk", gettext_lazy("待办"))
CASES = ("evaluation:cases", gettext_lazy("案卷"))
ANNUAL_REVIEWS = ("evaluation:annual_reviews", gettext_lazy("年审"))
PEOPLE = ("accounts:people", pgettext_lazy("列表", "账号"))
ORGANISATIONS = ("accounts:organisations", pgettext_lazy("列表", "单位"))
BASES = ("dataaccess:bases", gettext_lazy("基地数据"))
OVERVIEW = ("site:overview", gettext_lazy("算力总览"))
KEYS = ("dataaccess:keys", gettext_lazy("接口密钥"))
OWN_ORGANISATION = ("accounts:organisation", gettext_lazy("本单位"))
ADMISSIONS = ("accounts:admissions", gettext_lazy("单位事项"))
MISUSE = ("evaluation:misuse_reports", gettext_lazy("举报"))
OUTBOX = ("administration:outbox", gettext_lazy("发件箱"))
CALENDAR = ("administration:calendar", gettext_lazy("工作日历"))
SETTINGS = ("administration:settings", gettext_lazy("系统设置"))
AUDIT = ("site:audit", gettext_lazy("审计日志"))

POOL = ("evaluation:pool", gettext_lazy("专家库"))
DRAWS = ("evaluation:draw_records", gettext_lazy("抽取记录"))
MY_WORK = ("evaluation:my_work", gettext_lazy("我的评估工作"))
OWN_RECORD = ("evaluation:own_record", gettext_lazy("我的专家档案"))
ROLE_MENUS: dict[str, list[tuple[str, Any]]] = {
    "applicant": [DESK, CASES, ANNUAL_REVIEWS, BASES, OWN_ORGANISATION],
    "expert": [DESK, CASES, MY_WORK, OWN_RECORD],
    "secretariat": [DESK, CASES, ANNUAL_REVIEWS, OVERVIEW, BASES, POOL, ADMISSIONS, MISUSE, OUTBOX],
    "decider": [DESK, CASES, ANNUAL_REVIEWS, BASES, OVERVIEW],
    "system_admin": [PEOPLE, ORGANISATIONS, SETTINGS, CALENDAR, OUTBOX],
    "security_admin": [PEOPLE, ORGANISATIONS, BASES, KEYS, SETTINGS],
    "audit_admin": [AUDIT, DRAWS],
}


def menu_items(entries: list[tuple[str, Any]], path: str) -> list[MenuItem]:
    """The entries that have an address in this installation. Of two under which the page lies
    (评估标准 and its 评估流程) only the nearer one is the current one."""
    found = []
    for name, label in entries:
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    above = [url for _label, url in found if path == url or (url != "/" and path.startswith(url))]
    current = max(above, key=len, default=None)
    return [MenuItem(label, url, url == current) for label, url in found]


@register.simple_tag(takes_context=True)
def public_menu(context: Context) -> list[MenuItem]:
    return menu_items(PUBLIC_MENU, getattr(context.get("request"), "path", ""))


@register.simple_tag(takes_context=True)
def own_menu(context: Context) -> list[MenuItem]:
    """The signed-in reader's own entries, by role."""
    role = getattr(context.get("user"), "role", "")
    return menu_items(ROLE_MENUS.get(role, []), getattr(context.get("request"), "path", ""))


# The bar has room for so many entries, in English too; what is more stands under 更多.
IN_BAR = 5


@register.simple_tag
def bar_of(items: list[MenuItem]) -> list[MenuItem]:
    return items if len(items) <= IN_BAR else items[: IN_BAR - 1]


@register.simple_tag
def more_of(items: list[MenuItem]) -> list[MenuItem]:
    return [] if len(items) <= IN_BAR else items[IN_BAR - 1 :]


# Wrapping components


class ComponentNode(template.Node):
    def __init__(self, name: Any, values: dict[str, Any], body: NodeList) -> None:
        self.name = name
        self.values = values
        self.nodelist = body

    def render(self, context: Context) -> SafeString:
        values = {key: value.resolve(context) for key, value in self.values.items()}
        values["body"] = self.nodelist.render(context)
        engine = context.template.engine  # type: ignore[union-attr]
        component = engine.get_template(f"components/{self.name.resolve(context)}.html")
        with context.push(**values):
            return component.render(context)


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component "notice" tone="attention" %}…{% endcomponent %}`.

    Renders templates/components/notice.html with the given values and the enclosed part of the
    page as `body`.
    """
    bits = token.split_contents()[1:]
    if not bits:
        raise template.TemplateSyntaxError("component needs the name of a component")
    name = parser.compile_filter(bits[0])
    rest = bits[1:]
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"component takes name=value, not {rest[0]!r}")
    body = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name, values, body)
