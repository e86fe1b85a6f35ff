"""Addresses of this room."""

from django.urls import path

from .views import board, home

urlpatterns = [
    path("", home.home, name="home"),
    path("recent/", home.recent, name="recent-changes"),
    path("board/", board.board, name="board"),
    path("chief/", board.chief_list, name="chief-list"),
    path("chief/<int:pk>/", board.chief, name="chief"),
]
