from django.urls import path

from evaluation.views import moves, paper, shared, visit_plan

urlpatterns = [
    path("desk/", shared.desk, name="desk"),
    path("cases/", shared.cases, name="cases"),
    path("cases/<str:number>/", shared.case, name="case"),
    path("cases/<str:number>/moves/<slug:code>/", moves.move, name="move"),
    path("cases/<str:number>/visit-plan/", visit_plan.visit_plan, name="visit_plan"),
    path("cases/<str:number>/visit-plan/edit/", visit_plan.visit_plan_edit, name="visit_plan_edit"),
    path(
        "cases/<str:number>/visit-plan/confirm/",
        visit_plan.visit_plan_confirm,
        name="visit_plan_confirm",
    ),
    path(
        "cases/<str:number>/visit-plan/change/",
        visit_plan.visit_plan_change,
        name="visit_plan_change",
    ),
    path("cases/<str:number>/files/<uuid:file_id>/", shared.file, name="file"),
    path("cases/<str:number>/documents/<uuid:document_id>/", shared.document, name="document"),
    path(
        "cases/<str:number>/documents/<uuid:document_id>/row/",
        shared.document_row,
        name="document_row",
    ),
    path("cases/<str:number>/paper/", paper.paper, name="paper"),
    path(
        "cases/<str:number>/paper/<int:pk>/withdraw/", paper.withdraw_paper, name="withdraw_paper"
    ),
]
