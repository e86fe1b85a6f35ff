"""Uploading a plan and reading it: the file is stored at once, the reading is written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.jobs import start_job
from lianshu.core.models import Job
from lianshu.core.scope import SystemActor, recheck, require
from lianshu.organisation.models import Region
from lianshu.plans.fields import clean
from lianshu.plans.fingerprints import fingerprints
from lianshu.plans.merging import Merge, merge
from lianshu.plans.models import Document, Item, Plan
from lianshu.plans.reading import Understood, day_of, load_stored, refuse_unusable, understand
from lianshu.plans.regions import may_keep_plans, region_recognised
from lianshu.policy.reader import READER_VERSION

Report = Callable[[int, str], None]

#: Job kind under which documents are read.
READ_JOB = "plans.read"


def _person(user: Any) -> Any:
    return None if isinstance(user, SystemActor) else user


@transaction.atomic
def plan_upload(
    user: Any,
    *,
    name: str,
    data: bytes,
    region: Region,
    plan: Plan | None = None,
    simulated: bool = False,
) -> Document:
    """Store a file as a new plan of ``region``, or as a new edition of ``plan``. It is read afterwards.

    Raises E1001 (may not keep plans there), E2002/E2003 (unusable file), E2001 (the very file is already
    an edition of this plan).
    """
    require(user, "edit", plan or region)
    refuse_unusable(name, data)
    digest = audit.sm3(data)
    previous: Document | None = None
    if plan is None:
        plan = Plan(region=region, title=Path(name).stem[:300], simulated=simulated, created_by=_person(user))
        plan.full_clean()
        plan.save()
        recheck(user, plan)
    else:
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        previous = plan.latest
        twin = plan.documents.filter(digest=digest).first()
        if twin is not None:
            raise invalid(("file", f"这个文件与第{twin.edition}版完全相同，不必再传"))
    document = Document(
        plan=plan,
        edition=(previous.edition + 1) if previous else 1,
        previous=previous,
        name=name[:200],
        size=len(data),
        digest=digest,
        added_by=_person(user),
    )
    document.file.save(Path(name).name[-80:], ContentFile(data), save=False)
    document.save()
    audit.record(user, "上传", document, note=f"{name} SM3 {digest[:12]}")
    return document


def pasted_name(text: str) -> str:
    """A file name for pasted text: its first line."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "粘贴的方案")
    return f"{line[:60]}.txt".replace("/", "／")


def document_start_reading(user: Any, document: Document, *, region_chosen: bool = False) -> Job:
    """Start the job that reads ``document``; E1001 unless the user may correct its plan."""
    require(user, "edit", document.plan)
    job = start_job(
        user,
        READ_JOB,
        title=f"读取《{document.plan.title}》"[:200],
        input={"document": document.pk, "region_chosen": region_chosen},
    )
    Document.objects.filter(pk=document.pk).update(job=job)
    return job


@transaction.atomic
def document_discard(user: Any, document: Document) -> None:
    """Take back an edition that could not be read, so that the one before counts again; the only edition takes its
    plan along. Raises E1001, E3001 (it has been read, or is being read)."""
    require(user, "edit", document.plan)
    document = (
        Document.objects.select_for_update(of=("self",)).select_related("plan", "job").get(pk=document.pk)
    )
    if document.read_at is not None:
        raise LianshuError("E3001", what=document.name, state="已读取", action="撤下")
    if document.job is not None and document.job.status in (Job.Status.WAITING, Job.Status.RUNNING):
        raise LianshuError("E3001", what=document.name, state="正在读取", action="撤下。请先停止读取")
    plan, file = document.plan, document.file
    audit.record(user, "撤下", document, note=document.name)
    document.delete()
    if not plan.documents.exists():
        plan.delete()
    transaction.on_commit(lambda: file.delete(save=False))


