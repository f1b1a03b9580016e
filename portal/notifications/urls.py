"""Addresses of the reader's own inbox."""

from django.urls import path

from portal.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/choices/", views.choices, name="choices"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<int:pk>/", views.open_notification, name="open"),
    path("notifications/<int:pk>/read/", views.read, name="read"),
]
