"""Addresses of this room."""

from django.urls import path

from . import views

urlpatterns = [
    path("matters/", views.inbox, name="matters"),
    path("matters/new/", views.matter_new, name="matter-new"),
    path("matters/<int:pk>/", views.matter_page, name="matter"),
    path("matters/<int:pk>/<slug:step>/", views.matter_step, name="matter-step"),
]
