"""Addresses of this room."""

from django.urls import path

from .views import adoption, desk, plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan-list"),
    path("plans/new/", plans.plan_new, name="plan-new"),
    path("plans/<int:pk>/", plans.plan_page, name="plan-page"),
    path("plans/<int:pk>/edit/", plans.plan_edit, name="plan-edit"),
    path("plans/<int:pk>/delete/", plans.plan_delete, name="plan-delete"),
    path("plans/<int:pk>/edition/", plans.edition_new, name="plan-edition"),
    path("plans/documents/<int:pk>/reading/", plans.reading, name="plan-reading"),
    path("plans/documents/<int:pk>/read/", plans.read_again, name="plan-read-again"),
    path("plans/documents/<int:pk>/discard/", plans.discard, name="plan-discard"),
    path("plans/documents/<int:pk>/file/", plans.original_file, name="plan-file"),
    path("plans/documents/<int:pk>/difference/", plans.difference_page, name="plan-difference"),
    path("plans/documents/<int:pk>/desk/", desk.desk, name="plan-desk"),
    path("plans/documents/<int:pk>/desk/text/", desk.text, name="plan-desk-text"),
    path("plans/documents/<int:pk>/desk/changes/", desk.changes, name="plan-desk-changes"),
    path("plans/documents/<int:pk>/desk/new/", desk.add_form, name="plan-item-new"),
    path("plans/documents/<int:pk>/desk/add/", desk.add, name="plan-item-add"),
    path("plans/documents/<int:pk>/desk/accept/", desk.accept_above, name="plan-accept-above"),
    path("plans/documents/<int:pk>/desk/undo/", desk.undo, name="plan-desk-undo"),
    path("plans/items/<int:pk>/form/", desk.edit_form, name="plan-item-form"),
    path("plans/items/<int:pk>/split-form/", desk.split_form, name="plan-item-split-form"),
    path("plans/items/<int:pk>/<str:verb>/", desk.decide, name="plan-item-decide"),
    path("plans/documents/<int:pk>/adopt/", adoption.adopt_page, name="plan-adopt"),
    path("plans/adoptions/<int:pk>/", adoption.adoption_page, name="plan-adoption"),
    path("plans/adoptions/<int:pk>/undo/", adoption.adoption_undo, name="plan-adoption-undo"),
]
