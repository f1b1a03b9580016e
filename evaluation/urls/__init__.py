"""Addresses of the evaluation. Each needs its row in tests/access/matrix.py."""

from evaluation.urls import applicant, expert, shared, staff

app_name = "evaluation"
urlpatterns = [
    *applicant.urlpatterns,
    *staff.urlpatterns,
    *expert.urlpatterns,
    *shared.urlpatterns,
]
