"""The addresses of the public pages."""

from django.urls import path

from portal.site.styleguide import styleguide
from portal.site.views import (
    about,
    audit,
    capacity,
    guides,
    home,
    icon,
    misuse,
    notices,
    objections,
    overview,
    register,
    robots,
    search,
    self_test,
    standard,
    theme,
    verify,
)

app_name = "site"
urlpatterns = [
    path("", home.home, name="home"),
    path("theme/", theme.theme, name="theme"),
    path("favicon.ico", icon.favicon, name="favicon"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("help/", guides.guides, name="guides"),
    path("help/<slug:reader>/", guides.guide, name="guide"),
    path("search/", search.search, name="search"),
    path("about/", about.about, name="about"),
    path("standard/", standard.indicators, name="indicators"),
    path("standard/steps/", standard.steps, name="steps"),
    path("standard/readings/", standard.readings, name="readings"),
    path("self-test/", self_test.self_test, name="self_test"),
    path("self-test/score/", self_test.self_test_score, name="self_test_score"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<str:number>/", notices.notice, name="notice"),
    path("notices/<str:number>/document/", notices.notice_document, name="notice_document"),
    path("notices/<str:number>/notice.pdf", notices.notice_pdf, name="notice_pdf"),
    path("notices/<str:number>/object/", objections.object_to, name="object"),
    path("objections/", objections.objection_state, name="objection_state"),
    path("objections/received/", objections.received, name="objection_received"),
    path("register/", register.register, name="register"),
    path("register/register.csv", register.register_csv, name="register_csv"),
    path("register/register.json", register.register_json, name="register_json"),
    path("verify/", verify.verify, name="verify"),
    path("verify/file/", verify.verify_file, name="verify_file"),
    path("verify/offline/", verify.offline, name="verify_offline"),
    path("verify/authority.pem", verify.authority, name="authority"),
    path("misuse/", misuse.misuse, name="misuse"),
    path("misuse/receipt/", misuse.find, name="misuse_find"),
    path("misuse/<str:number>/", misuse.receipt, name="misuse_receipt"),
    path("verify/<str:number>/", verify.certificate, name="certificate"),
    path("verify/<str:number>/document/", verify.certificate_document, name="certificate_document"),
    path("verify/<str:number>/revocation.pdf", verify.revocation_pdf, name="revocation_pdf"),
    path("verify/<str:number>/certificate.pdf", verify.certificate_pdf, name="certificate_pdf"),
    path("capacity/", capacity.page, name="capacity"),
    path("api/v1/capacity", capacity.api, name="capacity_api"),
    path("overview/", overview.resources, name="overview"),
    path("overview/resources.csv", overview.resources_csv, name="overview_csv"),
    path("overview/overview.xlsx", overview.workbook, name="overview_excel"),
    path("overview/trend.csv", overview.trend_csv, name="overview_trend_csv"),
    path("overview/events/", overview.events, name="overview_events"),
    path("overview/events.csv", overview.events_csv, name="overview_events_csv"),
    path(
        "overview/event-list.csv", overview.event_list, {"ending": "csv"}, name="overview_list_csv"
    ),
    path(
        "overview/event-list.xlsx",
        overview.event_list,
        {"ending": "xlsx"},
        name="overview_list_excel",
    ),
    path("overview/wall/", overview.wall, name="overview_wall"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    # Only where DEBUG is on.
    path("styleguide", styleguide, name="styleguide"),
    path(
        "styleguide/application", styleguide, {"page": "application"}, name="styleguide_application"
    ),
]
