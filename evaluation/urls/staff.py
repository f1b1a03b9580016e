from django.urls import path

from evaluation.views import experts, publication, result, review

urlpatterns = [
    path("cases/<str:number>/review/", review.review, name="review"),
    path("cases/<str:number>/review/<int:slot>/", review.judge, name="judge"),
    path("cases/<str:number>/review/fields/", review.mark_field, name="mark_field"),
    path(
        "cases/<str:number>/review/fields/<int:pk>/remove/",
        review.unmark_field,
        name="unmark_field",
    ),
    path("cases/<str:number>/experts/", experts.experts, name="experts"),
    path("cases/<str:number>/experts/assign/", experts.assign, name="assign"),
    path("cases/<str:number>/experts/<int:pk>/release/", experts.release, name="release"),
    path("cases/<str:number>/experts/<int:pk>/lead/", experts.lead, name="lead"),
    path("cases/<str:number>/result/", result.result, name="result"),
    path("cases/<str:number>/objections/", publication.objections, name="objections"),
    path(
        "cases/<str:number>/objections/<int:pk>/close/",
        publication.close_objection,
        name="close_objection",
    ),
]
