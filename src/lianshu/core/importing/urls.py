"""Addresses of the import desk."""

from django.urls import path

from . import views

urlpatterns = [
    path("ledger/<slug:slug>/import/", views.import_desk, name="ledger-import"),
    path("ledger/<slug:slug>/import/template.xlsx", views.import_template, name="ledger-import-template"),
    path("ledger/<slug:slug>/import/<uuid:pk>/", views.import_run, name="ledger-import-run"),
    path("ledger/<slug:slug>/import/<uuid:pk>/check/", views.import_check, name="ledger-import-check"),
    path("ledger/<slug:slug>/import/<uuid:pk>/write/", views.import_write, name="ledger-import-write"),
    path("ledger/<slug:slug>/import/<uuid:pk>/errors.xlsx", views.import_errors, name="ledger-import-errors"),
]
