"""Whatever a browser sends to a table of the form, the page answers, keeps what it can and breaks
nothing."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evaluation.rulebook import load_edition
from portal.ledger import audit
from tests.evaluation.applicant.pages import sent_by
from tests.evaluation.cast import Cast, signed_in
from tests.long import examples

EDITION = load_edition("2024")
values = st.text(max_size=30) | st.sampled_from(
    [
        "\x00", "\ud800", "基" * 5000, "=1+1", "9" * 400, "1e400", "-0", "NaN", "٣", "<script>",
        "2026-02-30", "9999-12-31", "0", "on", "\r\n", "\u202e", "370000", " ",
    ]
)  # fmt: skip


@pytest.fixture
def page(cast: Cast) -> Any:
    """A browser of the applicant's, and the address of a table of a draft."""
    case = cast.new_case()
    browser = signed_in(cast.lin)
    browser.raise_request_exception = True

    def at(key: str) -> tuple[Any, str]:
        return browser, reverse("evaluation:form_table", args=[case.number, key])

    return at


@pytest.mark.parametrize("key", [table.key for table in EDITION.form])
@settings(
    max_examples=examples(12, 0.1),
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_values_in_a_table(page: Any, key: str, data: Any) -> None:
    browser, url = page(key)
    with transaction.atomic():
        _try_any(browser, url, data)
        transaction.set_rollback(True)


def _try_any(browser: Any, url: str, data: Any) -> None:
    sent = sent_by(browser.get(url))
    # By `writer` a page says whose it is; another is refused.
    names = [name for name in sent if name not in ("csrfmiddlewaretoken", "writer")]
    for name in data.draw(st.lists(st.sampled_from([*names, "unknown", "version", "tab"]))):
        sent[name] = data.draw(st.lists(values, max_size=3))
    wanted = {
        name: [each.encode("utf-8", "replace").decode() for each in held]
        for name, held in sent.items()
    }
    answer = browser.post(url, wanted)
    assert answer.status_code in (200, 302, 409, 422), answer.status_code
    # The page opens again, and whatever was kept can be sent once more.
    again = browser.get(url)
    assert again.status_code == 200
    assert browser.post(url, sent_by(again)).status_code in (302, 422)
    assert list(audit.faults()) == []
