"""What the translation check finds, and what it lets pass."""

import ast
from pathlib import Path

import pytest

from tools.translations import ChineseOutsideGettext, in_template, messages


def faults(source: str) -> list[tuple[int, str]]:
    visitor = ChineseOutsideGettext()
    visitor.visit(ast.parse(source))
    return visitor.found


@pytest.mark.parametrize(
    "source",
    [
        '"""文档"""',
        'x = _("提交")',
        'x = gettext_lazy("提交") % {"n": 1}',
        'x = ngettext("%(n)s 份", "%(n)s 份", n)',
        'x = pgettext("语境", "提交")',
        'x = translation.gettext("提交")',
        "# 提交\nx = 1",
        'def f():\n    """说明"""',
    ],
)
def test_chinese_in_python_that_is_fine(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "提交"', [(1, "提交")]),
        ('x = 1\ny = f"共{x}份"', [(2, "共"), (2, "份")]),
        ('x = _(f"共{n}份")', [(1, "f-string inside gettext")]),
        ('x = _("提交" if y else other("退回"))', [(1, "提交"), (1, "退回")]),
        ('f(label="提交")', [(1, "提交")]),
    ],
)
def test_chinese_in_python_outside_gettext(source: str, found: list[tuple[int, str]]) -> None:
    assert faults(source) == found


@pytest.mark.parametrize(
    "text",
    [
        '{% translate "提交" %}',
        "{% blocktranslate trimmed %}\n共 {{ n }} 份\n{% endblocktranslate %}",
        "{# 提交 #}{% comment %}提交{% endcomment %}",
        '{% include "a.html" with label=_("提交") %}{{ x|default:_("无") }}',
        "<p>© 2026</p>",
        '{% if severity == "高" %}{% elif severity == "中" %}{% endif %}',
    ],
)
def test_chinese_in_templates_that_is_fine(text: str) -> None:
    assert list(in_template(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>\n  提交</p>", [(2, "  提交</p>")]),
        ('{% include "a.html" with label="提交" %}', [(1, 'include "a.html" with label="提交"')]),
        ('a\n{{ x|default:"无" }}', [(2, 'x|default:"无"')]),
        ('{% translate "一" %}二', [(1, "二")]),
    ],
)
def test_chinese_in_templates_outside_gettext(text: str, found: list[tuple[int, str]]) -> None:
    assert list(in_template(text)) == found


def test_an_entry_without_plural_forms_is_no_english_where_there_is_a_count(
    tmp_path: Path,
) -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    head += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    po = tmp_path / "django.po"
    po.write_text(head + 'msgid "一份"\nmsgstr "one"\n', encoding="utf-8")
    assert messages(po, translated=True).keys() == {("一份", "")}
    forms = 'msgid "一份"\nmsgid_plural "一份"\nmsgstr[0] "one"\nmsgstr[1] "many"\n'
    po.write_text(head + forms, encoding="utf-8")
    assert messages(po, translated=True) == {("一份", " [0]"): "one", ("一份", " [1]"): "many"}
