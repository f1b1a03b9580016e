"""FastAPI with the portal's own design: its checks, its statements (through asyncpg), its keys held
for a moment, its count of calls in Redis. What is left is the framework and the driver."""

import hashlib
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import asyncpg
import django
import orjson
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis

django.setup()

from dataaccess import (  # noqa: E402
    admission,
    events_at_once,
    events_on_postgresql,
    months,
    receipts,
    sent,
    windows,
)
from dataaccess.checking import check  # noqa: E402


def numbered(sql: str) -> str:
    count = iter(range(1, 100))
    return re.sub("%s", lambda _: f"${next(count)}", sql)


ADMIT, INSERT = numbered(admission.POSTGRESQL), numbered(receipts.INSERT)
KEEP, AT_ONCE = events_on_postgresql.POSTGRESQL, events_at_once.STATEMENT
known: dict[str, tuple[float, int, int]] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.redis = Redis.from_url(os.environ["REDIS_URL"])
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


async def caller(request: Request) -> tuple[int, int]:
    digest = hashlib.sha256(request.headers["authorization"][7:].encode()).hexdigest()
    until, key, base = known.get(digest, (0.0, 0, 0))
    if time.monotonic() > until:
        row = await request.app.state.pool.fetchrow(
            "SELECT id, base_id FROM dataaccess_apikey WHERE digest = $1 AND revoked_at IS NULL",
            digest,
        )
        key, base = row
        known[digest] = (time.monotonic() + 10, key, base)
    slot = f"api-pace:{key}:{int(time.time() // 60)}"
    if await request.app.state.redis.incr(slot) == 1:
        await request.app.state.redis.expire(slot, 120)
    return key, base


@app.post("/api/v1/security-events")
async def take(request: Request) -> Response:
    at = datetime.now(UTC)
    key, base = await caller(request)
    raw = await request.body()
    checked = check("security_event", raw, "application/json", at)
    digest = hashlib.sha256(raw).hexdigest()
    receipt = uuid4()
    batch = sent.Batch(checked.events or [])
    month = months.table_of(months.first_of(at))
    body = {
        "receipt": str(receipt), "received_at": at.isoformat(), "accepted": batch.accepted,
        "created": batch.accepted, "updated": 0, "unchanged": 0, "rejected": [],
    }  # fmt: skip
    values = {
        "id": receipt, "base_id": base, "key_id": key, "interface": "security_event",
        "received_at": at, "accepted": batch.accepted, "refused": 0, "timeliness": "", "use_due": False,
        "clock_ahead": None, "idempotency_key": "", "body_digest": digest,
        "month": month, "totalled": True, "answer": orjson.dumps(body).decode(),
    }  # fmt: skip
    if len(batch.sent) <= events_at_once.MOST:
        values["sent"] = sent.as_array(batch.sent)
        created = await request.app.state.pool.fetchval(
            AT_ONCE.sql.decode(), *AT_ONCE.values(values)
        )
        assert created == batch.accepted
        return Response(orjson.dumps(body), 201, media_type="application/json")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.fetchrow(ADMIT, windows.day_of(at), "security_event", month, key, at, base)
        await connection.execute(events_on_postgresql.MAKE_ROOM)
        await connection.copy_to_table(
            events_on_postgresql.SENT, source=BytesIO(sent.as_rows(batch.sent)), format="text"
        )
        created, updated = await connection.fetchrow(KEEP.sql.decode(), *KEEP.values(values))
        assert updated == 0  # it is measured by new ones alone
        values |= {
            "created": created, "updated": updated,
            "unchanged": batch.accepted - created - updated, "status": 201,
        }  # fmt: skip
        await connection.execute(INSERT, *(values[column] for column in receipts.COLUMNS))
    return Response(orjson.dumps(body), 201, media_type="application/json")
