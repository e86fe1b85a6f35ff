"""Regions, chains and units as `core` knows them: by name, because their room stands above this one."""

from __future__ import annotations

from django.apps import apps
from django.db import models


def region_model() -> type[models.Model]:
    """The model of regions (``path``, ``name``, ``level``, ``parent``)."""
    return apps.get_model("organisation", "Region")


def chain_model() -> type[models.Model]:
    """The model of chains as bodies (``region``, ``name``)."""
    return apps.get_model("organisation", "Chain")
