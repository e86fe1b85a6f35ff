"""Addresses of this room."""

from django.urls import path

from . import views

urlpatterns = [
    path("enterprises/uncontacted/", views.uncontacted, name="enterprises-uncontacted"),
    path("enterprises/<int:pk>/service/", views.service_new, name="service-new"),
    path("enterprises/<int:pk>/attach/", views.attach, name="enterprise-attach"),
    path("enterprises/<int:pk>/detach/<int:post>/", views.detach, name="enterprise-detach"),
    path("enterprises/<int:pk>/place/", views.place, name="enterprise-place"),
]
