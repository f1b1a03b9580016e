"""An applicant with an owner and an editor, the secretariat, and a scan; for the tests beside."""

import re
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation.demo.files import example_photo
from portal.accounts.models import Organisation, User
from portal.ledger import outbox

PASSWORD = "correct-horse-9"
CODE, OTHER_CODE = "91350100M000100Y43", "91110000MA1000001T"


def person(username: str, role: str, **more) -> User:
    user = User(
        username=username, email=f"{username}@example.org", name=username, role=role, **more
    )
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def people() -> SimpleNamespace:
    """`lin` owns 示例智算, `han` edits there; `chen` is the secretariat."""
    organisation = Organisation.objects.create(name="示例智算科技有限公司", credit_code=OTHER_CODE)
    return SimpleNamespace(
        organisation=organisation,
        lin=person("lin", "applicant", organisation=organisation, member_role="owner"),
        han=person("han", "applicant", organisation=organisation, member_role="editor"),
        chen=person("chen", "secretariat"),
    )


def photo() -> SimpleUploadedFile:
    return example_photo("营业执照")


def letters() -> dict[str, tuple[str, str]]:
    """What the outbox sends now: subject and body by address."""
    mail.outbox.clear()
    outbox.sweep()
    return {letter.to[0]: (letter.subject, letter.body) for letter in mail.outbox}


def link(body: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost:\d+(/\S+)", body)
    assert found, body
    return found[1]
