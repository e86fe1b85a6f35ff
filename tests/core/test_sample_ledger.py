"""The inherited tests, on the ledger of the tests."""

from tests.core.ledger_cases import LedgerCases
from tests.core.sample_ledger import SampleLedger

from lianshu.organisation.models import Unit


class TestSampleLedger(LedgerCases):
    ledger = SampleLedger

    def make(self, world, number=0):
        return Unit.objects.create(
            region=world.county,
            name=f"样例单位{number}",
            chain=world.chain,
            parent=world.office,
            aliases=["甲", "乙"],
            valid_from="2025-03-01",
            phone="-1",
        )

    def make_outside(self, world):
        return Unit.objects.create(region=world.neighbour, name="邻县单位")

    def valid_form(self, world):
        return {"region": world.county.pk, "name": "新单位", "kind": "park"}

    def bad_form(self, world):
        return {"region": world.county.pk, "name": "", "kind": "park"}
