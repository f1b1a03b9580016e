from django.urls import path

from evaluation.views import desk, moves, paper, previews, shared, visit_plan, volumes

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
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
    path(
        "cases/<str:number>/files/<uuid:file_id>/preview/",
        previews.file_preview,
        name="file_preview",
    ),
    path(
        "cases/<str:number>/files/<uuid:file_id>/pages/<int:leaf>.jpg",
        previews.file_page,
        name="file_page",
    ),
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
    path("cases/<str:number>/volume/", volumes.order_draft_volume, name="order_draft_volume"),
    path(
        "cases/<str:number>/versions/<int:version>/volume/",
        volumes.order_volume,
        name="order_volume",
    ),
    path("cases/<str:number>/volumes/<uuid:volume_id>/", volumes.volume, name="volume"),
    path("cases/<str:number>/volumes/<uuid:volume_id>/row/", volumes.volume_row, name="volume_row"),
]
