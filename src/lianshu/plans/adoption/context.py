"""What an adopter may know and ask while it proposes and applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from lianshu.organisation.models import Chain, Region, Unit
from lianshu.plans.fields import FIELDS
from lianshu.plans.models import AdoptionEffect, Document, Item, Plan

from .chain_names import chain_core, match_chain
from .unit_names import UnitMatch, is_collective, match_unit

if TYPE_CHECKING:
    from .registry import Proposal

M = TypeVar("M", bound=models.Model)

_CHAIN_OFFICES = re.compile(r"^(?:各|相关|有关|所有)(?:产业)?(?:链条办|链办|产业链办公室|产业链链条办)$")


class AdoptionContext:
    """One adoption in the making.

    ``user`` adopts; ``plan``, ``region``, ``document`` say what; ``items`` are the accepted items by kind;
    ``choices`` the answers to doubtful questions {proposal key: "create" | "skip" | id}. ``resolved`` maps
    the key of every applied proposal to its row. While proposing, :meth:`chain` and :meth:`unit` know only
    what exists already; while applying, everything that earlier adopters made as well.
    """

    def __init__(
        self, user: Any, document: Document, items: Sequence[Item], choices: dict[str, str] | None = None
    ) -> None:
        self.user = user
        self.document = document
        self.plan: Plan = document.plan
        self.region: Region = document.plan.region
        self.simulated: bool = document.plan.simulated
        self.items: dict[str, list[Item]] = {}
        for item in items:
            self.items.setdefault(item.kind, []).append(item)
        self.choices = dict(choices or {})
        self.resolved: dict[str, models.Model] = {}
        self.wanted_units: dict[str, list[Item]] = {}
        self.planned_chains: list[str] = []
        self.planned_units: list[Unit] = []
        self._afterwards: list[Callable[[], None]] = []
        self._chains: list[Chain] | None = None
        self._units: list[Unit] | None = None
        self._unit_by_words: dict[str, Unit] = {}
        self._chain_by_words: dict[str, Chain] = {}
        self._earlier: dict[tuple[str, str, str], AdoptionEffect] | None = None

    # --- the item ------------------------------------------------------------------------------------

    def values(self, item: Item) -> dict[str, Any]:
        """The item's values as decided, a copy."""
        return dict(item.values)

    def earlier(self, item: Item, model: type[M], slot: str = "") -> M | None:
        """The row that this item (under this or an earlier reading or edition) was adopted as before."""
        effect = self._effects().get((item.lineage, slot, model._meta.label_lower))
        return model._base_manager.filter(pk=effect.object_id).first() if effect is not None else None

    def revised(self, item: Item, model: type[models.Model], slot: str = "") -> bool:
        """Whether the row should follow the item: a person edited it, or it says something else than when
        it was last adopted. False for an item adopted as it stands, so that what was changed on the row's
        own page since is not overwritten."""
        effect = self._effects().get((item.lineage, slot, model._meta.label_lower))
        if effect is None:
            return item.decided is not None
        return effect.values != item.values

    def revisions(self, item: Item, model: type[models.Model], slot: str = "") -> dict[str, tuple[str, str]]:
        """What the item says now and said when it was last adopted, for ``Proposal.changes``; empty when it
        says the same or was never adopted."""
        effect = self._effects().get((item.lineage, slot, model._meta.label_lower))
        if effect is None:
            return {}
        rows = (
            (one.label, one.show(effect.values.get(one.name)), one.show(item.values.get(one.name)))
            for one in FIELDS[item.kind]
        )
        return {label: (old, new) for label, old, new in rows if old != new}

    def known(self, proposal: Proposal, obj: models.Model) -> bool:
        """Whether a match says nothing new: recorded by an earlier adoption with these very values, or
        about a row that items only name."""
        if proposal.item is None:
            return True
        effect = self._effects().get((proposal.item.lineage, proposal.slot, obj._meta.label_lower))
        return (
            effect is not None and effect.object_id == str(obj.pk) and effect.values == proposal.item.values
        )

    def _effects(self) -> dict[tuple[str, str, str], AdoptionEffect]:
        """The last standing effect of every item of the plan."""
        if self._earlier is None:
            rows = AdoptionEffect.objects.filter(
                adoption__plan=self.plan, adoption__undone_at=None, lineage__gt=""
            ).order_by("id")
            self._earlier = {(row.lineage, row.slot, row.object_type): row for row in rows}
        return self._earlier

    # --- chains --------------------------------------------------------------------------------------

    def all_chains(self) -> list[Chain]:
        """The region's chains in force, in order of creation."""
        if self._chains is None:
            self._chains = list(
                Chain._base_manager.filter(Chain.in_force(), region=self.region)
                .select_related("region")
                .order_by("id")
            )
        return self._chains

    def chain_names(self) -> list[str]:
        """Names of the chains that the region will have: those that exist and those this adoption makes."""
        names = [chain.name for chain in self.all_chains()]
        cores = {chain_core(words) for chain in self.all_chains() for words in (chain.name, *chain.aliases)}
        return names + [name for name in self.planned_chains if chain_core(name) not in cores]

    def chain(self, name: str | None) -> Chain | None:
        """The region's chain that ``name`` means; None for no name or when it exists not (yet)."""
        if not name:
            return None
        if name in self._chain_by_words:
            return self._chain_by_words[name]
        found, doubtful = match_chain(name, self.all_chains())
        if found is None and doubtful and doubtful[0][1] >= 90:
            found = doubtful[0][0]
        return found

    def add_chain(self, chain: Chain, *names: str) -> None:
        """Make a chain known under more names (the chains adopter calls this)."""
        if chain not in self.all_chains():
            self.all_chains().append(chain)
        for name in names:
            self._chain_by_words[name] = chain

    # --- units ---------------------------------------------------------------------------------------

    def all_units(self) -> list[Unit]:
        """The region's units in force."""
        if self._units is None:
            self._units = list(
                Unit._base_manager.filter(Unit.in_force(), region=self.region)
                .select_related("region", "chain")
                .order_by("id")
            )
        return self._units

    def match_unit(self, name: str) -> UnitMatch:
        """What ``name`` means among the units that exist now and those this adoption will make (which have
        no number yet)."""
        return match_unit(name, self.region, [*self.all_units(), *self.planned_units])

    def want_units(self, names: Iterable[str], item: Item) -> None:
        """While proposing: these units must exist; each unknown or doubtful one is proposed once."""
        for name in names:
            if name and not _CHAIN_OFFICES.match(name):
                self.wanted_units.setdefault(name, []).append(item)

    def unit(self, name: str | None) -> Unit | None:
        """While applying: the unit that ``name`` means, as matched, chosen or made; None when left out."""
        if not name:
            return None
        if name in self._unit_by_words:
            return self._unit_by_words[name]
        return match_unit(name, self.region, self.all_units()).unit

    def units(self, names: Iterable[str]) -> list[Unit]:
        """While applying: the units of several names, in order, without doubles; 各链条办 is every chain's
        office (or, where the region has none yet, the collective unit of that name)."""
        found: list[Unit] = []
        for name in names:
            if _CHAIN_OFFICES.match(name):
                offices = self.chain_offices()
                found += offices
                if offices:
                    continue
            unit = self.unit(name)
            if unit is not None:
                found.append(unit)
        return list(dict.fromkeys(found))

    def chain_offices(self) -> list[Unit]:
        """The offices of the region's chains."""
        return [u for u in self.all_units() if u.kind == Unit.Kind.CHAIN_OFFICE and u.chain_id]

    def plan_unit(self, **values: Any) -> Unit:
        """While proposing: announce a unit that ``apply`` will make, so that nobody else proposes it."""
        unit = Unit(region=self.region, **values)
        self.planned_units.append(unit)
        return unit

    def add_unit(self, unit: Unit, *names: str) -> None:
        """Make a unit known under more names (adopters that create units call this)."""
        if unit not in self.all_units():
            self.all_units().append(unit)
        for name in names:
            self._unit_by_words[name] = unit

    @staticmethod
    def is_collective(name: str) -> bool:
        """Whether a unit's name means many bodies (各县市区人民政府)."""
        return is_collective(name)

    # --- proposals -----------------------------------------------------------------------------------

    def answer(self, kind: str, item: Item | None, slot: str = "") -> str:
        """What a person answered to the question of this item ("" while unanswered)."""
        return self.choices.get(f"{kind}:{item.lineage if item else ''}:{slot}", "")

    def row(self, proposal: Proposal) -> models.Model | None:
        """The row an applied proposal became."""
        return self.resolved.get(proposal.key)

    def afterwards(self, work: Callable[[], None]) -> None:
        """While applying: finish a created row when all rows exist (an office's seat, a post's office)."""
        self._afterwards.append(work)

    def finish(self) -> None:
        """Do what was put off."""
        for work in self._afterwards:
            work()
        self._afterwards.clear()
