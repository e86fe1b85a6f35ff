"""Addresses of this room."""

from django.urls import path

from .views import entry, progress, target

urlpatterns = [
    path("targets/", progress.progress, name="targets"),
    path("targets/entry/", entry.entry, name="targets-entry"),
    path("targets/review/", entry.review, name="values-review"),
    path("targets/review/decide/", entry.review_decide, name="values-decide"),
    path("targets/from-above/", progress.from_above, name="targets-from-above"),
    path("targets/<int:pk>/", target.target_page, name="target-page"),
    path("targets/<int:pk>/source/", target.target_source, name="target-source"),
    path("targets/<int:pk>/split/", target.target_split, name="target-split"),
    path("targets/<int:pk>/hand-down/", target.target_hand_down, name="target-hand-down"),
    path("targets/<int:pk>/define/", target.target_define, name="target-define"),
    path("targets/<int:pk>/take-over/", target.target_take_over, name="target-take-over"),
    path("targets/<int:pk>/value/", entry.value_set, name="target-value"),
    path("targets/values/<int:pk>/<str:verb>/", entry.observation_decide, name="value-decide"),
]
