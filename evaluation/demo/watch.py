"""What the command centre and the operators do around the reports: a data call that one of two
bases has answered, a question about a report, downtime to come, an event that was handled."""

from datetime import timedelta

from django.utils import timezone

from dataaccess.actions import data_calls, downtime, questions
from dataaccess.models import Base
from evaluation.demo.reports import send_event_again, send_today
from portal.accounts.models import User


def watch_bases() -> None:
    now = timezone.localtime()
    people = {user.username: user for user in User.objects.filter(is_active=True)}
    certified = list(Base.objects.filter(code__in=("demo-base", "demo-jinghua")).order_by("code"))
    guian, jinghua = certified
    data_calls.issue(
        title="示例：重要通信保障期算力统计",
        reason="示例要求：重要通信保障期间，请在截止前上报最新算力信息。",
        interfaces=["compute_report"],
        bases=certified,
        deadline=now + timedelta(days=2),
        actor=people["secretariat"],
    )
    send_today(jinghua, 1700)  # less than was certified: a question
    send_event_again(guian)
    questions.watch()
    first = now.date() + timedelta(days=10)
    downtime.announce(
        guian, first, first + timedelta(days=1), "示例：电力检修", actor=people["applicant-guian"]
    )
