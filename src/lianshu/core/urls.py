"""Addresses of this room."""

from django.urls import include, path

from .views import audit, jobs, shell

urlpatterns = [
    path("lens/", shell.lens, name="lens"),
    path("search/", shell.search, name="search"),
    path("search/quick/", shell.search_quick, name="search-quick"),
    path("notices/", shell.notice_list, name="notices"),
    path("notices/<int:pk>/", shell.notice_open, name="notice-open"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job_page, name="job"),
    path("jobs/<uuid:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/verify/", audit.audit_verify, name="audit-verify"),
    path("healthz", shell.healthz, name="healthz"),
    path("", include("lianshu.core.importing.urls")),
    path("", include("lianshu.core.ledger.urls")),
]
