from dataaccess.models.base import Base
from dataaccess.models.calls import DataCall, DataCallItem, DataCallReminder
from dataaccess.models.centre import CentreKey
from dataaccess.models.data import (
    BaseInfo,
    ComputeReport,
    EarlierVersion,
    EventKey,
    SecurityEvent,
    Timeliness,
)
from dataaccess.models.keys import ApiKey, KeyPace
from dataaccess.models.questions import Question
from dataaccess.models.receipts import Receipt
from dataaccess.models.reporting import Downtime, EmptyWindow, WindowChoice, WindowClosing
from dataaccess.models.rollups import (
    ComputeTotal,
    EventCount,
    EventTotal,
    LatestReport,
    ReportingMonth,
)
from dataaccess.models.sandbox import ConformanceAttempt, ConformanceRun

__all__ = [
    "ApiKey",
    "Base",
    "BaseInfo",
    "CentreKey",
    "ComputeReport",
    "ComputeTotal",
    "ConformanceAttempt",
    "ConformanceRun",
    "DataCall",
    "DataCallItem",
    "DataCallReminder",
    "Downtime",
    "EarlierVersion",
    "EmptyWindow",
    "EventCount",
    "EventKey",
    "EventTotal",
    "KeyPace",
    "LatestReport",
    "Question",
    "Receipt",
    "ReportingMonth",
    "SecurityEvent",
    "Timeliness",
    "WindowChoice",
    "WindowClosing",
]
