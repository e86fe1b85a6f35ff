"""What a person is looking at: a region and a chain, kept in the session, the default filter everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from .bodies import chain_model, region_model
from .scope import get_visible

_KEY = "lens"


@dataclass(frozen=True, slots=True)
class Lens:
    """The chosen region (``region_path`` "" means all one may see) and chain (None means all)."""

    region_id: int | None = None
    region_path: str = ""
    region_name: str = ""
    chain_id: int | None = None
    chain_name: str = ""

    @property
    def words(self) -> str:
        """As the top bar says it."""
        return " · ".join((self.region_name or "全部地区", self.chain_name or "全部产业链"))


def lens_of(request: HttpRequest) -> Lens:
    """The lens of this session; no query: names are kept in the session."""
    return Lens(**request.session.get(_KEY, {}))


def lens_set(request: HttpRequest, *, region_id: str, chain_id: str) -> Lens:
    """Choose region and chain (empty: all). Raises E1002 for what the person may not see."""
    user: Any = request.user
    values: dict[str, Any] = {}
    if chain_id:
        chain = get_visible(user, chain_model().objects.select_related("region"), pk=chain_id)
        values |= {"chain_id": chain.pk, "chain_name": str(chain)}
        if region_id and str(chain.region_id) != region_id:
            region = get_visible(user, region_model().objects, pk=region_id)
            if not chain.region.path.startswith(region.path):
                # a chain of another region: the region chosen last wins
                values = {}
    if region_id:
        region = get_visible(user, region_model().objects, pk=region_id)
        values |= {"region_id": region.pk, "region_path": region.path, "region_name": region.name}
    request.session[_KEY] = values
    return Lens(**values)
