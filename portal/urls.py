"""Every address of the portal. Each needs its row in tests/access/matrix.py."""

from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from portal.errors import no_such_page
from portal.health import healthz

handler400 = "portal.errors.bad_request"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    # Addresses are entered by the system administrator. A page on which people change their own
    # would let whoever finds an open session take the account over by a password reset.
    path("accounts/email/", no_such_page, name="account_email"),
    # Organisations register themselves; a person comes by an invitation.
    path(
        "accounts/signup/",
        require_safe(RedirectView.as_view(pattern_name="accounts:register")),
        name="account_signup",
    ),
    # No letter asks to confirm an address by allauth's link: registering has one of its own.
    path("accounts/confirm-email/", no_such_page, name="account_email_verification_sent"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.contacts.urls")),
    path("admin/", include("portal.site.administration_urls")),
    path("", include("portal.accounts.urls")),
    path("", include("dataaccess.urls")),
    path("", include("evaluation.urls")),
    path("", include("portal.site.urls")),
]
