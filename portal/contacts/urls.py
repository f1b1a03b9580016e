from django.urls import path

from portal.contacts import views

app_name = "contacts"
urlpatterns = [path("contacts/<slug:kind>/<int:pk>/show/", views.show, name="show")]
