"""Objections of the example data: one answered, one under way, and a result that was corrected."""

from django.utils import timezone

from evaluation.actions import objections, publication, result_corrections
from evaluation.actions.objections import Given
from evaluation.demo.files import example_pdf
from evaluation.demo.journey import Cast
from evaluation.models import Evaluation
from evaluation.uploads import SCANS, check


def object_to(evaluation: Evaluation, cast: Cast) -> None:
    """Two objections to a published result: by letter, and from the notice's page."""
    today = timezone.localdate()
    letter = example_pdf("示例异议书")
    answered = objections.record_objection(
        cast.secretariat,
        evaluation,
        Given(
            kind="organisation",
            objector="示例邻里数据有限公司",
            contact="010-00000000，李工",
            content="公示的企业名单中有两家企业的注册地不在本省，请核对企业数量。",
        ),
        today,
        [objections.keep_file(letter, check(letter, SCANS))],
    )
    objections.take_step(cast.secretariat, answered, today, "电话核实来函单位，确认公章和联系人。")
    objections.take_step(
        cast.secretariat, answered, today, "调阅企业名单和协议：两家均在省内设有分支机构。"
    )
    objections.close_objection(
        cast.secretariat,
        answered,
        "upheld",
        "经核查，两家企业在省内均有分支机构并签有协议，企业数量无误，维持原结果。",
    )
    objections.lodge(
        evaluation.publication,
        Given(
            kind="person",
            objector="示例居民",
            identity="11010519491231002X",
            contact="010-00000001",
            content="现场评估当日部分机架尚未加电，请核对标准机架数的计算口径。",
        ),
    )


def publish_with_a_correction(evaluation: Evaluation, cast: Cast) -> None:
    """Published under a wrong name, withdrawn, corrected by two persons and published again."""
    base = evaluation.base
    right = base.name
    base.name = f"{right}（一期）"
    base.save(update_fields=["name"])
    publication.publish(cast.secretariat, evaluation, working_days=0)
    publication.withdraw_result(
        cast.secretariat,
        evaluation,
        "result_pending",
        "示例：原公示的基地名称与申报书不一致，更正后重新公示。",
    )
    correction = result_corrections.propose(
        cast.secretariat,
        evaluation,
        base_name=right,
        place=evaluation.place,
        reason="示例：申报书没有“（一期）”。",
    )
    result_corrections.approve(cast.decider, correction)
    publication.publish(cast.secretariat, evaluation, working_days=0)
