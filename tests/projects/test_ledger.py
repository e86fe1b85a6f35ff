"""The ledger of projects."""

from decimal import Decimal

from tests.core.ledger_cases import LedgerCases

from lianshu.projects.ledgers import ProjectLedger
from lianshu.projects.models import Project


class TestProjectLedger(LedgerCases):
    ledger = ProjectLedger

    def make(self, world, number=0):
        return Project.objects.create(
            region=world.county,
            chain=world.chain,
            name=f"示例项目{number}",
            amount=Decimal("12.5"),
            stage="signed",
        )

    def make_outside(self, world):
        return Project.objects.create(region=world.neighbour, name="邻县项目")

    def valid_form(self, world):
        return {
            "region": world.county.pk,
            "name": "新示例项目",
            "amount": "3.2",
            "amount_unit": "亿元",
            "stage": "lead",
        }

    def bad_form(self, world):
        return {"region": world.county.pk, "name": "负数项目", "amount": "-1", "amount_unit": "亿元"}
