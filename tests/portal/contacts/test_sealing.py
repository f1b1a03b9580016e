"""Contact data as the database keeps them, and new keys for them."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dataaccess.api.examples import BODIES
from dataaccess.models import Base, BaseInfo, Receipt
from portal.accounts.models import Evidence, Registration, User
from portal.contacts import keys
from tests.evaluation.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
PHONE, MAILBOX = "13800001234", "Han@Example.org"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def kept(table: str, column: str) -> list[Any]:
    """The column as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {table} ORDER BY 1')
        return [value for (value,) in cursor.fetchall()]


def rotate(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_contact_key", *arguments, stdout=out)
    return out.getvalue()


def registration() -> Registration:
    return Registration.objects.create(
        name="某单位", credit_code="91370000000000000X", person_name="韩", email=MAILBOX,
        phone=PHONE, language="zh-hans", commitment="", created_at=timezone.now(),
        committed_at=timezone.now(), licence=Evidence.objects.create(
            name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64,
            uploaded_at=timezone.now(),
        ),
    )  # fmt: skip


def test_a_text_is_sealed_in_the_database_and_plain_in_python(cast: Cast) -> None:
    User.objects.filter(pk=cast.lin.pk).update(phone=PHONE)
    assert User.objects.get(pk=cast.lin.pk).phone == PHONE
    told = [value for value in kept("accounts_user", "phone") if value]
    assert [value.split(":")[:2] for value in told] == [["sealed", keys.current()]]
    assert PHONE not in str(told)


def test_what_is_sealed_cannot_be_searched_by(cast: Cast) -> None:
    assert not User.objects.filter(pk=cast.lin.pk).exclude(phone="").exists()
    with pytest.raises(FieldError, match="only be asked whether it is empty"):
        User.objects.filter(phone=PHONE)
    with pytest.raises(FieldError, match="cannot be searched by icontains"):
        User.objects.filter(phone__icontains="138")


def test_an_address_is_found_by_its_blind_index_however_it_is_written() -> None:
    made = registration()
    wanted = keys.blinds(" han@example.ORG ")
    assert list(Registration.objects.filter(email_blind__in=wanted)) == [made]
    assert not Registration.objects.filter(email_blind__in=keys.blinds("hal@example.org")).exists()


def test_of_a_document_the_people_are_sealed_and_the_rest_is_not(cast: Cast) -> None:
    body = BODIES["base_info"]
    base = Base.objects.create(code="b-1", name="一", organisation=cast.lin.organisation)
    receipt = Receipt.objects.create(
        base=base, interface="base_info", received_at=timezone.now(), accepted=0, created=0,
        updated=0, unchanged=0, refused=0, body_digest="", status=201, answer={},
    )  # fmt: skip
    BaseInfo.objects.create(base=base, values=body, received_at=timezone.now(), receipt=receipt)
    assert BaseInfo.objects.get().values == body
    (stored,) = map(str, kept("dataaccess_baseinfo", "values"))
    assert body["联系人邮箱地址"] not in stored
    assert body["基地所在位置"] in stored
    location = BaseInfo.objects.values_list("values__基地所在位置", flat=True)  # not translated
    assert list(location) == [body["基地所在位置"]]


def test_a_new_key_seals_anew_in_batches_and_twice(cast: Cast, settings: Any) -> None:
    for person in User.objects.all():
        User.objects.filter(pk=person.pk).update(phone=f"{PHONE}{person.pk}")
    made = registration()
    old, new = settings.CONTACT_KEYS[0], Fernet.generate_key().decode()
    settings.CONTACT_KEYS = [new, old]
    # While it runs, both ways of being kept are found.
    assert Registration.objects.filter(email_blind__in=keys.blinds(MAILBOX)).exists()
    people = User.objects.count()
    assert rotate("--batch", "3").splitlines() == [
        f"accounts.User: {people}",
        "accounts.Registration: 1",
        f"{people + 1} rows sealed anew; all are sealed with key {keys.current()}.",
    ]
    assert rotate() == f"0 rows sealed anew; all are sealed with key {keys.current()}.\n"
    settings.CONTACT_KEYS = [new]
    assert User.objects.get(pk=cast.lin.pk).phone == f"{PHONE}{cast.lin.pk}"
    found = Registration.objects.filter(email_blind__in=keys.blinds(MAILBOX))
    assert [(row.pk, row.email) for row in found] == [(made.pk, MAILBOX)]


def test_without_its_key_a_text_says_which_is_missing(cast: Cast, settings: Any) -> None:
    User.objects.filter(pk=cast.lin.pk).update(phone=PHONE)
    name, settings.CONTACT_KEYS = keys.current(), [Fernet.generate_key().decode()]
    with pytest.raises(keys.CannotOpen, match=f"No key {name} in CONTACT_KEYS"):
        User.objects.get(pk=cast.lin.pk)


def test_an_altered_text_is_noticed() -> None:
    sealed = keys.seal(PHONE)
    with pytest.raises(keys.CannotOpen, match="altered"):
        keys.unseal(sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1])
