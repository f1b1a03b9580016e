"""A page loads nothing but the photographs of its own case."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.documents import pages
from tests.evaluation.documents.conftest import Printed


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine that notes each connection."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            heard.append(connection.recv(1024))
            connection.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def _page(body: str, photos: pages.Photos | None = None) -> Printed:
    return Printed(
        pages.pdf("notice", f'<html lang="zh-CN"><body><p>国</p>{body}</body></html>', photos)
    )


@pytest.mark.parametrize(
    "body",
    [
        '<img src="{url}/a.png" alt="图">',
        '<link rel="stylesheet" href="{url}/a.css">',
        "<style>@import url({url}/a.css);</style>",
        "<style>@font-face {{ font-family: x; src: url({url}/x.ttf) }} p {{ font-family: x }}</style>",
        '<style>p {{ background: url("{url}/a.svg") }}</style>',
        '<object data="{url}/a.svg"></object>',
        '<embed src="{url}/a.svg">',
        '<svg><image href="{url}/a.png" width="9" height="9"/></svg>',
        '<svg><use href="{url}/a.svg#x"/></svg>',
        '<a rel="attachment" href="{url}/a.txt">附件</a>',
        '<link rel="attachment" href="{url}/a.txt">',
    ],
)
def test_no_request_leaves_the_machine(body: str, listener: tuple[str, list[bytes]]) -> None:
    url, heard = listener
    shown = next((word for word in ("附件", "图") if word in body), "")
    assert _page(body.format(url=url)).text == f"国{shown}"
    assert heard == []


@pytest.mark.parametrize(
    "address",
    [
        "file://{path}",
        "{path}",
        "file:{path}",
        "FILE://{path}",
        "case-file:../{path}",
        "ftp://127.0.0.1/x",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        '<img src="{url}" alt="图">',
        '<object data="{url}">图</object>',
        '<link rel="attachment" href="{url}">图',
        '<link rel="stylesheet" href="{url}">图',
    ],
)
def test_no_file_is_read(address: str, body: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20"><text y="15">机密</text></svg>'
    )
    paper = _page(body.format(url=address.format(path=secret)))
    assert paper.text == "国图"
    assert paper.reader.attachments == {}
    assert "机密".encode() not in paper.bytes


def test_data_addresses_are_refused_too() -> None:
    assert _page('<img src="data:image/svg+xml,<svg/>" alt="图">').text == "国图"


def test_only_a_photograph_that_was_handed_in_is_shown() -> None:
    from evaluation.demo.files import example_photo

    photo = example_photo().read()
    own = {"11111111-1111-4111-8111-111111111111": lambda: photo}
    shown = _page('<img src="case-file:11111111-1111-4111-8111-111111111111" alt="图">', own)
    other = _page('<img src="case-file:22222222-2222-4222-8222-222222222222" alt="图">', own)
    assert len(list(shown.reader.pages[0].images)) == 1
    assert (len(list(other.reader.pages[0].images)), other.text) == (0, "国图")


def test_a_photograph_that_cannot_be_read_leaves_its_name() -> None:
    def broken() -> bytes:
        raise OSError("the store lost it")

    assert _page('<img src="case-file:a" alt="图">', {"a": broken}).text == "国图"
