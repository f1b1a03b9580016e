from django.urls import path

from evaluation.views import moves, shared

urlpatterns = [
    path("desk/", shared.desk, name="desk"),
    path("cases/", shared.cases, name="cases"),
    path("cases/<str:number>/", shared.case, name="case"),
    path("cases/<str:number>/moves/<slug:code>/", moves.move, name="move"),
    path("cases/<str:number>/files/<uuid:file_id>/", shared.file, name="file"),
    path("cases/<str:number>/documents/<uuid:document_id>/", shared.document, name="document"),
    path(
        "cases/<str:number>/documents/<uuid:document_id>/row/",
        shared.document_row,
        name="document_row",
    ),
]
