"""As FastAPI's and asyncpg's documentation has it: models with validators, a pool, executemany."""

import hashlib
import ipaddress
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Literal
from uuid import uuid4

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field, field_validator

BEIJING = timezone(timedelta(hours=8))


class Event(BaseModel):
    event_id: str = Field(alias="攻击事件ID", min_length=1, max_length=128)
    occurred_at: datetime = Field(alias="攻击时间")
    attacker_ips: str = Field(alias="攻击者IP", min_length=1, max_length=256)
    target_ips: str = Field(alias="攻击目标IP", min_length=1, max_length=256)
    method: str = Field(alias="攻击手段", pattern=r"^G0(0[1-9]|1[0-2])$")
    ongoing: Literal["是", "否"] = Field(alias="是否仍在攻击")
    handling: Literal["未处理", "处理中", "已处理"] = Field(alias="当前防御处理状态")
    asset_type: str = Field(alias="被攻击资产类型", pattern=r"^Z00[1-7]$")
    description: str = Field(alias="攻击事件描述", min_length=1, max_length=512)
    severity: Literal["低", "中", "高"] = Field(alias="攻击危险程度")

    @field_validator("occurred_at", mode="before")
    @classmethod
    def strict_time(cls, value: Any) -> datetime:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)

    @field_validator("attacker_ips", "target_ips")
    @classmethod
    def addresses(cls, value: str) -> str:
        for each in value.split(","):
            ipaddress.ip_address(each)
        return value


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


async def base_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> int:
    base = await request.app.state.pool.fetchval(
        "SELECT base_id FROM dataaccess_apikey WHERE digest = $1 AND revoked_at IS NULL",
        hashlib.sha256(credentials.credentials.encode()).hexdigest(),
    )
    if base is None:
        raise HTTPException(401)
    return base


UPSERT = """
    INSERT INTO plain_event (base_id, event_id, occurred_at, attacker_ips, target_ips, method,
        ongoing, handling, asset_type, description, severity, received_at, changed_at, receipt_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)
    ON CONFLICT (base_id, event_id) DO UPDATE SET occurred_at = excluded.occurred_at,
        attacker_ips = excluded.attacker_ips, target_ips = excluded.target_ips,
        method = excluded.method, ongoing = excluded.ongoing, handling = excluded.handling,
        asset_type = excluded.asset_type, description = excluded.description,
        severity = excluded.severity, changed_at = excluded.changed_at,
        receipt_id = excluded.receipt_id"""
COUNT = """
    INSERT INTO plain_count VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (base_id, day, method, asset_type, severity, handling)
    DO UPDATE SET events = plain_count.events + excluded.events"""


@app.post("/api/v1/security-events", status_code=201)
async def take(
    request: Request, events: list[Event] | Event, base: Annotated[int, Depends(base_of)]
) -> dict[str, Any]:
    batch = events if isinstance(events, list) else [events]
    receipt, now = uuid4(), datetime.now(UTC)
    counts = Counter(
        (each.occurred_at.date(), each.method, each.asset_type, each.severity, each.handling)
        for each in batch
    )
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.executemany(
            UPSERT,
            [
                (
                    base, each.event_id, each.occurred_at, each.attacker_ips, each.target_ips,
                    each.method, each.ongoing == "是", each.handling, each.asset_type,
                    each.description, each.severity, now, receipt,
                )
                for each in batch
            ],
        )  # fmt: skip
        await connection.executemany(COUNT, [(base, *slot, n) for slot, n in counts.items()])
        digest = hashlib.sha256(await request.body()).hexdigest()
        await connection.execute(
            "INSERT INTO plain_receipt VALUES ($1, $2, $3, $4, $5)",
            receipt, base, now, len(batch), digest,
        )  # fmt: skip
    return {"receipt": receipt, "received_at": now, "accepted": len(batch)}
