"""The edge node as a base gets it: the guide, and an archive that runs without the portal."""

import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.test import Client

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
