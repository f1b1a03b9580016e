"""The node's own figures in the text format of Prometheus."""

from typing import Any

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(state: dict[str, Any]) -> str:
    lines: list[str] = []

    def metric(name: str, about: str, samples: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP gyzs_edge_{name} {about}")
        lines.append(f"# TYPE gyzs_edge_{name} gauge")
        lines.extend(f"gyzs_edge_{name}{labels} {value}" for labels, value in samples)

    lanes = state["interfaces"]
    metric(
        "outbox_bodies",
        "Bodies in the outbox by interface and state.",
        [
            (f'{{interface="{kind}",state="{name}"}}', lane[name])
            for kind, lane in lanes.items()
            for name in ("pending", "sent", "parked", "discarded")
        ],
    )
    metric(
        "oldest_pending_seconds",
        "Age of the oldest body that waits.",
        [
            (f'{{interface="{kind}"}}', lane["oldest_pending_seconds"])
            for kind, lane in lanes.items()
        ],
    )
    metric(
        "sending_failed",
        "1 while the last attempt of an interface failed; 2 while a person must act.",
        [(f'{{interface="{kind}"}}', _level(lane["trouble"])) for kind, lane in lanes.items()],
    )
    metric(
        "centre_warnings",
        "Warnings in the centre's answer to the last delivery of an interface.",
        [
            (f'{{interface="{kind}"}}', len((lane["warned"] or {}).get("warnings", [])))
            for kind, lane in lanes.items()
        ],
    )
    metric("outbox_bytes", "Bytes in use.", [("", state["outbox_bytes"])])
    metric("outbox_limit_bytes", "Bytes it may use.", [("", state["outbox_limit_bytes"])])
    if state["clock_skew_seconds"] is not None:
        metric(
            "clock_skew_seconds",
            "How far this machine's clock is ahead of the centre's.",
            [("", state["clock_skew_seconds"])],
        )
    metric("attention", "How many things a person must see to.", [("", len(state["attention"]))])
    return "\n".join(lines) + "\n"


def _level(trouble: dict[str, Any] | None) -> float:
    if not trouble:
        return 0
    return 2 if trouble["blocked"] else 1
