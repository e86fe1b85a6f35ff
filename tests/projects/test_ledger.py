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


def test_an_amount_and_its_unit_are_never_parted(client, world):
    project = TestProjectLedger().make(world)
    client.force_login(world.owner)
    page = client.get(f"/ledger/projects/{project.pk}/").content.decode()
    whole = '<span class="figure"><span class="number">12.50</span><span class="unit">\N{NO-BREAK SPACE}亿元</span></span>'
    assert whole in page and "<dt>投资单位</dt>" not in page
    rows = client.get("/ledger/projects/").content.decode()
    assert whole in rows and "投资单位</a>" not in rows
    # cells of a workbook hold the bare number, so the unit's column goes with it
    exported = client.get("/ledger/projects/export.csv")
    lines = b"".join(exported.streaming_content).decode("utf-8-sig").splitlines()
    at = lines[0].split(",").index("计划投资")
    assert lines[0].split(",")[at + 1] == "投资单位" and lines[1].split(",")[at : at + 2] == ["12.5", "亿元"]
