"""The commands of an edge node: python -m dataaccess.edge [--config FILE] COMMAND."""

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from dataaccess.edge import config as settings
from dataaccess.edge import keys, outbox, preview, report
from dataaccess.edge.collect.tasks import Tasks
from dataaccess.edge.config import ConfigError
from dataaccess.edge.node import Node, build
from dataaccess.edge.server import Server
from dataaccess.edge.store import Full, Unusable
from dataaccess.shapes import KINDS, TABLES

GOOD, ATTENTION, WRONG, UNUSABLE = 0, 1, 2, 3
log = logging.getLogger("dataaccess.edge")


def main(arguments: Sequence[str] | None = None) -> int:
    """0: done, all is well. 1: a person must see to something. 2: configuration or call are
    wrong. 3: the outbox cannot be used."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if asked.verbose else logging.INFO,
        format="%(levelname)s %(message)s",
        stream=sys.stderr,
    )
    try:
        config = settings.load(asked.config)
        if asked.command == "check":
            return _check(config, asked.config)
        command: Callable[[Node, argparse.Namespace], int] = asked.work
        return command(build(config), asked)
    except ConfigError as failure:
        print(failure, file=sys.stderr)  # noqa: T201
        return WRONG
    except Full:
        _say("存储空间不足，没有写入；请清理磁盘或提高 outbox.max_mib。")
        return UNUSABLE
    except Unusable as failure:
        _say(f"状态目录 {config.node.state} 不能使用：{failure}")
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dataaccess.edge", description="工业智算基地边缘节点（规范 8.4.1）"
    )
    parser.add_argument("--config", type=Path, default=_default_config(), help="配置文件")
    parser.add_argument("--verbose", action="store_true", help="详细日志")
    parser.set_defaults(work=_run, command="run")
    commands = parser.add_subparsers(dest="command", metavar="命令")
    commands.default = "run"

    def add(name: str, work: Callable[[Node, argparse.Namespace], int], about: str) -> Any:
        found = commands.add_parser(name, help=about, description=about)
        found.set_defaults(work=work)
        return found

    add("run", _run, "运行：接收、采集、发送（缺省）")
    found = add("collect", _collect, "采集一次并放入待发队列")
    found.add_argument("what", nargs="*", choices=["base-info", "compute", "security", []])
    found.add_argument("--dry-run", action="store_true", help="只显示会上报什么，不保存")
    found = add("send", _send, "发送到期的数据（节点没有在运行时用，如由 cron 调用）")
    found.add_argument("--now", action="store_true", help="不等上报时段，全部立即发送")
    found = add("status", _status, "显示状态；有事需要处理时退出码为 1")
    found.add_argument("--json", action="store_true")
    found = add("parked", _parked, "列出、重发或放弃中心拒收的数据")
    found.add_argument(
        "act", nargs="?", choices=["list", "show", "retry", "discard", "set-aside"], default="list"
    )
    found.add_argument("number", nargs="*", type=int, help="编号")
    found.add_argument("--all", action="store_true", help="全部搁置的数据")
    found.add_argument("--reason", default="", help="放弃或搁置的原因")
    found = add("key", _key, "本节点的密钥：签发、列出、吊销")
    found.add_argument("act", choices=["new", "list", "revoke"])
    found.add_argument("name", nargs="?", default="")
    found.add_argument("--scope", action="append", choices=KINDS, help="接口，缺省为全部")
    commands.add_parser("check", help="检查配置文件").set_defaults(work=_status)
    return parser


def _default_config() -> Path:
    return Path(os.environ.get("EDGE_CONFIG") or settings.DEFAULT_PATH)


def _run(node: Node, _asked: argparse.Namespace) -> int:
    lock = _lock(node)
    if lock is None:
        _say("这个状态目录已有一个节点在运行。")
        return WRONG
    tasks = Tasks(node)
    try:
        server = Server(node)
    except OSError as failure:
        _say(f"不能监听 {node.config.node.listen}（{failure.strerror}），请修改 node.listen。")
        return WRONG
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        node.sender.wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    threads = [
        threading.Thread(target=node.sender.run, args=(stop,), name="sender"),
        threading.Thread(target=tasks.run, args=(stop,), name="collectors"),
        threading.Thread(target=server.serve_forever, args=(0.2,), name="server", daemon=True),
    ]
    for thread in threads:
        thread.start()
    log.info("listening on %s", ":".join(str(part) for part in server.server_address[:2]))
    while not stop.wait(1):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            log.error("ended by itself: %s", ", ".join(dead))
            end()
            return UNUSABLE
    server.shutdown()
    for thread in threads[:2]:
        thread.join(node.config.centre.timeout_seconds + 5)
    node.store.close()
    log.info("stopped")
    return GOOD


def _collect(node: Node, asked: argparse.Namespace) -> int:
    tasks = Tasks(node)
    wanted = set(asked.what) or {"base-info", "compute", "security"}
    if asked.dry_run:
        return preview.show(tasks, wanted, sys.stdout)
    for missing in preview.without_source(node.config, wanted):
        _say(missing)
    done = [
        work()
        for name, work in (
            ("base-info", tasks.base_info),
            ("compute", tasks.compute_report),
            ("security", tasks.security_events),
        )
        if name in wanted
    ]
    for each in report.state(node)["collectors"]:
        _say(f"{each['name']}：{each['problem'] or each['done']}")
    return GOOD if all(done) else ATTENTION


def _send(node: Node, asked: argparse.Namespace) -> int:
    if asked.now:
        # The node that runs has its own sender; the centre counts each delivery once, whoever
        # brings it.
        node.sender.step(regardless=True)
    else:
        lock = _lock(node)
        if lock is None:
            _say("节点正在运行，会自行发送；要立即发送请加 --now。")
            return GOOD
        node.sender.step()
    return _status(node, argparse.Namespace(json=False))


def _status(node: Node, asked: argparse.Namespace) -> int:
    found = report.state(node)
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))  # noqa: T201
    else:
        preview.status(found, sys.stdout)
    return report.attention_level(found)


def _parked(node: Node, asked: argparse.Namespace) -> int:
    items = outbox.parked(node.store)
    if asked.act == "list":
        preview.parked(report.state(node)["parked"], sys.stdout)
        return ATTENTION if items else GOOD
    if asked.act == "set-aside":
        return _set_aside(node, asked)
    known = {item.id: item for item in items}
    numbers = list(known) if asked.all else asked.number
    unknown = [number for number in numbers if number not in known]
    if unknown or not numbers:
        _say(f"没有编号为 {unknown[0]} 的搁置数据。" if unknown else "请给出编号，或 --all。")
        return WRONG
    if asked.act == "show":
        for number in numbers:
            print(json.dumps(known[number].bodies, ensure_ascii=False, indent=2))  # noqa: T201
        return GOOD
    if asked.act == "discard" and not asked.reason.strip():
        _say("请用 --reason 写明放弃的原因。")
        return WRONG
    for number in numbers:
        with node.store.writing() as db:
            if asked.act == "discard":
                outbox.discard(db, known[number], asked.reason.strip())
                _say(f"{number}：已放弃，记录保留。")
                continue
            queued, overtaken = outbox.retry(db, known[number])
        _say(
            f"{number}：{queued}条重新待发"
            + (f"，{overtaken}条已有更新的上报，不再发送。" if overtaken else "。")
        )
    return GOOD


def _set_aside(node: Node, asked: argparse.Namespace) -> int:
    """For what something on the way will not let through, and holds up all behind it."""
    if not asked.number or not asked.reason.strip():
        _say("请给出待发数据的编号，并用 --reason 写明原因。")
        return WRONG
    for number in asked.number:
        item = outbox.item(node.store, number)
        if item is None or item.state != "pending":
            _say(f"没有编号为 {number} 的待发数据。")
            return WRONG
        with node.store.writing() as db:
            reason = asked.reason.strip()
            outbox.set_aside(db, item, reason, node.clock.now())
        _say(f"{number}：已搁置。")
    return GOOD


def _key(node: Node, asked: argparse.Namespace) -> int:
    now = node.clock.now()
    if asked.act == "list":
        for key in keys.listed(node.store):
            scopes = "、".join(TABLES[kind].title for kind in key.scopes)
            state = f"已于 {key.revoked_at[:16]} 吊销" if key.revoked_at else "有效"
            print(f"{key.name}\t{scopes}\t{key.created_at[:16]}\t{state}")  # noqa: T201
        return GOOD
    if not asked.name:
        _say("请给出密钥的名称，如调用它的程序名。")
        return WRONG
    if asked.act == "revoke":
        if keys.revoke(node.store, asked.name, now):
            _say("已吊销，立即生效。")
            return GOOD
        _say(f"没有名为 {asked.name} 的有效密钥。")
        return WRONG
    try:
        text = keys.issue(node.store, asked.name, asked.scope or KINDS, now)
    except keys.Taken:
        _say(f"已有名为 {asked.name} 的密钥，请换一个名称。")
        return WRONG
    print(text)  # noqa: T201
    _say("请妥善保存：密钥只显示这一次。")
    return GOOD


def _check(config: settings.Config, path: Path) -> int:
    from dataaccess.edge.collect import compute, mapping

    if config.compute:
        compute.load(Path(config.compute.queries) if config.compute.queries else None)
    if config.security:
        mapping.load(Path(config.security.mapping) if config.security.mapping else None)
    missing = settings.unreadable(config)
    if missing:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in missing))
    _say(f"{path}：没有错误。")
    return GOOD


def _lock(node: Node) -> IO[str] | None:
    """Held while this process sends; None where another one does."""
    file = (node.store.folder / "run.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _say(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201
