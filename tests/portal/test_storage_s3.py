"""Files in S3-compatible storage, against moto's server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"aws_access_key_id": "trial", "aws_secret_access_key": "trial"}

STORE_TWO_OF_ONE_NAME = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
for content in (b"first", b"second"):
    name = default_storage.save("evidence/示例.pdf", ContentFile(content))
    with default_storage.open(name) as file:
        print(name == "evidence/示例.pdf", file.read(), file.size)
print(default_storage.exists("evidence/other.pdf"))
"""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def bucket(endpoint: str) -> Any:
    store = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1", **KEYS)
    return store.create_bucket(Bucket="portal-files")


def test_files_go_to_the_bucket_and_come_back(endpoint: str, tmp_path: Path) -> None:
    files = bucket(endpoint)
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", STORE_TWO_OF_ONE_NAME],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "READ_DOTENV": "false",
            "VAR_DIR": str(tmp_path),
            "S3_BUCKET": "portal-files",
            "S3_ENDPOINT_URL": endpoint,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": KEYS["aws_access_key_id"],
            "S3_SECRET_KEY": KEYS["aws_secret_access_key"],
            "S3_ADDRESSING_STYLE": "path",
        },
        capture_output=True,
        text=True,
    )
    # A second file of the same name gets a name of its own: nothing is written over.
    assert done.stdout.splitlines()[-3:] == [
        "True b'first' 5",
        "False b'second' 6",
        "False",
    ], done.stderr
    stored = {entry.key: entry.get()["Body"].read() for entry in files.objects.all()}
    assert sorted(stored.values()) == [b"first", b"second"]
    assert stored["evidence/示例.pdf"] == b"first"
    assert not (tmp_path / "files").exists()
