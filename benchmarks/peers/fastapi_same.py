"""FastAPI with the portal's own design: its checks, its statements (through asyncpg), its keys held
for a moment, its count of calls in Redis. What is left is the framework and the driver."""

import hashlib
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import django
import orjson
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis

django.setup()

from dataaccess import admission, event_store, months, receipts, windows  # noqa: E402
from dataaccess.checking import check  # noqa: E402
from dataaccess.shapes import tables  # noqa: E402


def numbered(sql: str) -> str:
    count = iter(range(1, 100))
    return re.sub("%s", lambda _: f"${next(count)}", sql)


ADMIT, INSERT = numbered(admission.POSTGRESQL), numbered(receipts.INSERT)
KEEP = numbered(event_store.POSTGRESQL)
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
    latest = {event[tables.EVENT_ID]: event for event in checked.events or []}
    sent = event_store.as_array(list(map(event_store.sent_as, latest.values())))
    month = months.table_of(months.first_of(at))
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.fetchrow(ADMIT, windows.day_of(at), "security_event", month, key, at, base)
        created, changed, *_rest = await connection.fetchrow(
            KEEP, sent, base, base, at, at, receipt, base, at, base, True
        )
        body = {
            "receipt": str(receipt), "received_at": at.isoformat(), "accepted": len(latest),
            "created": created, "updated": len(changed),
            "unchanged": len(latest) - created - len(changed), "rejected": [],
        }  # fmt: skip
        values = {
            "id": receipt, "base_id": base, "key_id": key, "interface": "security_event",
            "received_at": at, "accepted": len(latest), "created": created,
            "updated": len(changed), "unchanged": body["unchanged"], "refused": 0,
            "timeliness": "", "clock_ahead": None, "idempotency_key": "", "body_digest": digest,
            "status": 201, "answer": orjson.dumps(body).decode(),
        }  # fmt: skip
        await connection.execute(INSERT, *(values[column] for column in receipts.COLUMNS))
    return Response(orjson.dumps(body), 201, media_type="application/json")
