from django.urls import path

from portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.create_person, name="create_person"),
    path("people/<int:pk>/enable/", views.enable_person, name="enable_person"),
    path("people/<int:pk>/disable/", views.disable_person, name="disable_person"),
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", views.create_organisation, name="create_organisation"),
]
