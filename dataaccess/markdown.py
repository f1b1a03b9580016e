"""The little Markdown that our own guides use, as HTML: headings, paragraphs, lists, tables, code
blocks, `code` and **strong**. Everything is escaped first. Pure."""

import re
from collections.abc import Iterator
from html import escape

_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\[([^\]]+)\]\([^)]+\)"), r"\1"),
)


def as_html(text: str) -> str:
    """The text without its first heading, which is the page's title."""
    return "\n".join(_block(lines) for lines in _blocks(text) if not lines[0].startswith("# "))


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines between blank ones; a fenced block is one, whatever it holds."""
    block: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str]) -> str:
    first = lines[0]
    if first.startswith("```"):
        code = escape("\n".join(lines[1:-1]))
        return f'<pre class="code" tabindex="0"><code>{code}</code></pre>'
    if first.startswith("## "):
        return f"<h2>{_inline(first[3:])}</h2>"
    if first.startswith("- "):
        items = re.split(r"^- ", "\n".join(lines), flags=re.MULTILINE)[1:]
        return f'<ul class="prose">{"".join(f"<li>{_inline(_joined(i))}</li>" for i in items)}</ul>'
    if first.startswith("|"):
        return _table(lines)
    return f'<p class="prose">{_inline(_joined(chr(10).join(lines)))}</p>'


def _table(lines: list[str]) -> str:
    head, *rows = (
        [_inline(cell.strip()) for cell in line.strip("|").split("|")]
        for line in lines
        if not line.startswith("|---")
    )
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _joined(text: str) -> str:
    """Lines as one; no blank where a Chinese line was broken between two characters."""
    return re.sub(r"(?<=[^\x00-\x7f])\n\s*(?=[^\x00-\x7f])", "", text.strip()).replace("\n", " ")


def _inline(text: str) -> str:
    made = escape(text)
    for pattern, html in _INLINE:
        made = pattern.sub(html, made)
    return made
