"""A node: its configuration, its file, its clock and its sender."""

from dataclasses import dataclass
from pathlib import Path

from dataaccess.edge.centre import Centre
from dataaccess.edge.clock import Clock
from dataaccess.edge.config import Config
from dataaccess.edge.sender import Sender
from dataaccess.edge.store import Store


@dataclass(frozen=True)
class Node:
    config: Config
    store: Store
    clock: Clock
    sender: Sender


def build(config: Config, clock: Clock | None = None) -> Node:
    clock = clock or Clock()
    store = Store(
        Path(config.node.state),
        max_mib=config.outbox.max_mib,
        reserve_mib=config.outbox.reserve_mib,
    )
    return Node(config, store, clock, Sender(config, store, clock, Centre(config.centre)))
