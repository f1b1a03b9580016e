"""The common cast: two applicants, experts, staff, administrators; and a case in any state.

`make_cast()` creates everyone; `cast.case_in("panel_scoring")` carries a filled application there
through the real actions."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from evaluation.actions import application
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.models import Evaluation
from portal.accounts.models import MemberRole, Organisation, Role, User
from tests.evaluation import kept_cases

# A mandatory item of Table 2 fails: A1 is zero.
FAILING_VALUES = {**PROVINCE_VALUES, "enterprise_count": "19"}


@dataclass(frozen=True)
class Cast:
    organisation: Organisation  # 示例智算科技有限公司
    other_organisation: Organisation
    lin: User  # applies for the organisation, its owner
    han: User  # lin's colleague, an editor
    wen: User  # their viewer
    other: User  # applies for the other organisation
    chen: User  # secretariat
    zhou: User  # decides
    experts: tuple[User, ...]  # two on site (the first leads), two on the panel (the third leads)
    idle_expert: User  # serves nowhere
    sysadmin: User
    secadmin: User
    auditor: User

    def players(self) -> journey.Cast:
        return journey.Cast(self.lin, self.chen, self.zhou, self.experts)

    def new_case(
        self, *, category: str = "province", place: str = "山东", user: User | None = None
    ) -> Evaluation:
        """An empty draft for a new base in 济南."""
        return application.start(
            user or self.lin,
            category=category,
            place=place,
            base_name="示例齐鲁工业智算基地",
            province="370000",
            city="370100",
        )

    def case_in(self, state: str, values: dict[str, Any] | None = None) -> Evaluation:
        """A filled application in any state of the steps table."""
        declared = values or (FAILING_VALUES if state == "not_certified" else PROVINCE_VALUES)
        asked = (state, self.lin.pk, repr(sorted(declared.items())))
        return kept_cases.once(asked, lambda: self._carried(state, declared))

    def _carried(self, state: str, declared: dict[str, Any]) -> Evaluation:
        evaluation = self.new_case()
        journey.fill(evaluation, self.lin, declared)
        if state == "withdrawn":
            application.withdraw(self.lin, evaluation, "示例：暂缓申报。")
        elif state == "returned":
            self.carry(evaluation, "submitted")
            application.return_application(self.chen, evaluation, "示例：请补充发展规划。")
        elif state == "correction":
            self.carry(evaluation, "preliminary_review")
            journey.ask_for_correction(evaluation, self.players(), 4, "示例：缺机房等级证书。")
        else:
            self.carry(evaluation, state)
        evaluation.refresh_from_db()
        return evaluation

    def carry(self, evaluation: Evaluation, to: str) -> Evaluation:
        return journey.carry(evaluation, self.players(), to)


def make_cast() -> Cast:
    """Everyone, in the database."""
    organisation = Organisation.objects.create(
        name="示例智算科技有限公司", credit_code="91110000MA0000001R"
    )
    other = Organisation.objects.create(
        name="示例他山数据有限公司", credit_code="91110000MA00000024"
    )
    university = Organisation.objects.create(name="示例理工大学", credit_code="91110000MA00000037")

    def person(
        username: str,
        name: str,
        role: Role,
        of: Organisation | None = None,
        member: MemberRole = MemberRole.OWNER,
    ) -> User:
        return User.objects.create_user(
            username,
            f"{username}@example.org",
            "Example-2026",
            name=name,
            role=role,
            organisation=of,
            member_role=member,
        )

    return Cast(
        organisation=organisation,
        other_organisation=other,
        lin=person("lin", "林工", Role.APPLICANT, organisation),
        han=person("han", "韩梅", Role.APPLICANT, organisation, MemberRole.EDITOR),
        wen=person("wen", "文静", Role.APPLICANT, organisation, MemberRole.VIEWER),
        other=person("other", "他山", Role.APPLICANT, other),
        chen=person("chen", "陈静", Role.SECRETARIAT),
        zhou=person("zhou", "周宁", Role.DECIDER),
        experts=tuple(
            person(f"expert{i}", f"专家{name}", Role.EXPERT, university)
            for i, name in enumerate("孙郑何马", 1)
        ),
        idle_expert=person("idle", "专家高", Role.EXPERT, university),
        sysadmin=person("sysadmin", "系统管理员", Role.SYSTEM_ADMIN),
        secadmin=person("secadmin", "安全管理员", Role.SECURITY_ADMIN),
        auditor=person("auditor", "审计管理员", Role.AUDIT_ADMIN),
    )


def signed_in(user: User) -> Client:
    """A browser in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client
