"""Template tags of the house; built in for every template."""

from __future__ import annotations

from django import template

register = template.Library()
