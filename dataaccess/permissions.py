"""Who may do what with a base. In pairs: check_… raises the reason, can_… answers yes or no.

Whether a base may be seen at all is decided in queries.bases_for, from which every view starts."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from dataaccess.errors import NotAllowed
from dataaccess.models import Base
from portal.accounts.models import Role, User


def is_own(user: User, base: Base) -> bool:
    """Whether the user belongs to the organisation that runs the base."""
    return user.role == Role.APPLICANT and user.organisation_id == base.organisation_id


def works_for(user: User, base: Base) -> bool:
    """Whether the user may also change what is the base's: not a viewer."""
    return is_own(user, base) and user.may_write


def check_read_data(user: User, base: Base) -> None:
    """What a base reports is for its own people and for those who evaluate; the security
    administrator looks after keys and need not see it."""
    if not user.is_active or not (
        is_own(user, base) or user.role in (Role.SECRETARIAT, Role.DECIDER)
    ):
        raise NotAllowed(_("基地上报的数据仅供本单位、秘书处和审批人查看。"))


def can_read_data(user: User, base: Base) -> bool:
    return _allowed(check_read_data, user, base)


def check_manage_keys(user: User, base: Base) -> None:
    """Keys are issued and revoked by the base's own people and the security administrator."""
    if not user.is_active or not (works_for(user, base) or user.role == Role.SECURITY_ADMIN):
        raise NotAllowed(_("接口密钥由基地所属单位的负责人、填报人或安全管理员管理。"))


def can_manage_keys(user: User, base: Base) -> bool:
    return _allowed(check_manage_keys, user, base)


def check_choose_window(user: User, base: Base) -> None:
    """The base itself chooses its window (clause 8.4.4 a)."""
    if not works_for(user, base):
        raise NotAllowed(_("上报时段由基地所属单位的负责人或填报人选择。"))


def can_choose_window(user: User, base: Base) -> bool:
    return _allowed(check_choose_window, user, base)


def check_issue_calls(user: User) -> None:
    """Data calls come from the command centre, whose part is the secretariat's."""
    if not user.is_active or user.role != Role.SECRETARIAT:
        raise NotAllowed(_("数据统计要求由秘书处下发。"))


def can_issue_calls(user: User) -> bool:
    return _allowed(check_issue_calls, user)


def check_answer_calls(user: User, base: Base) -> None:
    """What no delivery can say, the base's own people do."""
    if not works_for(user, base):
        raise NotAllowed(_("数据统计要求由基地所属单位的负责人或填报人答复。"))


def can_answer_calls(user: User, base: Base) -> bool:
    return _allowed(check_answer_calls, user, base)


def check_see_overview(user: User) -> None:
    """All bases at once are for the command centre, whose part is the secretariat's, and for those
    who decide; no base learns of another."""
    if not user.is_active or user.role not in (Role.SECRETARIAT, Role.DECIDER):
        raise NotAllowed(_("全部基地的总览仅供秘书处和审批人使用。"))


def can_see_overview(user: User) -> bool:
    return _allowed(check_see_overview, user)


def check_close_questions(user: User) -> None:
    if not user.is_active or user.role != Role.SECRETARIAT:
        raise NotAllowed(_("数据询问由秘书处办结。"))


def can_close_questions(user: User) -> bool:
    return _allowed(check_close_questions, user)


def check_manage_centre_keys(user: User) -> None:
    if not user.is_active or user.role != Role.SECURITY_ADMIN:
        raise NotAllowed(_("中心密钥由安全管理员管理。"))


def can_manage_centre_keys(user: User) -> bool:
    return _allowed(check_manage_centre_keys, user)


def _allowed(check: Callable[..., None], *asked: User | Base) -> bool:
    try:
        check(*asked)
    except NotAllowed:
        return False
    return True
