"""Addresses of the evaluation. Each needs its row in tests/access/matrix.py."""

from evaluation.urls import after, applicant, expert, pool, shared, staff

app_name = "evaluation"
urlpatterns = [
    *applicant.urlpatterns,
    *staff.urlpatterns,
    *expert.urlpatterns,
    *pool.urlpatterns,
    *shared.urlpatterns,
    *after.urlpatterns,
]
