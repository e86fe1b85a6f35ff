"""Adopting plans from the command line: read, accept by confidence, adopt, without a person at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.scope import SYSTEM
from lianshu.organisation.adopting import region_ensure
from lianshu.organisation.models import Region
from lianshu.policy.intake import expand, load
from lianshu.policy.model import UnusableInputError
from lianshu.policy.reader import READER_VERSION
from lianshu.reference.regions import RegionError

from .adoption import engine
from .models import Document, Plan
from .reading import understand, unusable
from .regions import region_recognised
from .services.desk import items_accept_above
from .services.intake import document_read, plan_upload

#: Without `--accept`: what the reader holds more likely right than not.
ACCEPT = 0.5


@dataclass(slots=True)
class AdoptedFile:
    """What became of one file. ``error`` is a sentence when nothing of it was written; ``counts`` are the
    effects by action (``create``, ``match``, ``change``), empty when there was nothing new."""

    name: str
    region: str = ""
    plan_id: int | None = None
    title: str = ""
    items: int = 0
    accepted: int = 0
    left_open: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""

    @property
    def words(self) -> str:
        """One line for the terminal."""
        if self.error:
            return self.error
        if not self.counts:
            return f"{self.region}《{self.title}》：没有新的内容，未作改动。"
        done = engine.Outcome(None, self.counts).words
        rest = f"，{self.left_open} 条把握不足待人核对" if self.left_open else ""
        return f"{self.region}《{self.title}》：{self.items} 条中采纳 {self.accepted} 条（{done}）{rest}。"


def adopt_files(
    paths: Iterable[str | Path],
    region_code: str | None = None,
    accept: float = ACCEPT,
    user: Any = SYSTEM,
    *,
    simulated: bool = False,
    tell: Callable[[AdoptedFile], None] | None = None,
) -> list[AdoptedFile]:
    """Read and adopt each file (a folder stands for the documents below it), each in one transaction.

    Regions come from the text, or from ``region_code`` for all files. Upper regions are adopted first, so
    that a lower plan finds the plan above it. Items of at least ``accept`` confidence that nobody decided
    about are accepted; doubtful units become new units. A bad file is reported and does not stop the rest.
    ``tell`` is called after each file.
    """
    results: list[AdoptedFile] = []
    waiting: list[tuple[Region, str, str]] = []

    def done(result: AdoptedFile) -> None:
        results.append(result)
        if tell is not None:
            tell(result)

    for path in expand(str(path) for path in paths):
        name = Path(path).name
        try:
            facts = understand(load(path)).facts
            region = _region_of(name, facts, region_code)
        except UnusableInputError as error:
            done(AdoptedFile(name, error=str(unusable(name, error))))
        except (RegionError, LianshuError) as error:
            done(AdoptedFile(name, error=f"{name}：{error}"))
        else:
            waiting.append((region, path, str(facts.get("title") or "")))
    for region, path, title in sorted(waiting, key=lambda one: one[0].path.count("/")):
        name = Path(path).name
        try:
            with transaction.atomic():
                document = _document(user, Path(path), title, region, simulated)
                done_one = _adopt_one(user, document, name, accept)
        except LianshuError as error:
            done_one = AdoptedFile(name, error=f"{name}：{error}")
        done(done_one)
    return results


@transaction.atomic
def _region_of(name: str, facts: dict[str, Any], code: str | None) -> Region:
    found = region_ensure(code) if code else region_recognised(facts)
    if found is None:
        raise LianshuError(
            "E2002", name=name, cause="看不出是哪个地区的方案", remedy="请用 --region 给出行政区划代码。"
        )
    return found


def _adopt_one(user: Any, document: Document, name: str, accept: float) -> AdoptedFile:
    if document.read_at is None or document.reader_version != READER_VERSION:
        document = document_read(user, document)
    accepted = items_accept_above(user, document, confidence=accept) if _open(document, accept) else 0
    outcome = engine.adopt(user, document, unanswered="create")
    plan = Plan.objects.select_related("region").get(pk=document.plan_id)
    _link_upper(user, plan)
    return AdoptedFile(
        name,
        region=plan.region.name,
        plan_id=plan.pk,
        title=plan.title,
        items=document.items.standing().count(),
        accepted=document.items.taken().count() or accepted,
        left_open=document.items.filter(state="pending").count(),
        counts=outcome.counts,
    )


def _open(document: Document, accept: float) -> bool:
    return document.items.filter(state="pending", confidence__gte=accept).exists()


def _document(user: Any, path: Path, title: str, region: Region, simulated: bool) -> Document:
    """The stored document of this very file, else a new edition of the region's plan of this title, else
    a new plan."""
    data = path.read_bytes()
    stored = (
        Document.objects.filter(plan__region=region, digest=audit.sm3(data))
        .select_related("plan__region")
        .order_by("-edition")
        .first()
    )
    if stored is not None:
        return stored
    plan = Plan.objects.filter(region=region, title=title).first() if title else None
    return plan_upload(user, name=path.name, data=data, region=region, plan=plan, simulated=simulated)


def _link_upper(user: Any, plan: Plan) -> None:
    """The nearest plan above, where there is exactly one in the nearest region that has any."""
    if plan.upper_id is not None:
        return
    region = plan.region.parent
    while region is not None:
        above = list(Plan.objects.filter(region=region, status=Plan.Status.ADOPTED)[:2])
        if above:
            if len(above) == 1:
                Plan.objects.filter(pk=plan.pk).update(upper=above[0])
                audit.record(user, "挂接上级方案", plan, changes={"upper": [None, str(above[0])]})
            return
        region = region.parent
