"""Telling people by mail that a case waits for them."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from evaluation import steps
from evaluation.models import Evaluation, Transition
from evaluation.permissions import active_assignments
from evaluation.steps import Actor
from portal.accounts.mail import put_mail as mail
from portal.accounts.models import MemberRole, Role, User


def owners(evaluation: Evaluation) -> list[User]:
    """The people for whom a case waits now."""
    users = User.objects.filter(is_active=True)
    # A viewer can do nothing about it.
    applicants = users.filter(organisation=evaluation.organisation, role=Role.APPLICANT).exclude(
        member_role=MemberRole.VIEWER
    )
    match evaluation.current.owner:
        case Actor.APPLICANT:
            return list(applicants)
        case Actor.SECRETARIAT:
            return list(users.filter(role=Role.SECRETARIAT))
        case Actor.DECIDER:
            return list(users.filter(role=Role.DECIDER))
        case Actor.SITE_LEADER:
            return [a.expert for a in active_assignments(evaluation, "site")]
        case Actor.PANEL_EXPERT:
            return [
                a.expert
                for a in active_assignments(evaluation, "panel")
                if a.sheet_submitted_at is None
            ]
        case Actor.PANEL_LEADER:
            return [a.expert for a in active_assignments(evaluation, "panel") if a.is_leader]
    return list(applicants)


def case_moved(evaluation: Evaluation, transition: Transition) -> None:
    """One mail to each person for whom the case waits after this move. An expert who has not
    signed the pledge is told of an invitation only, not of the case."""
    url = settings.PUBLIC_URL + reverse("evaluation:desk")
    with translation.override(settings.LANGUAGE_CODE):
        for user in owners(evaluation):
            subject = _("工业智算基地评估：有一项工作待您办理")
            if user.role == Role.APPLICANT:
                subject = _("工业智算基地评估：案卷%(number)s进入“%(step)s”") % {
                    "number": evaluation.number,
                    "step": steps.step_of(evaluation.state).name,
                }
            body = _("%(name)s：\n\n%(awaits)s\n\n请登录办理：%(url)s\n") % {
                "name": user.name,
                "awaits": evaluation.current.awaits,
                "url": url,
            }
            mail(user, f"transition:{transition.pk}:{user.pk}", subject, body)
