from django.urls import path

from evaluation.views import experts, panel, site

urlpatterns = [
    path("invitations/<int:pk>/", experts.invitation, name="invitation"),
    path("cases/<str:number>/site-visit/", site.site_visit, name="site_visit"),
    path("cases/<str:number>/site-visit/<slug:code>/", site.site_item, name="site_item"),
    path("cases/<str:number>/scoring/", panel.scoring, name="scoring"),
    path("cases/<str:number>/consolidation/", panel.consolidate, name="consolidate"),
]
