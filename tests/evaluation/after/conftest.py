import pytest

from evaluation.models import Certificate, Review
from tests.evaluation.after import years
from tests.evaluation.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def certificate(cast: Cast) -> Certificate:
    return years.certified(cast)


@pytest.fixture
def review(certificate: Certificate) -> Review:
    return years.first_review(certificate)
