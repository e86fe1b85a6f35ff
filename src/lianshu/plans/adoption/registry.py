"""How a room takes part in adoption.

A room above `plans` registers one :class:`Adopter` per kind of item from its ``registration.py``::

    from lianshu.plans.adoption.registry import Adopter, Proposal, register_adopter

    @register_adopter
    class TargetAdopter(Adopter):
        kind = "targets"            # Item.kind it consumes
        title = "目标指标"           # heading on the preview page
        order = 40                  # see ORDER below
        model = Target

        def propose(self, context, item):
            values = context.values(item)
            existing = context.earlier(item, Target) or Target.objects.filter(...natural key...).first()
            context.want_units(values["responsible"], item)   # units that must exist: asked about once
            if existing is None:
                return [Proposal(item, "create", label=..., values={...plain JSON values...})]
            action = "change" if changes else "match"
            return [Proposal(item, action, label=..., values={...}, match_id=existing.pk, changes=changes)]

        def apply(self, context, proposal):
            if proposal.match_id:            # action "change"
                target = Target.objects.get(pk=proposal.match_id) ...
            chain = context.chain(proposal.values["chain"])    # exists by now
            units = context.units(proposal.values["units"])
            return target

The engine (:mod:`lianshu.plans.adoption.engine`) does the rest: it shows the proposals, asks the doubtful
ones, calls ``apply`` inside one transaction in order, records what each row was before and after, and
undoes it. ``propose`` must not write; ``apply`` must not look at anything but the proposal and the
context. Adopting twice changes nothing twice because ``propose`` finds what it made before by
:meth:`AdoptionContext.earlier` (the item's lineage), then by the row's natural key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse

from lianshu.core.ledger import ledgers
from lianshu.core.models import AuditEntry
from lianshu.obligations.services import follow_keys

if TYPE_CHECKING:
    from lianshu.plans.models import Item

    from .context import AdoptionContext

#: Agreed order of the rooms' adopters; units named by any item are made after ``orgs``.
ORDER = {
    "chains": 10,
    "orgs": 20,
    "units": 25,
    "mechanisms": 30,
    "targets": 40,
    "tasks": 50,
    "recurring": 60,
    "enterprises": 70,
    "projects": 80,
}

ACTIONS = {"create": "新建", "match": "对应", "change": "更新", "ask": "待选", "skip": "不办"}


@dataclass(slots=True)
class Proposal:
    """What adopting one item would do to one row.

    ``action``: ``create``; ``match`` (the row ``match_id`` is there already and stays as it is); ``change``
    (it is there and would change: ``changes`` says how, {field's words: (old words, new words)}); ``ask``
    (``candidates`` as (id, words) may be meant: a person chooses one of them or 新建); ``skip`` (nothing is
    done; ``label`` or ``question`` says why). ``values`` are plain JSON values for ``apply``. ``slot`` tells
    apart several proposals of one item. ``item`` is None only for units that several items name.
    """

    item: Item | None
    action: str
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    match_id: int | None = None
    candidates: list[tuple[int, str]] = field(default_factory=list)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    question: str = ""
    slot: str = ""
    kind: str = ""
    model_label: str = ""

    @property
    def key(self) -> str:
        """Names this proposal between preview and adoption (choices are stored under it)."""
        return f"{self.kind}:{self.item.lineage if self.item else ''}:{self.slot}"

    @property
    def words(self) -> str:
        return ACTIONS[self.action]


class Adopter:
    """One kind of item and the rows it becomes. Subclass, register with :func:`register_adopter`."""

    kind: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int]
    model: ClassVar[type[models.Model]]
    #: Name of the address of a row's page (with its number); empty: its own address or its ledger's.
    page: ClassVar[str] = ""
    #: Rows others may come to share (units): kept at undo when something still uses them or somebody worked
    #: on them, instead of refusing the undo.
    keep_if_used: ClassVar[bool] = False
    #: Relations (accessor or related names) that belong to the row itself and go with it at undo.
    owned: ClassVar[tuple[str, ...]] = ()

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        """What adopting ``item`` would do. Writes nothing."""
        raise LookupError(f"{type(self).__name__} does not say what it proposes")

    def propose_wanted(self, context: AdoptionContext) -> list[Proposal]:
        """Proposals for things of this kind that other items only name (units). Called when all items have
        proposed."""
        return []

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        """Create the row, or bring the row ``proposal.match_id`` to the proposal's values (action ``change``),
        and return it. Not called for ``match``: see :meth:`matched`."""
        raise LookupError(f"{type(self).__name__} does not say how it applies")

    def matched(self, context: AdoptionContext, proposal: Proposal, obj: models.Model) -> None:
        """A row that is there already was recognised (``match``). Override to note it in the context or to
        remember one more alias; what this changes on the row is recorded and undone like a change."""

    def find(self, proposal: Proposal) -> models.Model | None:
        """The row that a ``match`` or ``change`` means."""
        return self.fetch(proposal.model_label, proposal.match_id)

    def fetch(self, label: str, pk: Any) -> models.Model | None:
        """A row by model label and key; None when it is gone."""
        return next(iter(self.fetch_many(label, [pk]).values()), None)

    def fetch_many(self, label: str, keys: Iterable[Any]) -> dict[str, models.Model]:
        """{key as text: row} of the rows of a model that are still there, in one query; the rows they refer
        to come with them, because their names stand in audit entries."""
        model = apps.get_model(label)
        relations = [field.name for field in model._meta.concrete_fields if field.many_to_one]
        rows = model._base_manager.filter(pk__in=list(keys)).select_related(*relations)
        return {str(obj.pk): obj for obj in rows}

    @staticmethod
    def fresh(obj: models.Model) -> models.Model:
        """The row as the database has it now."""
        return type(obj)._base_manager.get(pk=obj.pk)

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        """{key: the reason why the row cannot be taken back, in Chinese} of those of ``rows`` (all of one
        model) that cannot; a number of queries that does not depend on how many there are. Work counts, not
        structure: that other rows refer to a row is looked at by the engine (see ``owned``, ``keep_if_used``)."""
        return {}

    def remove(self, rows: Sequence[models.Model]) -> None:
        """Take back rows (all of one model) that adoption created."""
        model, keys = type(rows[0]), [obj.pk for obj in rows]
        model._base_manager.filter(pk__in=keys).delete()
        follow_keys(model, keys)

    def url(self, obj: models.Model) -> str:
        """The row's page: the named one, its own address, its row in a ledger, or ""."""
        if self.page:
            return reverse(self.page, args=[obj.pk])
        own = getattr(obj, "get_absolute_url", None)
        if own is not None:
            return str(own())
        ledger = next((one for one in ledgers() if one.model is type(obj)), None)
        return ledger.detail_url(obj) if ledger is not None else ""


_adopters: dict[str, Adopter] = {}


def changed_since(rows: Sequence[models.Model]) -> dict[Any, str]:
    """{key: who changed the row after it was adopted, in Chinese} of those of ``rows`` (all of one model) that
    were changed: by the audit log, adoption's own entries aside. One query."""
    if not rows:
        return {}
    own = Q(action__startswith="采纳") | Q(action__startswith="撤回")
    keys = {str(obj.pk): obj.pk for obj in rows}
    entries = AuditEntry.objects.filter(object_type=rows[0]._meta.label_lower, object_id__in=keys).exclude(
        own
    )
    # in order of time: the last one to change a row is named
    found = entries.order_by("id").values_list("object_id", "actor_name")
    return {keys[key]: f"{name}后来改过" for key, name in found}


def register_adopter(adopter: type[Adopter] | Adopter) -> type[Adopter] | Adopter:
    """Register an adopter (class or instance); raises ValueError when its kind has one already."""
    instance = adopter() if isinstance(adopter, type) else adopter
    if instance.kind in _adopters:
        raise ValueError(f"items of kind {instance.kind!r} have an adopter already")
    _adopters[instance.kind] = instance
    return adopter


def adopters() -> list[Adopter]:
    """All adopters in the order in which they are applied."""
    return sorted(_adopters.values(), key=lambda adopter: (adopter.order, adopter.kind))


def adopter_of(kind: str) -> Adopter | None:
    """The adopter of one kind, if a room registered it."""
    return _adopters.get(kind)
