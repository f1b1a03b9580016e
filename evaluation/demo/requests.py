"""What organisations of the example data ask: to be registered, renamed, helped; a colleague is
invited, and one asks to join."""

from stdnum.cn import uscc

from evaluation.demo.files import example_photo
from portal.accounts import commitment, scans
from portal.accounts.actions import evidence, help, members, names, registration
from portal.accounts.models import Evidence, MemberRole, Organisation, Registration, User

REGISTERING = (
    ("示例敦煌绿电智算有限公司", "91620900MAEY00001", "沈月"),
    ("示例前海工业数据服务有限公司", "91440300MAEY00002", "罗成"),
    ("示例盘古新材料工业互联网与智能计算产业技术研究院有限责任公司", "91430100MAEY00003", "段雨"),
)


def load_requests() -> None:
    """One that was returned, two that wait; a change of name; a gone owner; an invitation."""
    users = {user.username: user for user in User.objects.select_related("organisation")}
    registrations = [_registered(serial, *row) for serial, row in enumerate(REGISTERING, start=1)]
    registration.refuse(
        users["secretariat"], registrations[0], "示例：营业执照照片不完整，请重新上传全页扫描件。"
    )
    names.ask(
        users["applicant-qilu"],
        new_name="示例齐鲁智能计算集团有限公司",
        evidence=_scan("变更通知书"),
    )
    help.ask_for_owner(
        Organisation.objects.get(name="示例贵安枢纽数据中心有限公司"),
        person_name="示例接任人田野",
        email="heir@example.org",
        phone="0851-00000000",
        words="示例：原负责人杨帆已离职，邮箱已停用。",
        letter=_scan("授权书"),
        language="zh-hans",
    )
    members.invite(
        users["applicant"],
        name="示例同事郭宁",
        email="invitee@example.org",
        member_role=MemberRole.EDITOR,
    )
    asked = users["applicant"].organisation
    assert asked is not None, "applicants belong to an organisation"
    help.ask_to_join(
        asked,
        person_name="示例同事曹青",
        email="newcomer@example.org",
        words="我在运维部，负责能耗数据。",
        language="zh-hans",
    )


def _registered(serial: int, name: str, code: str, person: str) -> Registration:
    asked = registration.register(
        name=name,
        credit_code=code + uscc.calc_check_digit(code),
        person_name=f"示例登记人{person}",
        email=f"registrant{serial}@example.org",
        phone="010-00000000",
        language="zh-hans",
        licence=_scan("营业执照"),
        commitment=commitment.text(),
    )
    assert asked is not None, "nobody of the example data has this address"
    return registration.confirm(asked)


def _scan(name: str) -> Evidence:
    photo = example_photo(name)
    return evidence.keep(photo, scans.check(photo))
