"""企业微信 group robot: its webhook address holds the key
(https://developer.work.weixin.qq.com/document/path/91770)."""

from django.conf import settings

from portal.notifications.channels.message import Message
from portal.notifications.channels.robots import at_most, post

MOST_BYTES = 2048


class WeCom:
    def is_set_up(self) -> bool:
        return bool(settings.WECOM_WEBHOOK)

    def send(self, message: Message) -> None:
        text = at_most(f"{message.subject}\n\n{message.body}", MOST_BYTES)
        post(settings.WECOM_WEBHOOK, {"msgtype": "text", "text": {"content": text}})
