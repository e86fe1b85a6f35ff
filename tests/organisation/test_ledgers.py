"""The ledgers of bodies."""

import datetime as dt

from tests.core.ledger_cases import LedgerCases

from lianshu.organisation.ledgers import AppointmentLedger, PersonLedger, RegionLedger, UnitLedger
from lianshu.organisation.models import Appointment, Person, Unit


class TestUnitLedger(LedgerCases):
    ledger = UnitLedger

    def make(self, world, number=0):
        return Unit.objects.create(region=world.county, name=f"示例单位{number}", kind="park")

    def make_outside(self, world):
        return Unit.objects.create(region=world.neighbour, name="邻县单位")

    def valid_form(self, world):
        return {"region": world.county.pk, "name": "新设单位", "kind": "park"}

    def bad_form(self, world):
        return {"region": world.county.pk, "name": "", "kind": "park"}


class TestPersonLedger(LedgerCases):
    ledger = PersonLedger

    def make(self, world, number=0):
        return Person.objects.create(
            region=world.county, name=f"示例{number}", title="科员", unit=world.office
        )

    def make_outside(self, world):
        return Person.objects.create(region=world.neighbour, name="邻县人")

    def valid_form(self, world):
        return {"region": world.county.pk, "name": "示例新", "title": "科长"}

    def bad_form(self, world):
        return {"region": world.neighbour.pk, "name": "越界"}


class TestAppointmentLedger(LedgerCases):
    ledger = AppointmentLedger

    def make(self, world, number=0):
        return Appointment.objects.create(
            region=world.county, role="expert", chain=world.chain, post=f"专家{number}",
            valid_from=dt.date(2026, 1, 1),
        )  # fmt: skip

    def make_outside(self, world):
        return Appointment.objects.create(region=world.neighbour, role="expert", post="邻县专家")

    def valid_form(self, world):
        return {"region": world.county.pk, "role": "liaison", "post": "联络员", "chain": world.chain.pk}

    def bad_form(self, world):
        return {"region": world.county.pk, "role": "liaison"}


class TestRegionLedger(LedgerCases):
    ledger = RegionLedger
    user = "observer"
    max_queries = 30

    def make(self, world, number=0):
        if number == 0:
            return world.county
        from tests.factories import make_region

        code = f"9901{30 + number:02d}"
        return type(world.county).objects.filter(code=code).first() or make_region(
            code, f"示例县{number}", "county", world.city
        )

    def make_outside(self, world):
        from tests.factories import make_region

        return make_region("990200", "示例外市", "city", world.province)
