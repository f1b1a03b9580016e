"""Addresses of the Appendix B interfaces and of the pages about bases."""

from django.urls import path, re_path

from dataaccess.api import document, reading
from dataaccess.api import views as api
from dataaccess.views import bases, calendar, events, keys

app_name = "dataaccess"
urlpatterns = [
    path("api/schema", document.schema, name="schema"),
    path("api/docs", reading.docs, name="docs"),
    path("api/v1/base-info", api.BaseInfoView.as_view(), name="base_info"),
    path("api/v1/compute-reports", api.ComputeReportsView.as_view(), name="compute_reports"),
    path("api/v1/security-events", api.SecurityEventsView.as_view(), name="security_events"),
    path("api/v1/receipts/<uuid:identifier>", api.ReceiptView.as_view(), name="receipt"),
    path("api/v1/status", api.StatusView.as_view(), name="status"),
    re_path(r"^api/v1/(?P<rest>.*)$", api.unknown_address, name="unknown"),
    path("keys/", keys.every, name="keys"),
    path("bases/", bases.own, name="bases"),
    path("bases/<slug:code>/", bases.one, name="base"),
    path("bases/<slug:code>/calendar/", calendar.calendar, name="calendar"),
    path(
        "bases/<slug:code>/downtime/<int:pk>/cancel/",
        calendar.cancel_downtime,
        name="cancel_downtime",
    ),
    path("bases/<slug:code>/events/", events.events, name="events"),
    path("bases/<slug:code>/events/<int:pk>/", events.one, name="event"),
    path("bases/<slug:code>/window/", bases.choose_window, name="window"),
    path("bases/<slug:code>/keys/new/", keys.new, name="new_key"),
    path("bases/<slug:code>/keys/<int:pk>/rotate/", keys.rotate, name="rotate_key"),
    path("bases/<slug:code>/keys/<int:pk>/revoke/", keys.revoke, name="revoke_key"),
]
