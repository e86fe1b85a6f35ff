"""The ledgers of firms and services."""

import datetime as dt

from tests.core.ledger_cases import LedgerCases

from lianshu.enterprises.ledgers import EnterpriseLedger, ServiceLedger
from lianshu.enterprises.models import Enterprise, ServiceLog
from lianshu.reference.credit_code import fictional_credit_code


class TestEnterpriseLedger(LedgerCases):
    ledger = EnterpriseLedger

    def make(self, world, number=0):
        return Enterprise.objects.create(
            region=world.county, name=f"青澜示例{number}厂", state="operating",
            credit_code=fictional_credit_code(number, region="990121"),
        )  # fmt: skip

    def make_outside(self, world):
        return Enterprise.objects.create(region=world.neighbour, name="邻县厂")

    def valid_form(self, world):
        return {
            "region": world.county.pk, "name": "青澜新示例厂", "state": "operating",
            "credit_code": fictional_credit_code(77, region="990121"),
        }  # fmt: skip

    def bad_form(self, world):
        return {"region": world.county.pk, "name": "坏代码厂", "state": "operating", "credit_code": "123"}


class TestServiceLedger(LedgerCases):
    ledger = ServiceLedger

    def make(self, world, number=0):
        firm, _ = Enterprise.objects.get_or_create(region=world.county, name="青澜示例厂")
        return ServiceLog.objects.create(
            enterprise=firm, chain=world.chain, on=dt.date(2026, 3, 1 + number), who="示例甲", text="走访"
        )

    def make_outside(self, world):
        firm = Enterprise.objects.create(region=world.neighbour, name="邻县厂")
        return ServiceLog.objects.create(enterprise=firm, on=dt.date(2026, 3, 1), who="x", text="x")
