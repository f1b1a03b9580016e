"""The example pool: two dozen experts, so that a draw has something to choose from and something
to leave out. Nobody real is meant."""

import datetime
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn import uscc

from evaluation.actions import pool
from evaluation.actions.pool import Facts, Person
from evaluation.demo.people import ORGANISATIONS, PASSWORD
from evaluation.models import Expert, Tie
from portal.accounts.models import Role, User


@dataclass(frozen=True)
class ExampleExpert:
    """One expert: the account, what the record says, and what it is good for in a draw."""

    username: str
    name: str
    title: str
    employer: str  # key of an example organisation, or of EMPLOYERS
    fields: str
    ties: tuple[tuple[str, str, int | None, int | None], ...] = ()  # kind, key, years ago
    away: tuple[int, int] | None = None  # days from today
    term: tuple[int, int] = (-1, 2)  # years from today
    joined: bool = True


# Employers that apply for nothing, beside those among the example organisations.
EMPLOYERS = {
    "power": "示例电力科学研究院",
    "grid": "示例电网设计院",
    "telecom": "示例通信规划设计院",
    "network": "示例下一代互联网研究中心",
    "security": "示例网络安全研究所",
    "testing": "示例信息系统测评中心",
    "college": "示例师范大学",
    "polytechnic": "示例工程技术大学",
    "institute": "示例工业经济研究院",
    "association": "示例装备制造业协会",
    "academy": "示例计算技术研究所",
    "bureau": "示例数据治理研究院",
}
FORMER, CONSULTANCY, CONFLICT = Tie.Kind.FORMER, Tie.Kind.CONSULTANCY, Tie.Kind.CONFLICT

EXPERTS = (
    ExampleExpert("expert1", "示例专家孙立", "教授", "university", "算力 网络"),
    ExampleExpert("expert2", "示例专家郑芳", "副教授", "university", "电力"),
    ExampleExpert("expert3", "示例专家何平", "研究员", "laboratory", "算力 安全"),
    ExampleExpert("expert4", "示例专家马骏", "高级工程师", "laboratory", "产业"),
    ExampleExpert("expert5", "示例专家高岩", "总工程师", "jinghua", "算力"),
    ExampleExpert("expert6", "示例专家罗毅", "教授级高工", "power", "电力"),
    ExampleExpert("expert7", "示例专家谢敏", "高级工程师", "power", "电力"),
    ExampleExpert("expert8", "示例专家宋川", "高级工程师", "grid", "电力"),
    ExampleExpert("expert9", "示例专家唐颖", "教授级高工", "telecom", "网络"),
    ExampleExpert("expert10", "示例专家许诺", "研究员", "network", "网络 安全"),
    ExampleExpert("expert11", "示例专家韩雪", "研究员", "security", "安全"),
    ExampleExpert("expert12", "示例专家冯涛", "高级测评师", "testing", "安全"),
    ExampleExpert("expert13", "示例专家董洁", "教授", "college", "数据 产业"),
    ExampleExpert("expert14", "示例专家萧然", "教授", "polytechnic", "算力"),
    ExampleExpert("expert15", "示例专家程远", "研究员", "institute", "产业"),
    ExampleExpert("expert16", "示例专家曹岚", "副秘书长", "association", "产业"),
    ExampleExpert("expert17", "示例专家袁野", "研究员", "academy", "算力 数据"),
    ExampleExpert("expert18", "示例专家邓超", "研究员", "bureau", "数据 安全"),
    # Each of the following is left out of some draw.
    ExampleExpert("expert19", "示例专家彭程", "总工程师", "ulanqab", "电力 算力"),
    ExampleExpert(
        "expert20", "示例专家曾琳", "教授", "polytechnic", "网络",
        ties=((FORMER, "ulanqab", None, -1), (CONSULTANCY, "guian", -2, None)),
    ),
    ExampleExpert(
        "expert21", "示例专家肖楠", "教授级高工", "grid", "电力",
        ties=((CONSULTANCY, "ulanqab", -1, None), (FORMER, "qilu", None, -6)),
    ),
    ExampleExpert("expert22", "示例专家田原", "研究员", "academy", "算力", away=(-2, 40)),
    ExampleExpert("expert23", "示例专家任重", "研究员", "security", "安全", term=(-3, -1)),
    ExampleExpert(
        "expert24", "示例专家姜涵", "副教授", "college", "产业",
        ties=((CONFLICT, "binhai", None, None),), joined=False,
    ),
)  # fmt: skip


def load_pool(secretariat: User) -> None:
    """The records, and the accounts of those that have none yet."""
    password = make_password(PASSWORD)
    present = set(User.objects.values_list("username", flat=True))
    User.objects.bulk_create(
        User(
            username=expert.username,
            email=_email(expert),
            name=expert.name,
            role=Role.EXPERT,
            password=password if expert.joined else make_password(None),
            is_active=expert.joined,
        )
        for expert in EXPERTS
        if expert.username not in present
    )
    for expert in EXPERTS:
        record = pool.add(secretariat, Person(expert.name, _email(expert)), _facts(expert))
        if expert.joined:
            Expert.objects.filter(pk=record.pk).update(confirmed_at=timezone.now())


def _email(expert: ExampleExpert) -> str:
    return f"{expert.username}@example.org"


def _facts(expert: ExampleExpert) -> Facts:
    today = timezone.localdate()
    name, code = _organisation(expert.employer)
    ties = tuple(
        (str(kind), *_organisation(key), _years(today, since), _years(today, until))
        for kind, key, since, until in expert.ties
    )
    days = expert.away and tuple(today + datetime.timedelta(days=n) for n in expert.away)
    return Facts(
        title=expert.title,
        employer=name,
        employer_code=code,
        fields=tuple(expert.fields.split()),
        term_from=_years(today, expert.term[0]),
        term_to=_years(today, expert.term[1]),
        ties=ties,
        absences=((days[0], days[1]),) if days else (),
    )


def _organisation(key: str) -> tuple[str, str]:
    for each in ORGANISATIONS:
        if each.key == key:
            return each.name, each.credit_code
    number = f"12110000MAEY{list(EMPLOYERS).index(key) + 1:05d}"
    return EMPLOYERS[key], number + uscc.calc_check_digit(number)


def _years(today: datetime.date, years: int | None) -> datetime.date | None:
    """The first of this month, so many years from now."""
    return None if years is None else today.replace(year=today.year + years, day=1)
