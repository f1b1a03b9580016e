"""Reading a page as a browser does: what a form would send, which places links lead to."""

from html.parser import HTMLParser

from django.http import HttpResponse

Sent = dict[str, list[str]]


class _Page(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.template = 0
        self.sent: Sent = {}
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self._select: str | None = None
        self._area: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "template":
            self.template += 1
        if has.get("id"):
            self.ids.add(str(has["id"]))
        if tag == "a" and has.get("href"):
            self.links.append(str(has["href"]))
        if tag == "form":
            self.inside = has.get("id") == self.form_id
        if not self.inside or self.template:
            return
        name = None if "disabled" in has else has.get("name")
        if tag == "input" and name:
            box = has.get("type") in ("checkbox", "radio")
            if not box or "checked" in has:
                self._add(name, has.get("value") or ("on" if box else ""))
        elif tag == "select":
            self._select = name
            if name:
                self.sent.setdefault(name, [""])
        elif tag == "option" and self._select and "selected" in has:
            self.sent[self._select] = [has.get("value") or ""]
        elif tag == "textarea":
            self._area, self._text = name, []

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.template -= 1
        if tag == "form":
            self.inside = False
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area:
            self._add(self._area, "".join(self._text).removeprefix("\n"))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text.append(data)
        elif data.strip():
            self.words.append(data.strip())


def read(response: HttpResponse, form_id: str = "table-form") -> _Page:
    page = _Page(form_id)
    page.feed(response.content.decode())
    return page


def sent_by(response: HttpResponse) -> Sent:
    """What pressing 保存本表 on this page would send."""
    return read(response).sent


def text_of(response: HttpResponse) -> str:
    """The page's words, with single blanks between them."""
    return " ".join(" ".join(read(response).words).split())
