"""One of everything that organisations ask of the secretariat, and their people of each other."""

from typing import Any

from stdnum.cn import uscc

from evaluation.demo.files import example_photo
from portal.accounts import scans
from portal.accounts.actions import evidence, help, members, names, registration
from portal.accounts.models import Evidence, MemberRole, Registration
from tests.evaluation.cast import Cast


def make(cast: Cast) -> dict[str, Any]:
    asks = {"person_name": "示例新人", "language": "zh-hans"}
    accepted = registered(2)
    registration.accept(cast.chen, accepted)
    accepted.refresh_from_db()
    return {
        "registration": registered(1),
        "accepted": accepted,
        "invitation": members.invite(
            cast.lin, name="示例受邀人", email="invitee@example.org", member_role=MemberRole.EDITOR
        ),
        "join": help.ask_to_join(
            cast.organisation, email="newcomer@example.org", words="示例", **asks
        ),
        "help": help.ask_for_owner(
            cast.organisation,
            email="heir@example.org",
            phone="1",
            words="示例",
            letter=scan(),
            **asks,
        ),
        "name": names.ask(cast.lin, new_name="示例新名智算有限公司", evidence=scan()),
    }


def scan() -> Evidence:
    photo = example_photo("示例扫描件")
    return evidence.keep(photo, scans.check(photo))


def registered(serial: int) -> Registration:
    """A registration that waits for the secretariat."""
    code = f"91110000MAYY{serial:05d}"
    made = registration.register(
        name=f"示例登记单位{serial}有限公司",
        credit_code=code + uscc.calc_check_digit(code),
        person_name="示例登记人",
        email=f"registrant{serial}@example.org",
        phone="010-00000000",
        language="zh-hans",
        licence=scan(),
        commitment="示例承诺书",
    )
    assert made is not None
    return registration.confirm(made)
