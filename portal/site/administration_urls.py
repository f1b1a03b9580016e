"""The addresses of the administrators' pages. Those that change something accept POST only."""

from django.urls import path

from portal.site.views import administration, calendar, letters, outbox

app_name = "administration"
urlpatterns = [
    path("settings/", administration.settings_page, name="settings"),
    path("settings/<slug:name>/", administration.setting, name="setting"),
    path("settings/<slug:name>/reset/", administration.reset_setting, name="reset_setting"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:day>/remove/", calendar.remove_day, name="remove_day"),
    path("outbox/", outbox.outbox_page, name="outbox"),
    path("outbox/<int:pk>/", outbox.entry, name="outbox_entry"),
    path("outbox/<int:pk>/stop/", outbox.stop, name="stop_entry"),
    path("outbox/<int:pk>/send/", outbox.send_again, name="send_entry"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<slug:code>/", letters.letter, name="letter"),
    path("letters/<slug:code>/reset/", letters.reset, name="reset_letter"),
]
