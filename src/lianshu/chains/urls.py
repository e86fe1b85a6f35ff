"""Addresses of this room."""

from django.urls import path

from .views import chain, mechanisms

urlpatterns = [
    path("chains/", chain.chain_list, name="chains"),
    path("chains/<int:pk>/", chain.chain_page, name="chain"),
    path("chains/<int:pk>/team/", chain.team_add, name="chain-team-add"),
    path("chains/<int:pk>/team/<int:post>/end/", chain.team_end, name="chain-team-end"),
    path("chains/<int:pk>/consult/", chain.consult, name="chain-consult"),
    path("chains/<int:pk>/consult/<int:consultation>/", chain.consult_answer, name="chain-consult-answer"),
    path("chain-items/<int:pk>/", chain.chain_item, name="chain-item"),
    path("mechanisms/", mechanisms.mechanism_list, name="mechanisms"),
    path("mechanisms/new/", mechanisms.mechanism_edit, name="mechanism-new"),
    path("mechanisms/<int:pk>/", mechanisms.mechanism_page, name="mechanism"),
    path("mechanisms/<int:pk>/edit/", mechanisms.mechanism_edit, name="mechanism-edit"),
    path("linkage/", mechanisms.linkage, name="linkage"),
]
