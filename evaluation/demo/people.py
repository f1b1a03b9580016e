"""The example accounts and organisations. Nobody and nothing real is meant."""

from dataclasses import dataclass

from stdnum.cn import uscc

# Published in README.md: the example data refuse to load in production.
PASSWORD = "Example-2026"


@dataclass(frozen=True)
class ExampleOrganisation:
    key: str
    name: str
    credit_code: str


@dataclass(frozen=True)
class ExampleAccount:
    """One person of the example data, with what the account is good for."""

    username: str
    name: str
    role: str
    organisation: str = ""
    purpose: str = ""
    member_role: str = "owner"

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


def _organisation(serial: int, key: str, name: str) -> ExampleOrganisation:
    number = f"91110000MAEX{serial:05d}"
    return ExampleOrganisation(key, name, number + uscc.calc_check_digit(number))


ORGANISATIONS = tuple(
    _organisation(serial, key, name)
    for serial, (key, name) in enumerate(
        [
            ("binhai", "示例滨海智算科技有限公司"),
            ("jinghua", "示例京华算力产业园有限公司"),
            ("qilu", "示例齐鲁云计算有限公司"),
            ("guian", "示例贵安枢纽数据中心有限公司"),
            ("helan", "示例贺兰山算力枢纽有限公司"),
            ("luoyang", "示例洛阳装备智算有限公司"),
            ("chuxiong", "示例楚天工业云有限公司"),
            ("ulanqab", "示例乌兰察布绿色算力有限公司"),
            ("changsanjiao", "示例长三角智能计算有限公司"),
            ("gangtie", "示例钢铁行业智算有限公司"),
            ("university", "示例理工大学"),
            ("laboratory", "示例检测认证中心"),
        ],
        start=1,
    )
)

STAFF = (
    ExampleAccount("secretariat", "示例秘书陈静", "secretariat", purpose="秘书处经办人"),
    ExampleAccount("secretariat2", "示例秘书吴悦", "secretariat", purpose="秘书处经办人"),
    ExampleAccount("decider", "示例审批人周宁", "decider", purpose="作出认定决定"),
    ExampleAccount("expert1", "示例专家孙立", "expert", "university", "现场评估、专家评审"),
    ExampleAccount("expert2", "示例专家郑芳", "expert", "university", "现场评估、专家评审"),
    ExampleAccount("expert3", "示例专家何平", "expert", "laboratory", "现场评估、专家评审"),
    ExampleAccount("expert4", "示例专家马骏", "expert", "laboratory", "现场评估、专家评审"),
    ExampleAccount("expert5", "示例专家高岩", "expert", "jinghua", "任职于申报单位，用于演示回避"),
    ExampleAccount("sysadmin", "示例系统管理员", "system_admin", purpose="建立账号和单位"),
    ExampleAccount("secadmin", "示例安全管理员", "security_admin", purpose="启用和停用账号、密钥"),
    ExampleAccount("auditor", "示例审计管理员", "audit_admin", purpose="查阅审计记录"),
)

# The first organisation's people carry a prepared application through the seven steps.
APPLICANTS = (
    ExampleAccount("applicant", "示例经办林晓", "applicant", "binhai", "填好待提交的申报"),
    ExampleAccount(
        "colleague", "示例同事韩梅", "applicant", "binhai", "同一申报单位的填报人", "editor"
    ),
    ExampleAccount(
        "viewer", "示例查看人文静", "applicant", "binhai", "同一申报单位的查看人", "viewer"
    ),
    *(
        ExampleAccount(
            f"applicant-{organisation.key}",
            f"示例经办{name}",
            "applicant",
            organisation.key,
            organisation.name,
        )
        for organisation, name in zip(
            ORGANISATIONS[1:10],
            ("刘洋", "王磊", "杨帆", "马兰", "张晨", "胡敏", "白云", "徐婷", "石坚"),
            strict=True,
        )
    ),
)


def accounts() -> tuple[ExampleAccount, ...]:
    """The accounts that README.md and `make run` list; one password serves all."""
    return (APPLICANTS[0], *STAFF, *APPLICANTS[1:])
