"""Addresses of this room."""

from django.urls import path

from . import views

urlpatterns = [path("projects/<int:pk>/attach/", views.attach, name="project-attach")]
