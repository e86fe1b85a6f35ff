"""Addresses of the ledger machine, below /ledger/<slug>/."""

from django.urls import path

from .views import bulk, exporting, listing, rows

urlpatterns = [
    path("ledger/<slug:slug>/", listing.ledger_list, name="ledger-list"),
    path("ledger/<slug:slug>/new/", rows.row_create, name="ledger-create"),
    path("ledger/<slug:slug>/bulk/", bulk.bulk, name="ledger-bulk"),
    path("ledger/<slug:slug>/columns/", listing.columns_set, name="ledger-columns"),
    path("ledger/<slug:slug>/views/", listing.view_save, name="ledger-view-save"),
    path("ledger/<slug:slug>/views/<int:pk>/delete/", listing.view_delete, name="ledger-view-delete"),
    path("ledger/<slug:slug>/pick/<slug:name>/", listing.pick, name="ledger-pick"),
    path("ledger/<slug:slug>/export.<str:form>", exporting.ledger_export, name="ledger-export"),
    path("exports/<uuid:pk>/", exporting.export_file, name="ledger-export-file"),
    path("ledger/<slug:slug>/<str:pk>/", rows.row_page, name="ledger-row"),
    path("ledger/<slug:slug>/<str:pk>/drawer/", rows.drawer, name="ledger-drawer"),
    path("ledger/<slug:slug>/<str:pk>/edit/", rows.row_edit, name="ledger-edit"),
    path("ledger/<slug:slug>/<str:pk>/delete/", rows.row_delete, name="ledger-delete"),
    path("ledger/<slug:slug>/<str:pk>/comments/", rows.comment, name="ledger-comment"),
    path("ledger/<slug:slug>/<str:pk>/attachments/", rows.attach, name="ledger-attach"),
    path("attachments/<int:pk>/", rows.attachment_open, name="attachment"),
    path("attachments/<int:pk>/delete/", rows.attachment_delete, name="attachment-delete"),
]
