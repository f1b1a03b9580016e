"""docker-compose.yml and Dockerfile, as far as they can be judged without a container engine.

data/compose-spec.json is the Compose specification's own schema (compose-spec/compose-spec,
Apache License 2.0, beside it), as published by the check-jsonschema package 0.39.0."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.deploy import compose

DATA = Path(__file__).parent / "data"
VALUES = {
    "SECRET_KEY": "s" * 60,
    "CONTACT_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
    "POSTGRES_PASSWORD": "p1",
    "APPLICATION_DB_PASSWORD": "a1",
    "REDIS_PASSWORD": "r1",
    "EMAIL_URL": "smtp://mail.example.org",
    "DEFAULT_FROM_EMAIL": "a@example.org",
    "TLS_DIR": "/etc/tls",
}
OURS = ["beat", "migrate", "web", "worker"]


def test_the_file_keeps_to_the_published_schema() -> None:
    schema = json.loads((DATA / "compose-spec.json").read_text())
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(compose.raw())] == []
    broken = compose.raw()
    broken["services"]["web"]["helthcheck"] = {}
    assert len(list(validator.iter_errors(broken))) == 1


def test_which_services_there_are() -> None:
    services = compose.services(VALUES)
    assert sorted(services) == ["beat", "database", "migrate", "proxy", "redis", "web", "worker"]


@pytest.mark.parametrize("name", sorted(VALUES))
def test_nothing_starts_while_a_value_is_missing(name: str) -> None:
    with pytest.raises(compose.Missing, match=f"^{name}: "):
        compose.services({key: value for key, value in VALUES.items() if key != name})


def test_no_secret_stands_in_the_file() -> None:
    lines = (compose.ROOT / "docker-compose.yml").read_text().splitlines()
    secrets = [line for line in lines if re.match(r"\s+\w*(SECRET|PASSWORD|_URL)\w*:", line)]
    assert len(secrets) == 10
    without = [line.split("#")[0].strip() for line in secrets if "${" not in line]
    assert without == ['POSTGRES_PASSWORD: ""']


def test_web_worker_and_beat_share_one_environment_and_one_image() -> None:
    services = compose.services(VALUES)
    web = services["web"]
    owner = {
        "DATABASE_URL": "postgres://portal:p1@database:5432/portal",
        "APPLICATION_DB_PASSWORD": "a1",
    }
    for name in OURS:
        own = owner if name == "migrate" else {}
        assert services[name]["environment"] == {**web["environment"], **own}
        assert services[name]["image"] == web["image"]
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert web["environment"]["DATABASE_URL"] == (
        "postgres://portal_processes:a1@database:5432/portal"
    )
    assert web["environment"]["POSTGRES_PASSWORD"] == ""
    assert web["environment"]["REDIS_URL"] == "redis://:r1@redis:6379/0"


def test_only_the_proxy_can_be_reached() -> None:
    services = compose.services(VALUES)
    assert [name for name in services if "ports" in services[name]] == ["proxy"]
    assert services["proxy"]["ports"] == ["80:80", "443:443"]
    assert services["database"]["networks"] == services["redis"]["networks"] == ["inside"]
    assert compose.raw()["networks"]["inside"] == {"internal": True}


def test_every_lasting_service_has_a_healthcheck() -> None:
    services = compose.services(VALUES)
    without = [name for name in services if "test" not in services[name].get("healthcheck", {})]
    assert without == ["migrate"]


def test_postgresql_and_redis_keep_what_they_took() -> None:
    services = compose.services(VALUES)
    version = re.fullmatch(r"postgres:(\d+)-bookworm", services["database"]["image"])
    assert version
    assert int(version[1]) >= 15
    assert services["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert "appendonly yes" in services["redis"]["command"][2]
    assert services["redis"]["volumes"] == ["redis:/data"]


def test_the_image_runs_without_root_and_has_what_pdfs_need() -> None:
    text = (compose.ROOT / "Dockerfile").read_text()
    last_stage = text.rsplit("\nFROM ", 1)[1]
    assert re.findall(r"^USER (\w+)$", last_stage, re.M) == ["portal"]
    assert re.findall(r"^HEALTHCHECK ", last_stage, re.M) == ["HEALTHCHECK "]
    setup = (compose.ROOT / "tools/setup.sh").read_text()
    packages = re.search(r'^packages="(.*)"$', setup, re.M)
    assert packages
    needed = set(packages[1].split()) - {"gettext"}  # compiles; not needed to run
    assert {package for package in needed if package not in last_stage} == set()


def test_the_image_holds_no_secrets_of_the_folder_it_was_built_in() -> None:
    ignored = (compose.ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", "deploy/tls", ".git"} - set(ignored) == set()


def test_the_proxy_speaks_tls_and_passes_on_no_claims_of_clients() -> None:
    text = (compose.ROOT / "deploy/nginx.conf").read_text()
    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.2 TLSv1.3"]
    headers = dict(re.findall(r"proxy_set_header (\S+) (.*);", text))
    assert headers == {
        "Connection": '""',
        "Host": "$host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": '""',
        "Forwarded": '""',
    }
    assert text.count("{") == text.count("}")
