"""Extractor of targets."""

from __future__ import annotations

from typing import Any

from lianshu.policy.model import Item, Outline, Text


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The targets of the document, in the order of the text."""
    return []
