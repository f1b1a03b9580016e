"""The files and commands with which a conformance run is tried from a shell."""

from typing import Any

from dataaccess.samples import BODIES
from dataaccess.shapes import tables

# What the commands send: the examples of the documentation, to be filled with real figures.
_EVENT = BODIES["security_event"]
_LEFT_OUT = "GPU总算力"  # not translated: the printed name of a field
FILES: dict[str, Any] = {
    "base.json": BODIES["base_info"],
    "compute.json": BODIES["compute_report"],
    "event.json": {**_EVENT, tables.EVENT_HANDLING: "未处理"},  # not translated: a printed value
    "event-handled.json": {
        **_EVENT,
        tables.EVENT_ONGOING: "否",  # not translated: a printed value
        tables.EVENT_HANDLING: "已处理",  # not translated: a printed value
    },
    "events.json": [{**_EVENT, tables.EVENT_ID: f"{_EVENT[tables.EVENT_ID]}-{n}"} for n in (1, 2)],
    "faulty.json": {
        name: value for name, value in BODIES["compute_report"].items() if name != _LEFT_OUT
    },
}
# How each is tried from a shell, with $KEY and the portal's address.
_CURL = 'curl -H "Authorization: Bearer $KEY"'
_JSON = f'{_CURL} -H "Content-Type: application/json"'
_RESEND = f"{_JSON} -H 'Idempotency-Key: 1'"
COMMANDS = {
    "connect": f"{_CURL} {{api}}/status",
    "resend": f"{_RESEND} --data @compute.json {{api}}/compute-reports  # × 2",
    "base_info": f"{_JSON} -X PUT --data @base.json {{api}}/base-info",
    "compute_report": f"{_JSON} --data @compute.json {{api}}/compute-reports",
    "security_event": f"{_JSON} --data @event.json {{api}}/security-events",
    "update": f"{_JSON} --data @event-handled.json {{api}}/security-events",
    "batch": f"{_JSON} --data @events.json {{api}}/security-events",
    "mend": f"{_JSON} --data @faulty.json {{api}}/compute-reports",
    "window": f"{_JSON} --data @compute.json {{api}}/compute-reports",
    "call": f"{_JSON} --data @compute.json {{api}}/compute-reports",
}
