"""钉钉 group robot. With a secret, each address carries the moment and its signature:
HMAC-SHA-256 over "moment in milliseconds, line feed, secret", in base64
(https://open.dingtalk.com/document/robots/customize-robot-security-settings)."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from portal.notifications.channels.message import Message
from portal.notifications.channels.robots import at_most, post

MOST_BYTES = 20_000


class DingTalk:
    def is_set_up(self) -> bool:
        return bool(settings.DINGTALK_WEBHOOK)

    def send(self, message: Message) -> None:
        text = at_most(f"{message.subject}\n\n{message.body}", MOST_BYTES)
        post(self._address(), {"msgtype": "text", "text": {"content": text}})

    def _address(self) -> str:
        webhook, secret = settings.DINGTALK_WEBHOOK, settings.DINGTALK_SECRET
        if not secret:
            return str(webhook)
        moment = int(timezone.now().timestamp() * 1000)
        signed = {"timestamp": moment, "sign": signature(moment, secret)}
        return f"{webhook}{'&' if '?' in webhook else '?'}{urlencode(signed)}"


def signature(moment: int, secret: str) -> str:
    """DingTalk's signature of a moment (milliseconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
