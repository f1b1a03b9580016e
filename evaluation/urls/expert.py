from django.urls import path

from evaluation.views import (
    invitation,
    meeting,
    my_work,
    opinion,
    panel,
    pool,
    scoring,
    site,
    site_device,
    site_import,
    site_sync,
)

urlpatterns = [
    path("invitations/<int:pk>/", invitation.invitation, name="invitation"),
    path("desk/worker.js", site_device.desk_worker, name="desk_worker"),
    path("my-work/", my_work.my_work, name="my_work"),
    path("my-record/", pool.own_record, name="own_record"),
    path("cases/<str:number>/site-visit/", site.site_visit, name="site_visit"),
    path("cases/<str:number>/site-visit/worker.js", site_device.site_worker, name="site_worker"),
    path(
        "cases/<str:number>/site-visit/manifest.json",
        site_device.site_manifest,
        name="site_manifest",
    ),
    path("cases/<str:number>/site-visit/sync/", site_sync.site_sync, name="site_sync"),
    path("cases/<str:number>/site-visit/photos/", site_sync.site_photo, name="site_photo"),
    path("cases/<str:number>/site-visit/import/", site_import.site_import, name="site_import"),
    path("cases/<str:number>/site-visit/signatures/", site.site_sign, name="site_sign"),
    path(
        "cases/<str:number>/site-visit/entries/<uuid:entry>/",
        site.site_decide,
        name="site_decide",
    ),
    path("cases/<str:number>/site-visit/<slug:code>/", site.site_item, name="site_item"),
    path("cases/<str:number>/scoring/", scoring.scoring, name="scoring"),
    path("cases/<str:number>/scoring/challenges/<slug:code>/", scoring.challenge, name="challenge"),
    path("cases/<str:number>/meeting/", meeting.meeting, name="meeting"),
    path("cases/<str:number>/meeting/sign-in/", meeting.sign_in, name="sign_in"),
    path("cases/<str:number>/meeting/votes/<int:pk>/", meeting.vote, name="vote"),
    path("cases/<str:number>/meeting/leader/", meeting.name_leader, name="name_leader"),
    path("cases/<str:number>/meeting/dissent/", meeting.dissent, name="dissent"),
    path(
        "cases/<str:number>/meeting/dissent/<int:pk>/",
        meeting.answer_dissent,
        name="answer_dissent",
    ),
    path(
        "cases/<str:number>/meeting/sheets/<uuid:document_id>/",
        meeting.signed_sheet,
        name="signed_sheet",
    ),
    path("cases/<str:number>/opinion/", opinion.opinion, name="opinion"),
    path("cases/<str:number>/consolidation/", panel.consolidate, name="consolidate"),
]