def document_read(
    user: Any,
    document: Document,
    *,
    region_chosen: bool = True,
    report: Report | None = None,
    finish: Callable[[Document], None] | None = None,
) -> Document:
    """Read (or read again) a document and write everything in one transaction.

    Reading again keeps the decisions: see :mod:`lianshu.plans.merging`. ``finish`` is called last inside
    the transaction. Raises E2002 when the file cannot be read; then the reason is kept on the document.
    """
    tell = report or (lambda percent, words: None)
    tell(5, "打开文件")
    with document.file.open("rb") as handle:
        data = handle.read()
    try:
        source = load_stored(document.name, data)
        tell(40, "识别条目")
        understood = understand(source)
    except LianshuError as error:
        Document.objects.filter(pk=document.pk).update(error=error.sentence[:400])
        raise
    tell(70, "写入条目")
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).select_related("plan").get(pk=document.pk)
        first_time = document.read_at is None
        _store(document, understood)
        if first_time:
            _set_facts(user, document, understood, region_chosen)
        new = _new_items(document, understood)
        counts = _merge_items(document, new, first_time)
        audit.record(user, "读取" if first_time else "重新读取", document, note=counts)
        if finish is not None:
            finish(document)
    return document


def _store(document: Document, understood: Understood) -> None:
    source = understood.source
    document.format = source.format
    document.text = source.text
    document.pages = list(source.pages)
    document.outline = understood.outline
    document.tables = understood.tables
    document.facts = understood.facts
    document.notes = understood.notes
    document.is_plan = understood.is_plan
    if not understood.is_plan:
        document.notes = [*document.notes, "没有读出方案应有的内容，请核对文件是否传错"]
    document.reader_version = READER_VERSION
    document.read_at = timezone.now()
    document.error = ""
    document.revision += 1
    document.save()


def _set_facts(user: Any, document: Document, understood: Understood, region_chosen: bool) -> None:
    """The plan's own values from the facts; a later edition brings its dates and number, keeps the region."""
    plan, facts = document.plan, understood.facts
    plan.title = str(facts.get("title") or plan.title)[:300]
    plan.doc_no = str(facts.get("doc_no") or "")[:60]
    plan.issuer = str(facts.get("issuer") or "")[:120]
    plan.kind = str(facts.get("kind") or "")[:20]
    plan.issued = day_of(facts.get("issued"))
    plan.published = day_of(facts.get("published"))
    start, end = facts.get("plan_start"), facts.get("plan_end")
    plan.start_year, plan.end_year = (start, end) if not (start and end and end < start) else (None, end)
    if document.edition == 1:
        _place(user, document, facts, region_chosen)
    plan.save()
    twins = Plan._base_manager.filter(region=plan.region, title=plan.title).exclude(pk=plan.pk)
    if twins.exists():
        document.notes = [*document.notes, "本地区已有同名方案。如果这是它的新版，请到那份方案的页面上传新版"]
        document.save(update_fields=["notes"])


def _place(user: Any, document: Document, facts: dict[str, Any], region_chosen: bool) -> None:
    """Put the plan into the region its text names, unless a person chose one or may not work there."""
    plan = document.plan
    if region_chosen and facts.get("region") in (None, plan.region.name):
        return
    with transaction.atomic():
        point = transaction.savepoint()
        found = region_recognised(facts)
        if found is None or found == plan.region:
            return
        if region_chosen:
            note = f"文件写的地区是“{found.name}”，已按上传时的选择归入“{plan.region.name}”"
        elif may_keep_plans(user, found):
            plan.region = found
            return
        else:
            note = f"文件写的地区是“{found.name}”，不在您的管辖范围内，暂归入“{plan.region.name}”"
        transaction.savepoint_rollback(point)
    document.notes = [*document.notes, note]
    document.save(update_fields=["notes"])


def _new_items(document: Document, understood: Understood) -> list[Item]:
    text = understood.source.text
    kinds = set(Item.Kind.values)
    read = [one for one in understood.items if one.kind in kinds and one.end > one.start]
    marks = fingerprints([(one.kind, one.fields, text[one.start : one.end]) for one in read])
    return [
        Item(
            document=document,
            kind=one.kind,
            fields=one.fields,
            start=one.start,
            end=one.end,
            evidence=text[one.start : one.end],
            confidence=one.confidence,
            reason=one.reason[:300],
            rule=one.rule[:60],
            position=place,
            fingerprint=mark,
            lineage=mark,
            revision=document.revision,
        )
        for place, (one, mark) in enumerate(zip(read, marks, strict=True))
    ]


def _merge_items(document: Document, new: list[Item], first_time: bool) -> str:
    if not first_time:
        old = list(document.items.exclude(state=Item.State.REMOVED))
        return _keep_decisions(document, merge(new, old, same_text=True))
    if document.previous is not None:
        old = list(document.previous.items.exclude(state=Item.State.REMOVED))
        return _carry_decisions(
            document, merge(new, [one for one in old if one.parent_id is None], same_text=False), old
        )
    Item.objects.bulk_create(new, batch_size=500)
    return f"读出 {len(new)} 条"


