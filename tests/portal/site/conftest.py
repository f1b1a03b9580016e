"""What the public pages show: one published case, one certified base."""

import pytest

from evaluation.actions import certification, publication
from evaluation.models import Certificate, Evaluation, Publication
from tests.evaluation.cast import Cast, make_cast
from tests.portal.site.copies import scored_case


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def scored(cast: Cast) -> Evaluation:
    """A province's case that qualifies, with its score computed and nothing published."""
    return scored_case(cast)


@pytest.fixture
def notice(cast: Cast, scored: Evaluation) -> Publication:
    """A published result in its objection period."""
    return publication.publish(cast.chen, scored, 5)


@pytest.fixture
def certificate(cast: Cast, scored: Evaluation) -> Certificate:
    """The first certificate of the register: 示例智算科技有限公司, province 山东."""
    publication.publish(cast.chen, scored, 0)
    publication.propose(cast.chen, scored)
    return certification.certify(cast.zhou, scored)
