"""The cast: 林 runs the base jinan; 周 runs the base qingdao of another organisation."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from dataaccess.actions import keys
from dataaccess.models import ApiKey, Base
from portal.accounts.models import Organisation, Role, User


@dataclass
class Caller:
    """A base's program: a client that sends its key."""

    client: Client
    text: str

    def send(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **options: Any
    ) -> Any:
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        # Given as it arrives: the test client leaves the type of an empty body out.
        options["CONTENT_TYPE"] = options.pop("content_type", "application/json")
        headers = {"Authorization": f"Bearer {self.text}", **options.pop("headers", {})}
        return self.client.generic(method, f"/api/v1/{path}", data, headers=headers, **options)

    def report(self, body: Any, **options: Any) -> Any:
        return self.send("POST", "compute-reports", body, **options)

    def info(self, body: Any, **options: Any) -> Any:
        return self.send("PUT", "base-info", body, **options)

    def events(self, body: Any = None, **options: Any) -> Any:
        return self.send("POST", "security-events", body, **options)


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


@pytest.fixture
def jinan(db: None) -> Base:
    owner = Organisation.objects.create(
        name="示例智算科技有限公司", credit_code="91350100M000100Y43"
    )
    return Base.objects.create(
        organisation=owner, code="jinan", name="济南示例基地", province="370000", city="370100"
    )


@pytest.fixture
def qingdao(db: None) -> Base:
    owner = Organisation.objects.create(name="另一家示例公司", credit_code="91110000MA00000024")
    return Base.objects.create(
        organisation=owner, code="qingdao", name="青岛示例基地", province="370000", city="370200"
    )


@pytest.fixture
def key(jinan: Base) -> tuple[ApiKey, str]:
    return keys.issue(jinan, actor=None)


@pytest.fixture
def caller(key: tuple[ApiKey, str]) -> Caller:
    return Caller(Client(), key[1])


@pytest.fixture
def other_caller(qingdao: Base) -> Caller:
    return Caller(Client(), keys.issue(qingdao, actor=None)[1])


def person(username: str, role: Role, organisation: Organisation | None = None) -> User:
    return User.objects.create_user(
        username=username,
        email=f"{username}@example.org",
        name=username,
        role=role,
        organisation=organisation,
    )


@pytest.fixture
def lin(jinan: Base) -> User:
    return person("lin", Role.APPLICANT, jinan.organisation)


@pytest.fixture
def zhou(qingdao: Base) -> User:
    return person("zhou", Role.APPLICANT, qingdao.organisation)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
