"""What the adoption of a plan makes of bodies, posts, chains and regions.

Adoption asks the gate once for all it does and writes the audit log itself; these services hold the rooms' own
rules for the rows: names, former names, seats, colours.
"""

from __future__ import annotations

from collections.abc import Sequence

from lianshu.reference.regions import Level, UnknownRegionError, regions

from .models import Appointment, Chain, Region, Unit

#: colours of the palette: chains of one region take them in turn
_COLOURS = 12
_LEVELS = {
    Level.PROVINCE: Region.Level.PROVINCE,
    Level.CITY: Region.Level.CITY,
    Level.COUNTY: Region.Level.COUNTY,
}


def region_ensure(code: str) -> Region:
    """The row of a region with all regions above it, created from the reference data where missing.

    Raises `lianshu.reference.regions.UnknownRegionError` for a code that is neither stored nor known.
    """
    stored = Region._base_manager.filter(code=code).first()
    if stored is not None:
        return stored
    table = regions()
    parent: Region | None = None
    for part in table.path(code):
        known = table.get(part)
        row = Region._base_manager.filter(code=part).first()
        if row is None:
            row = Region._base_manager.create(
                code=part,
                name=known.name,
                short_name=known.short if known.short != known.name else "",
                level=_LEVELS[known.level],
                parent=parent,
                path=f"{parent.path if parent else '/'}{part}/",
                fictional=known.fictional,
            )
        parent = row
    if parent is None:
        raise UnknownRegionError(f"没有代码为“{code}”的行政区划，请核对代码。")
    return parent


def unit_adopt(
    *,
    region: Region,
    name: str,
    short_name: str = "",
    aliases: Sequence[str] = (),
    kind: str,
    chain: Chain | None = None,
    duty: str = "",
    simulated: bool,
) -> Unit:
    """A body that a plan names."""
    unit = Unit(
        region=region,
        name=name,
        short_name=short_name,
        aliases=list(aliases),
        kind=kind,
        chain=chain,
        duty=duty,
        simulated=simulated,
    )
    unit.full_clean(exclude=["aliases"])
    unit.save()
    return unit


def unit_duty_set(unit: Unit, duty: str) -> Unit:
    """A body's duty as the plan now words it."""
    unit.duty = duty
    unit.full_clean(exclude=["aliases"])
    unit.save()
    return unit


def unit_seat(unit: Unit, seat: Unit) -> None:
    """Note in which unit an office is seated."""
    unit.seat = seat
    unit.save(update_fields=["seat"])


def post_adopt(
    *, region: Region, role: str, post: str, chain: Chain | None, seats: int, note: str, simulated: bool
) -> Appointment:
    """A post that a plan sets up; who holds it is entered by a person."""
    row = Appointment(
        region=region, role=role, post=post, chain=chain, seats=seats, note=note, simulated=simulated
    )
    row.full_clean()
    row.save()
    return row


def post_reword(row: Appointment, post: str) -> Appointment:
    """A post as the plan now words it."""
    row.post = post
    row.full_clean()
    row.save()
    return row


def post_seat(row: Appointment, office: Unit) -> None:
    """Put a post into its office."""
    row.unit = office
    row.save(update_fields=["unit"])


def chain_adopt(*, region: Region, name: str, simulated: bool) -> Chain:
    """A chain that a plan sets up, in the next colour of its region."""
    taken = Chain._base_manager.filter(region=region).count()
    chain = Chain(region=region, name=name, colour=taken % _COLOURS, simulated=simulated)
    chain.full_clean(exclude=["aliases"])
    chain.save()
    return chain


def chain_rename(chain: Chain, name: str) -> Chain:
    """A chain as the plan now calls it; the former name stays among its aliases."""
    if chain.name not in chain.aliases:
        chain.aliases = [*chain.aliases, chain.name]
    chain.name = name
    chain.full_clean(exclude=["aliases"])
    chain.save()
    return chain


def alias_add(body: Unit | Chain, alias: str) -> None:
    """One more name under which a body is known: the next plan need not ask again."""
    body.aliases = [*body.aliases, alias]
    body.save(update_fields=["aliases"])
