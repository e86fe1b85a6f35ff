"""Addresses of this room."""

from django.urls import path

from .views import collections, documents

urlpatterns = [
    path("collections/", collections.collection_list, name="collections"),
    path("collections/new/", collections.collection_new, name="collection-new"),
    path("collections/<int:pk>/", collections.collection_page, name="collection"),
    path("collections/<int:pk>/remind/", collections.collection_remind, name="collection-remind"),
    path("filings/<int:pk>/", collections.filing_page, name="filing"),
    path("filings/<int:pk>/judge/", collections.filing_judge, name="filing-judge"),
    path("reports/", documents.report_list, name="reports"),
    path("reports/new/", documents.report_new, name="report-new"),
    path("reports/<int:pk>/", documents.report_page, name="report"),
    path("reports/<int:pk>/issue/", documents.report_issue, name="report-issue"),
    path("reports/<int:pk>/word/", documents.report_word, name="report-word"),
    path("score-sheets/", documents.sheet_list, name="score-sheets"),
    path("score-sheets/new/", documents.sheet_new, name="score-sheet-new"),
    path("score-sheets/<int:pk>/", documents.sheet_page, name="score-sheet"),
    path("score-sheets/<int:pk>/publish/", documents.sheet_publish, name="score-sheet-publish"),
]
