"""The ways out of the house, behind one interface: SMTP, and robots in group chats."""

from portal.notifications.channels.dingtalk import DingTalk
from portal.notifications.channels.message import Channel, Message
from portal.notifications.channels.smtp import Smtp
from portal.notifications.channels.wecom import WeCom

GROUP_CHATS: dict[str, Channel] = {"wecom": WeCom(), "dingtalk": DingTalk()}
CHANNELS: dict[str, Channel] = {"mail": Smtp(), **GROUP_CHATS}

__all__ = ["CHANNELS", "GROUP_CHATS", "Channel", "Message"]
