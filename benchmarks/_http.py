"""A client that costs as little as it can: it shares the machine with what is measured."""

import asyncio
import time
from collections.abc import Sequence


def request(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.received = b""
        self.answer: asyncio.Future[int]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, data: bytes) -> "asyncio.Future[int]":
        self.received = b""
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0])
        if len(body) >= length and not self.answer.done():
            self.answer.set_result(int(head[9:12]))

    def connection_lost(self, failure: Exception | None) -> None:
        if hasattr(self, "answer") and not self.answer.done():
            self.answer.set_exception(failure or ConnectionError("closed"))


async def talk(port: int, requests: Sequence[bytes]) -> list[tuple[int, float]]:
    loop = asyncio.get_running_loop()
    transport, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
    told = []
    for data in requests:
        start = time.perf_counter()
        status = await connection.send(data)
        told.append((status, time.perf_counter() - start))
    transport.close()
    return told


def send(port: int, clients: Sequence[Sequence[bytes]]) -> tuple[float, list[tuple[int, float]]]:
    """Each client sends its requests one after the other, all at once. Seconds in all, and status
    and seconds of every answer."""

    async def run() -> tuple[float, list[tuple[int, float]]]:
        start = time.perf_counter()
        told = await asyncio.gather(*(talk(port, each) for each in clients))
        return time.perf_counter() - start, [answer for each in told for answer in each]

    return asyncio.run(run())
