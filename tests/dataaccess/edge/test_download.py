"""The edge node as a base gets it: the guide, and an archive that runs without the portal."""

import hashlib
import html
import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.test import Client

from dataaccess.edge import cli, config
from tests.dataaccess.edge import nodes

pytestmark = pytest.mark.django_db


def test_the_guide_is_public_in_both_languages(client: Client) -> None:
    page = client.get("/api/edge/").content.decode()
    assert "<h2>安装</h2>" in page
    assert f"curl -fO {portal.PUBLIC_URL}/api/edge/gyzs-edge.tar.gz" in page
    client.cookies["django_language"] = "en"
    assert "<h2>Install</h2>" in client.get("/api/edge/").content.decode()


def test_the_archive_runs_by_itself(client: Client, tmp_path: Path) -> None:
    packed = client.get("/api/edge/gyzs-edge.tar.gz").content
    assert hashlib.sha256(packed).hexdigest() in client.get("/api/edge/").content.decode()
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(tmp_path, filter="data")
    home = tmp_path / "gyzs-edge"
    state = tmp_path / "state"
    state.mkdir()
    (tmp_path / "centre.key").write_text("gyzs_example\n")
    settings = (home / "deploy/edge/edge.toml").read_text()
    settings = settings.replace("/var/lib/gyzs-edge", str(state))
    settings = settings.replace("/etc/gyzs-edge", str(tmp_path))
    (tmp_path / "edge.toml").write_text(settings)
    said = subprocess.run(
        [sys.executable, "-m", "dataaccess.edge", "--config", tmp_path / "edge.toml", "status"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stderr, said.returncode) == ("", 0), said.stdout


def test_the_settings_that_are_only_shown_hold_once_they_are_used(tmp_path: Path) -> None:
    shown = (portal.BASE_DIR / "deploy/edge/edge.toml").read_text(encoding="utf-8")
    used = re.sub(r"^# (?=\[|[a-z0-9_]+ = )", "", shown, flags=re.MULTILINE)
    (tmp_path / "edge.toml").write_text(used, encoding="utf-8")
    read = config.load(tmp_path / "edge.toml")
    assert read.compute is not None
    [card] = read.compute.cards
    assert (card.kind, card.models, card.fp16_pflops) == (
        "GPU",
        ("NVIDIA A40", "NVIDIA A40-*"),
        "0.1497",
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_guide_shows_how_a_card_is_added(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    page = html.unescape(client.get("/api/edge/").content.decode())
    example = page.partition("<code>[[compute.cards]]\n")[2].partition("</code>")[0]
    assert re.findall(r"^(\w+) = ", example, flags=re.MULTILINE) == [
        "kind",
        "models",
        "fp16_pflops",
    ]


def test_check_names_the_files_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = nodes.write_config(
        tmp_path, nodes.nowhere(), more='[base_info]\nfile = "/nowhere/base-info.json"\n'
    )
    key = tmp_path / "centre.key"
    key.unlink()

    def said() -> tuple[int, str]:
        return cli.main(["--config", str(file), "check"]), capsys.readouterr().err

    level, told = said()
    assert level == 2
    assert f"centre.key_file: 没有文件 {key}，" in told
    assert "base_info.file: 没有文件 /nowhere/base-info.json，" in told
    assert "没有错误" not in told
    key.write_text("\n")
    assert f"centre.key_file: 文件 {key} 是空的，" in said()[1]
    key.write_text("gyzs_example\n")
    nodes.write_config(tmp_path, nodes.nowhere())
    assert said() == (0, f"{file}：没有错误。\n")
