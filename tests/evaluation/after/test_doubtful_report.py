"""A report that is far from what was certified is doubted in the answer it gets."""

import json

from django.utils import timezone

from dataaccess import intake
from dataaccess.api.examples import BODIES
from evaluation.models import Certificate
from evaluation.queries import certified_fp16_of


def test_fp16_far_from_the_certificate_is_doubted(certificate: Certificate) -> None:
    base, certified = certificate.base, certified_fp16_of(certificate.base_id)
    assert certified
    told = []
    for factor in (1, 3):
        body = {**BODIES["compute_report"], "FP16总算力": certified * factor, "空闲FP16算力": 0}
        answer = intake.accept(
            base, "compute_report", json.dumps(body).encode(), received_at=timezone.now()
        )
        told.append([(each["field"], each["code"]) for each in answer.body.get("warnings", [])])
    assert told == [[], [("FP16总算力", "certified")]]
