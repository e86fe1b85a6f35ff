"""The day on which the tests of this room happen."""

import datetime as dt

import pytest


@pytest.fixture(autouse=True)
def today(monkeypatch):
    day = dt.date(2026, 7, 10)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)
    return day
