"""Addresses of accounts and organisations. Those that change something accept POST only."""

from django.urls import path

from portal.accounts.views import admissions, invitation, organisation, people, register

app_name = "accounts"
urlpatterns = [
    # Anybody
    path("organisation/register/", register.register, name="register"),
    path("organisation/register/sent/", register.sent, name="register_sent"),
    path("organisation/register/confirm/", register.confirm, name="register_confirm"),
    path("organisation/register/status/", register.registration_status, name="register_status"),
    path("organisation/recover/", register.recover, name="recover"),
    path("organisation/join/", register.join, name="join"),
    path("organisation/owner-gone/", register.owner_gone, name="owner_gone"),
    path("organisation/asked/", register.asked, name="asked"),
    path("organisation/invitation/", invitation.invitation, name="invitation"),
    # Members
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/leave/", organisation.leave, name="leave"),
    # Owners
    path("organisation/invite/", organisation.invite, name="invite"),
    path("organisation/invitations/<int:pk>/resend/", organisation.resend, name="resend"),
    path("organisation/invitations/<int:pk>/revoke/", organisation.revoke, name="revoke"),
    path("organisation/members/<int:pk>/role/", organisation.change_role, name="change_role"),
    path("organisation/members/<int:pk>/remove/", organisation.remove, name="remove"),
    path("organisation/requests/<int:pk>/answer/", organisation.answer, name="answer"),
    path("organisation/hand-over/", organisation.hand_over, name="hand_over"),
    path("organisation/name/", organisation.change_name, name="change_name"),
    path("organisation/name/<int:pk>/withdraw/", organisation.withdraw_name, name="withdraw_name"),
    # The secretariat
    path("admissions/", admissions.admissions, name="admissions"),
    path("admissions/<slug:kind>/", admissions.admissions, name="admissions"),
    path("admissions/<slug:kind>/<int:pk>/", admissions.admission, name="admission"),
    path("admissions/<slug:kind>/<int:pk>/resend/", admissions.resend, name="admission_resend"),
    path("evidence/<uuid:pk>/", admissions.evidence, name="evidence"),
    # Administrators
    path("admin/people/", people.people, name="people"),
    path("admin/people/new/", people.create_person, name="create_person"),
    path("admin/people/<int:pk>/", people.edit_person, name="edit_person"),
    path("admin/people/<int:pk>/erase/", people.erase_person, name="erase_person"),
    path("admin/people/<int:pk>/enable/", people.enable_person, name="enable_person"),
    path("admin/people/<int:pk>/disable/", people.disable_person, name="disable_person"),
    path("admin/organisations/", people.organisations, name="organisations"),
    path("admin/organisations/new/", people.create_organisation, name="create_organisation"),
]
