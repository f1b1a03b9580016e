"""What comes after step 7: certificates, annual reviews."""

from django.urls import path

from evaluation.views import annual_review, certificates, misuse

urlpatterns = [
    path("certificates/<str:number>/", certificates.certificate, name="certificate"),
    path(
        "certificates/<str:number>/changes/<slug:code>/",
        certificates.propose_change,
        name="propose_change",
    ),
    path("proposals/<int:pk>/", certificates.proposal, name="proposal"),
    path("annual-reviews/", annual_review.annual_reviews, name="annual_reviews"),
    path("annual-reviews/<int:pk>/", annual_review.annual_review, name="annual_review"),
    path("annual-reviews/<int:pk>/form/", annual_review.review_form, name="review_form"),
    path(
        "annual-reviews/<int:pk>/files/<uuid:file_id>/",
        annual_review.review_file,
        name="review_file",
    ),
    path(
        "annual-reviews/<int:pk>/files/<uuid:file_id>/remove/",
        annual_review.review_file_remove,
        name="review_file_remove",
    ),
    path(
        "annual-reviews/<int:pk>/items/<slug:key>/",
        annual_review.judge_item,
        name="judge_item",
    ),
    path(
        "annual-reviews/<int:pk>/moves/<slug:code>/",
        annual_review.review_move,
        name="review_move",
    ),
    path("misuse-reports/", misuse.misuse_reports, name="misuse_reports"),
    path("misuse-reports/<int:pk>/", misuse.misuse_report, name="misuse_report"),
    path("misuse-reports/<int:pk>/erase/", misuse.erase_reporter, name="erase_reporter"),
    path("misuse-reports/<int:pk>/files/<uuid:file_id>/", misuse.misuse_file, name="misuse_file"),
]
