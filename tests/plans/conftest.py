"""Documents on the desk."""

from __future__ import annotations

import pytest
from tests.plans.samples import make_document

from lianshu.plans.models import Document, Item


@pytest.fixture
def document(world) -> Document:
    """The county's plan, read, nothing decided."""
    return make_document(world.county)


@pytest.fixture
def item(document) -> Item:
    """The plan's first target."""
    return document.items.filter(kind="targets").order_by("position").first()
