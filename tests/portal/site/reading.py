"""Reading a page as a person does: its words, without the markup."""

import html
import re
from typing import Any


def words(response: Any) -> str:
    """The text of the page's main part, blanks run together."""
    page = response.content.decode()
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", main.group() if main else page)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def rows(response: Any) -> list[list[str]]:
    """The cells of the page's first table body, as text; what the states mean is none of them."""
    page = re.sub(
        '<table class="table queue-cards standings".*?</table>',
        "",
        response.content.decode(),
        flags=re.DOTALL,
    )
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    if body is None:
        return []
    return [
        [
            re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", cell))).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body.group(1), re.DOTALL)
    ]
