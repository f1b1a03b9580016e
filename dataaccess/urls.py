"""Addresses of the Appendix B interfaces and of the pages about bases."""

from django.urls import path, re_path

from dataaccess.api import document, reading
from dataaccess.api import views as api
from dataaccess.views import (
    bases,
    calendar,
    centre_keys,
    data_calls,
    edge,
    events,
    keys,
    questions,
    sandbox,
)

app_name = "dataaccess"
urlpatterns = [
    path("api/schema", document.schema, name="schema"),
    path("api/docs", reading.docs, name="docs"),
    path("api/edge/", edge.guide, name="edge"),
    path("api/edge/gyzs-edge.tar.gz", edge.download, name="edge_download"),
    path("api/v1/base-info", api.BaseInfoView.as_view(), name="base_info"),
    path("api/v1/compute-reports", api.ComputeReportsView.as_view(), name="compute_reports"),
    path("api/v1/security-events", api.SecurityEventsView.as_view(), name="security_events"),
    path("api/v1/receipts/<uuid:identifier>", api.ReceiptView.as_view(), name="receipt"),
    path("api/v1/status", api.StatusView.as_view(), name="status"),
    # The capacity finder's api/v1/capacity is portal.site's: it knows the certificates.
    # An address may hold an encoded line end, which no plain dot takes.
    re_path(r"^api/v1/(?!capacity\Z)(?P<rest>(?s:.*))\Z", api.unknown_address, name="unknown"),
    path("data-calls/", data_calls.every, name="data_calls"),
    path("data-calls/new/", data_calls.new, name="new_data_call"),
    path("data-calls/<int:pk>/", data_calls.one, name="data_call"),
    path("data-calls/<int:pk>/withdraw/", data_calls.withdraw, name="withdraw_data_call"),
    path(
        "data-calls/<int:pk>/bases/<slug:code>/no-events/",
        data_calls.no_events,
        name="no_events_of_data_call",
    ),
    path("data-calls/<int:pk>/remind/", data_calls.remind, name="remind_data_call"),
    path("questions/", questions.every, name="questions"),
    path("questions/<int:pk>/", questions.one, name="question"),
    path("sandbox/", sandbox.home, name="sandbox"),
    path("sandbox/key/", sandbox.new_key, name="sandbox_key"),
    path("sandbox/start/", sandbox.start, name="start_conformance"),
    path("sandbox/files/<str:name>", sandbox.example, name="sandbox_file"),
    path("sandbox/runs/<uuid:pk>/", sandbox.run, name="conformance_run"),
    path("sandbox/runs/<uuid:pk>/checks/", sandbox.checks, name="conformance_checks"),
    path("sandbox/runs/<uuid:pk>/call/", sandbox.practise, name="practise_data_call"),
    path("sandbox/runs/<uuid:pk>/finish/", sandbox.finish, name="finish_conformance"),
    path("sandbox/runs/<uuid:pk>/record.pdf", sandbox.record, name="conformance_record"),
    path("keys/", keys.every, name="keys"),
    path("keys/centre/", centre_keys.every, name="centre_keys"),
    path("keys/centre/<int:pk>/change/", centre_keys.change, name="change_centre_key"),
    path("keys/centre/<int:pk>/revoke/", centre_keys.revoke, name="revoke_centre_key"),
    path("bases/", bases.own, name="bases"),
    path("bases/<slug:code>/", bases.one, name="base"),
    path("bases/<slug:code>/calendar/", calendar.calendar, name="calendar"),
    path(
        "bases/<slug:code>/downtime/<int:pk>/cancel/",
        calendar.cancel_downtime,
        name="cancel_downtime",
    ),
    path("bases/<slug:code>/events/", events.events, name="events"),
    path("bases/<slug:code>/events.csv", events.file, {"ending": "csv"}, name="events_csv"),
    path("bases/<slug:code>/events.xlsx", events.file, {"ending": "xlsx"}, name="events_excel"),
    path("bases/<slug:code>/events/<int:pk>/", events.one, name="event"),
    path("bases/<slug:code>/window/", bases.choose_window, name="window"),
    path("bases/<slug:code>/keys/new/", keys.new, name="new_key"),
    path("bases/<slug:code>/keys/<int:pk>/change/", keys.change, name="change_key"),
    path("bases/<slug:code>/keys/<int:pk>/rotate/", keys.rotate, name="rotate_key"),
    path("bases/<slug:code>/keys/<int:pk>/revoke/", keys.revoke, name="revoke_key"),
]
