from dataaccess.models.base import Base
from dataaccess.models.calls import DataCall, DataCallItem, DataCallReminder
from dataaccess.models.centre import CentreKey
from dataaccess.models.data import (
    BaseInfo,
    ComputeReport,
    EarlierVersion,
    SecurityEvent,
    Timeliness,
)
from dataaccess.models.keys import ApiKey, KeyPace
from dataaccess.models.receipts import Receipt
from dataaccess.models.reporting import Downtime, EmptyWindow, WindowChoice, WindowClosing
from dataaccess.models.sandbox import ConformanceAttempt, ConformanceRun

__all__ = [
    "ApiKey",
    "Base",
    "BaseInfo",
    "CentreKey",
    "ComputeReport",
    "ConformanceAttempt",
    "ConformanceRun",
    "DataCall",
    "DataCallItem",
    "DataCallReminder",
    "Downtime",
    "EarlierVersion",
    "EmptyWindow",
    "KeyPace",
    "Receipt",
    "SecurityEvent",
    "Timeliness",
    "WindowChoice",
    "WindowClosing",
]
