"""The ledgers of this room inherit the ledger tests."""

from tests.core.ledger_cases import LedgerCases

from lianshu.tasks.ledgers import DutyLedger, NoticeLedger, TaskLedger
from lianshu.tasks.models import Notice

from .samples import make_duty, make_task


class TestTaskLedger(LedgerCases):
    ledger = TaskLedger

    def make(self, world, number=0):
        return make_task(world, f"示例任务{number}")

    def make_outside(self, world):
        return make_task(world, "邻县任务", region=world.neighbour, lead_unit=None)

    def valid_form(self, world):
        return {"region": world.county.pk, "title": "新任务", "start": "2026-01-01", "due": "2026-12-31"}

    def bad_form(self, world):
        return self.valid_form(world) | {"due": "2025-12-31"}


class TestDutyLedger(LedgerCases):
    ledger = DutyLedger

    def make(self, world, number=0):
        return make_duty(world, f"示例职责{number}")

    def make_outside(self, world):
        return make_duty(world, "邻县职责", region=world.neighbour, unit=None, chain=None)

    def valid_form(self, world):
        return {
            "region": world.county.pk, "what": "新职责", "every": "month", "times": "1", "anchor": "end",
            "active": "on",
        }  # fmt: skip

    def bad_form(self, world):
        return self.valid_form(world) | {"times": "0"}


class TestNoticeLedger(LedgerCases):
    ledger = NoticeLedger

    def make(self, world, number=0):
        return Notice.objects.create(
            region=world.county, number=f"DB-2026-{number + 1:03}", title="督办", text="文",
            to_unit=world.department,
        )  # fmt: skip

    def make_outside(self, world):
        from lianshu.organisation.models import Unit

        unit = Unit.objects.create(region=world.neighbour, name="邻县局")
        return Notice.objects.create(
            region=world.neighbour, number="DB-2026-001", title="邻县督办", text="文", to_unit=unit
        )
