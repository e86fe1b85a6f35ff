"""All addresses, one include per room."""

from django.urls import include, path

from . import certificate_page, views

urlpatterns = [
    path("check/", views.check_page, name="check"),
    path("", include("lianshu.insight.urls")),
    path("", include("lianshu.core.urls")),
    path("", include("lianshu.organisation.urls")),
    path("", include("lianshu.plans.urls")),
    path("", include("lianshu.targets.urls")),
    path("", include("lianshu.tasks.urls")),
    path("", include("lianshu.chains.urls")),
    path("", include("lianshu.enterprises.urls")),
    path("", include("lianshu.projects.urls")),
    path("", include("lianshu.matters.urls")),
    path("", include("lianshu.reports.urls")),
    path("certificate/", certificate_page.certificate, name="certificate"),
    path("certificate/ca.crt", certificate_page.certificate_file, name="certificate-file"),
]

handler400 = "lianshu.core.refusals.bad_request"
handler404 = "lianshu.core.middleware.not_found"
handler403 = "lianshu.core.middleware.forbidden"
handler500 = "lianshu.core.middleware.server_error"
