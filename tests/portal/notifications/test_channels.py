"""The ways out of the house, against real servers on this machine."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from portal.notifications.telling import put_mail, tell
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db


class MailServer:
    """As much of RFC 5321 as a mail needs. `answer` is what it says to the whole of a mail."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.answer = "250 taken"
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk) -> None:
        def say(line: str) -> None:
            talk.write(f"{line}\r\n".encode())
            talk.flush()

        sender, receivers = "", []
        say("220 loopback")
        for line in talk:
            verb = line.strip().upper()
            if verb.startswith((b"EHLO", b"HELO")):
                say("250 loopback")
            elif verb.startswith(b"MAIL FROM"):
                sender, receivers = line.decode().split("<")[1].split(">")[0], []
                say("250 ok")
            elif verb.startswith(b"RCPT TO"):
                receivers.append(line.decode().split("<")[1].split(">")[0])
                say("250 ok")
            elif verb == b"DATA":
                say("354 go on")
                body = b"".join(iter(lambda: talk.readline(), b".\r\n"))
                if self.answer.startswith("250"):
                    self.taken.append((sender, receivers, body))
                say(self.answer)
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.socket.close()


class Chat(ThreadingHTTPServer):
    """A robot's webhook: keeps what was posted, and answers as it is told."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict]] = []
        self.answers: list[tuple[int, dict]] = []
        super().__init__(("127.0.0.1", 0), ChatHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class ChatHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.posted.append((self.path, json.loads(self.rfile.read(length))))
        status, answer = (self.server.answers or [(200, {"errcode": 0, "errmsg": "ok"})]).pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_args) -> None:
        pass


@pytest.fixture
def chat() -> Iterator[Chat]:
    server = Chat()
    yield server
    server.shutdown()
    server.server_close()


def windows_missed(*users) -> None:
    with transaction.atomic():
        tell(
            users, "windows_missed", "1", path="/bases/",
            day="2026年7月21日", window="07:00-08:00", count=1, names="济南示例基地（jinan）",
        )  # fmt: skip


def test_a_mail_reaches_the_server_with_its_chinese_words(mail_server):
    chen = person("chen", "secretariat")
    with transaction.atomic():
        put_mail(chen, "1", "有一项工作待您办理", "陈静：\n\n请登录办理。\n")
    assert outbox.sweep() == 1
    [(sender, receivers, raw)] = mail_server.taken
    received = message_from_bytes(raw, policy=policy.default)
    assert (sender, receivers) == ("secretariat@example.org", ["chen@example.org"])
    assert received["Subject"] == "有一项工作待您办理"
    assert received.get_content().replace("\r\n", "\n").strip() == "陈静：\n\n请登录办理。"


@pytest.mark.parametrize("length", [10, 24, 40, 90])
def test_a_long_subject_begins_on_the_line_of_its_name(mail_server, length):
    subject = ("案卷PG2026-0012：更正后的评估结果已公布，" * 9)[:length]
    with transaction.atomic():
        put_mail(person("chen", "secretariat"), "1", subject, "请登录办理。")
    assert outbox.sweep() == 1
    [(_sender, _receivers, raw)] = mail_server.taken
    head = raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].split(b"\n")
    [first] = [line for line in head if line.lower().startswith(b"subject:")]
    assert first.startswith(b"Subject: =?utf-8?")
    assert max(map(len, head)) <= 78
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == subject


def test_what_the_server_refuses_is_kept_with_its_words_and_tried_again(mail_server):
    mail_server.answer = "451 try later"
    with transaction.atomic():
        put_mail(person("chen", "secretariat"), "1", "标题", "正文")
    assert outbox.sweep() == 0
    entry = OutboxEntry.objects.get()
    assert (entry.attempts, entry.done_at, entry.failed_at) == (1, None, None)
    assert "451" in entry.error
    assert "try later" in entry.error
    mail_server.answer = "250 taken"
    with time_machine.travel(entry.not_before, tick=False):
        assert outbox.sweep() == 1
    assert len(mail_server.taken) == 1


def test_wecom_is_told_what_the_secretariat_is_told_and_once(settings, chat):
    settings.WECOM_WEBHOOK = f"{chat.url}/cgi-bin/webhook/send?key=abc"
    settings.PUBLIC_URL = "https://portal.example.org"
    chen, wu = person("chen", "secretariat"), person("wu", "secretariat")
    windows_missed(chen, wu)
    windows_missed(chen, wu)
    outbox.sweep()
    assert chat.posted == [
        (
            "/cgi-bin/webhook/send?key=abc",
            {
                "msgtype": "text",
                "text": {
                    "content": "2026年7月21日 07:00-08:00：1个基地未上报\n\n"
                    "2026年7月21日的上报时段（07:00-08:00）已结束，以下基地未上报：\n\n"
                    "济南示例基地（jinan）\n\nhttps://portal.example.org/bases/"
                },
            },
        )
    ]
    assert len(mail.outbox) == 2


def test_dingtalk_signs_the_moment_with_its_secret(settings, chat):
    settings.DINGTALK_WEBHOOK = f"{chat.url}/robot/send?access_token=abc"
    settings.DINGTALK_SECRET = "SEC0123"
    windows_missed(person("chen", "secretariat"))
    with time_machine.travel("2026-07-21 08:00:00.123+08:00", tick=False):
        OutboxEntry.objects.update(not_before=timezone.now())
        outbox.sweep()
    [(path, document)] = chat.posted
    given = parse_qs(urlsplit(path).query)
    moment = "1784592000123"
    digest = hmac.new(b"SEC0123", f"{moment}\nSEC0123".encode(), hashlib.sha256).digest()
    assert given == {
        "access_token": ["abc"],
        "timestamp": [moment],
        "sign": [base64.b64encode(digest).decode()],
    }
    assert document["msgtype"] == "text"


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (200, {"errcode": 310000, "errmsg": "sign not match"}, "310000: sign not match"),
        (500, {}, "HTTP Error 500"),
    ],
)
def test_a_robot_that_refuses_is_asked_again(settings, chat, status, answer, said):
    settings.DINGTALK_WEBHOOK = f"{chat.url}/robot/send?access_token=abc"
    chat.answers = [(status, answer), (200, {"errcode": 0})]
    windows_missed(person("chen", "secretariat"))
    outbox.sweep()
    entry = OutboxEntry.objects.get(kind="group_chat")
    assert said in entry.error
    with time_machine.travel(entry.not_before, tick=False):
        outbox.sweep()
    entry.refresh_from_db()
    assert (entry.attempts, entry.error, entry.done_at is not None) == (2, "", True)
    assert len(chat.posted) == 2


def test_a_long_message_is_cut_where_a_character_ends(settings, chat):
    settings.WECOM_WEBHOOK = chat.url
    with transaction.atomic():
        tell([person("chen", "secretariat")], "windows_missed", "1",
             day="1", window="2", count=3, names="基" * 1000)  # fmt: skip
    outbox.sweep()
    content = chat.posted[0][1]["text"]["content"]
    assert content.endswith("基…")
    assert 2045 <= len(content.encode()) <= 2048


def test_nothing_is_posted_where_no_robot_is_set_up_or_nobody_of_the_secretariat_is_told():
    windows_missed(person("chen", "secretariat"))
    assert not OutboxEntry.objects.filter(kind="group_chat").exists()
