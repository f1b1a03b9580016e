"""Every action in the audit chain has a name that a person can read."""

from portal.ledger.wording import ACTIONS
from tests.portal.ledger.audit_codes import recorded

# Codes that are put together where they are written, and what they come to.
PUT_TOGETHER = {
    "accounts.f'ask_{kind}'": ("accounts.ask_join", "accounts.ask_owner_gone"),
    "accounts.f'{outcome}_{request.kind}'": (
        "accounts.accepted_join",
        "accounts.refused_join",
        "accounts.accepted_owner_gone",
        "accounts.refused_owner_gone",
    ),
    "f'usual_reason.{action}'": ("usual_reason.add", "usual_reason.change"),
}
# Written by earlier releases; what is in the chain stays there.
RETIRED = {"evaluation.read_objector"}


def reviews() -> tuple[str, ...]:
    from evaluation.steps_after import REVIEW_MOVES

    return tuple(f"certificate.review_{code}" for code in REVIEW_MOVES)


def test_every_action_in_the_code_has_its_label() -> None:
    known = {**PUT_TOGETHER, "certificate.f'review_{code}'": reviews()}
    written = {each: where for code, where in recorded() for each in known.get(code, (code,))}
    assert {code: written[code] for code in written.keys() - ACTIONS.keys()} == {}
    assert ACTIONS.keys() - written.keys() == RETIRED
