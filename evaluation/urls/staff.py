from django.urls import path

from evaluation.views import (
    archive,
    deadlines,
    draws,
    experts,
    objections,
    queue,
    result,
    review,
    statistics,
)

urlpatterns = [
    path("cases/export.xlsx", queue.export, name="queue_export"),
    path("cases/reminders/", queue.remind, name="remind_cases"),
    path("cases/views/", queue.save_view, name="save_view"),
    path("cases/views/<int:pk>/", queue.change_view, name="change_view"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/count/", statistics.count, name="count_figures"),
    path("statistics/<slug:table>.csv", statistics.table, name="statistics_table"),
    path("cases/<str:number>/archives/", archive.archives, name="archives"),
    path(
        "cases/<str:number>/archives/<uuid:archive_id>/row/",
        archive.archive_row,
        name="archive_row",
    ),
    path(
        "cases/<str:number>/archives/<uuid:archive_id>/archive.zip",
        archive.archive_zip,
        name="archive_zip",
    ),
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
    path("cases/<str:number>/experts/draw/", draws.draw, name="draw"),
    path("cases/<str:number>/experts/<int:pk>/replace/", draws.replace, name="replace"),
    path("cases/<str:number>/experts/<int:pk>/release/", experts.release, name="release"),
    path("cases/<str:number>/experts/<int:pk>/lead/", experts.lead, name="lead"),
    path("cases/<str:number>/extend/", deadlines.extend, name="extend"),
    path("cases/<str:number>/result/", result.result, name="result"),
    path("cases/<str:number>/objections/", objections.objections, name="objections"),
    path("cases/<str:number>/objections/<int:pk>/", objections.objection, name="objection"),
    path(
        "cases/<str:number>/objections/<int:pk>/identity/",
        objections.read_identity,
        name="objection_identity",
    ),
    path(
        "cases/<str:number>/objections/<int:pk>/steps/",
        objections.take_step,
        name="objection_step",
    ),
    path(
        "cases/<str:number>/objections/<int:pk>/close/",
        objections.close_objection,
        name="close_objection",
    ),
    path(
        "cases/<str:number>/objections/<int:pk>/files/<uuid:file_id>/",
        objections.objection_file,
        name="objection_file",
    ),
]