_READ = (
    "fields", "start", "end", "evidence", "confidence", "reason", "rule", "position", "fingerprint",
    "stale", "decided", "revision",
)  # fmt: skip


def _keep_decisions(document: Document, found: Merge) -> str:
    """The same text read by another reader: rows stay, with their decisions; values read are renewed."""
    # Two rows may trade fingerprints: make room before the unique constraint looks.
    for pair in found.pairs:
        Item.objects.filter(pk=pair.old.pk).update(fingerprint=f"~{pair.old.pk}")
    for pair in found.pairs:
        old, new = pair.old, pair.new
        if old.taken and old.decided is None:
            kept = _with_new_values(old, new)
            old.decided = kept if kept != new.fields else None
        for name in ("fields", "confidence", "reason", "rule", "position", "fingerprint"):
            setattr(old, name, getattr(new, name))
        if old.origin == Item.Origin.READER:
            old.start, old.end, old.evidence = new.start, new.end, new.evidence
        old.stale, old.revision = False, document.revision
    Item.objects.bulk_update([pair.old for pair in found.pairs], _READ, batch_size=200)
    Item.objects.bulk_create(found.added, batch_size=500)
    read_only = [one for one in found.removed if one.origin == Item.Origin.READER]
    dropped = [one for one in read_only if one.state == Item.State.PENDING]
    Item.objects.filter(pk__in=[one.pk for one in dropped]).delete()
    stale = [one for one in read_only if one.state != Item.State.PENDING]
    Item.objects.filter(pk__in=[one.pk for one in stale]).update(stale=True, revision=document.revision)
    return f"沿用 {len(found.pairs)} 条，新读出 {len(found.added)} 条，不再读出 {len(read_only)} 条"


def _with_new_values(old: Item, new: Item) -> dict[str, Any]:
    """The accepted values, and beside them those the older reader had no notion of (nobody decided about
    them): the day of a duty. Left out where they do not go with what was accepted."""
    unknown = {name: value for name, value in new.fields.items() if name not in old.fields}
    if not unknown:
        return dict(old.fields)
    try:
        return clean(old.kind, {}, keep=old.fields | unknown)
    except LianshuError:
        return dict(old.fields)


def _carry_decisions(document: Document, found: Merge, old: Sequence[Item]) -> str:
    """Another edition: what has not changed keeps its decision, what has is looked at again."""
    for pair in found.pairs:
        pair.new.lineage = pair.old.lineage
        if pair.same:
            for name in ("state", "decided", "decided_by_id", "decided_at"):
                setattr(pair.new, name, getattr(pair.old, name))
    Item.objects.bulk_create([pair.new for pair in found.pairs] + found.added, batch_size=500)
    heirs = {pair.old.pk: pair.new for pair in found.pairs if pair.same}
    known = {item.fingerprint for item in (*[pair.new for pair in found.pairs], *found.added)}
    own = []
    for item in old:
        parent = heirs.get(item.parent_id) if item.parent_id else None
        if item.origin != Item.Origin.PERSON or item.fingerprint in known or (item.parent_id and not parent):
            continue
        at = (
            parent.start if parent and parent.evidence == item.evidence else document.text.find(item.evidence)
        )
        if at < 0:
            continue
        own.append(_copy(item, document, at, parent))
    Item.objects.bulk_create(own, batch_size=500)
    changed = len(found.changed)
    return (
        f"与上一版相比：不变 {len(found.pairs) - changed} 条，变化 {changed} 条，"
        f"新增 {len(found.added)} 条，取消 {len(found.removed)} 条"
    )


def _copy(item: Item, document: Document, at: int, parent: Item | None) -> Item:
    return Item(
        document=document,
        kind=item.kind,
        fields=item.fields,
        decided=item.decided,
        start=at,
        end=at + len(item.evidence),
        evidence=item.evidence,
        confidence=item.confidence,
        position=item.position,
        fingerprint=item.fingerprint,
        lineage=item.lineage,
        origin=item.origin,
        parent=parent,
        state=item.state,
        decided_by_id=item.decided_by_id,
        decided_at=item.decided_at,
        revision=document.revision,
    )
