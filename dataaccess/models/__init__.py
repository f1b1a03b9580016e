from dataaccess.models.base import Base
from dataaccess.models.data import (
    BaseInfo,
    ComputeReport,
    EarlierVersion,
    SecurityEvent,
    Timeliness,
)
from dataaccess.models.keys import ApiKey
from dataaccess.models.receipts import Receipt

__all__ = [
    "ApiKey",
    "Base",
    "BaseInfo",
    "ComputeReport",
    "EarlierVersion",
    "Receipt",
    "SecurityEvent",
    "Timeliness",
]
