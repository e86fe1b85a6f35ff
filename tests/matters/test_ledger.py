"""The ledger of matters."""

import datetime as dt

from tests.core.ledger_cases import LedgerCases

from lianshu.matters.ledgers import MatterLedger
from lianshu.matters.models import Matter


class TestMatterLedger(LedgerCases):
    ledger = MatterLedger

    def make(self, world, number=0):
        return Matter.objects.create(
            region=world.county, chain=world.chain, number=f"BJ-2026-{number + 1:03d}", title=f"件{number}",
            text="内容", received_on=dt.date(2026, 3, 5), due=dt.date(2026, 3, 6),
        )  # fmt: skip

    def make_outside(self, world):
        return Matter.objects.create(
            region=world.neighbour,
            number="BJ-2026-001",
            title="邻县件",
            text="内容",
            received_on=dt.date(2026, 3, 5),
        )
