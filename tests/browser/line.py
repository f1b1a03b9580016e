"""The line between a browser and the portal, which a test can cut: a proxy of TCP connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Carries bytes to the portal and back while `up`. When it is cut, it is as if the portal had
    stopped: connections end and new ones are closed. When it is `deaf`, the portal still gets what is
    sent, and its answer to what is posted is lost."""

    def __init__(self, portal: str) -> None:
        address = urlsplit(portal)
        self.portal = (address.hostname or "localhost", address.port or 80)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.server.getsockname()[1]}"
        self.up, self.deaf = True, False
        self.open: set[socket.socket] = set()
        self.posted: set[socket.socket] = set()  # the portal's end of where something was posted
        self.heard = threading.Event()  # the portal has answered a deaf line
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.up = False
        for end in list(self.open):
            _end(end)

    def mend(self) -> None:
        self.up, self.deaf = True, False

    def go_deaf(self) -> None:
        """From now on the answers to what is posted are lost."""
        self.heard.clear()
        self.deaf = True

    def close(self) -> None:
        self.cut()
        self.server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _address = self.server.accept()
                if not self.up:
                    _end(browser)
                    continue
                portal = socket.create_connection(self.portal)
                self.open |= {browser, portal}
                for source, target in ((browser, portal), (portal, browser)):
                    threading.Thread(
                        target=self._carry, args=(source, target, source is portal), daemon=True
                    ).start()

    def _carry(self, source: socket.socket, target: socket.socket, back: bool) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                if back and source in self.posted:
                    self.heard.set()
                    break
                if not back and self.deaf and content.startswith(b"POST "):
                    self.posted.add(target)
                target.sendall(content)
        for end in (source, target):
            _end(end)
            self.open.discard(end)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def line_to(portal: str) -> Iterator[Line]:
    line = Line(portal)
    try:
        yield line
    finally:
        line.close()
