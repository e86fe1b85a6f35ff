"""The ledgers of this room inherit the ledger tests."""

from decimal import Decimal

from tests.core.ledger_cases import LedgerCases

from lianshu.targets.ledgers import ObservationLedger, TargetLedger
from lianshu.targets.models import Observation

from .samples import make_target


class TestTargetLedger(LedgerCases):
    ledger = TargetLedger

    def make(self, world, number=0):
        return make_target(world, f"示例目标{number}")

    def make_outside(self, world):
        return make_target(world, "邻县目标", region=world.neighbour)

    def valid_form(self, world):
        return {
            "region": world.county.pk, "name": "新目标", "measure": "家", "basis": "level", "op": ">=",
            "low": "5", "state": "active", "period_kind": "by", "period_first": "2027",
        }  # fmt: skip

    def bad_form(self, world):
        return self.valid_form(world) | {"low": ""}


class TestObservationLedger(LedgerCases):
    ledger = ObservationLedger

    def make(self, world, number=0):
        target = make_target(world, f"示例指标{number}")
        return Observation.objects.create(
            indicator=target.indicator,
            region=world.county,
            period="2025",
            value=Decimal(3 + number),
            unit=world.office,
            by=world.owner,
        )

    def make_outside(self, world):
        target = make_target(world, "邻县指标", region=world.neighbour)
        return Observation.objects.create(
            indicator=target.indicator, region=world.neighbour, period="2025", value=Decimal(9)
        )

    def valid_form(self, world):
        indicator = make_target(world, "表单指标").indicator
        return {"region": world.county.pk, "indicator": indicator.pk, "period": "2025Q3", "value": "12.5"}

    def bad_form(self, world):
        return self.valid_form(world) | {"period": "2199-01"}
