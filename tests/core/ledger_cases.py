"""Tests every ledger inherits: give a row, a row of another county and two forms, get the rest.

    class TestUnitLedger(LedgerCases):
        ledger = UnitLedger

        def make(self, world, number=0):        # a row the owner may see and change
            return Unit.objects.create(region=world.county, name=f"单位{number}")

        def make_outside(self, world):          # a row the owner must never see
            return Unit.objects.create(region=world.neighbour, name="邻县单位")

        def valid_form(self, world):            # accepted by the form of a new row
            return {"region": world.county.pk, "name": "新单位", "kind": "park"}

        def bad_form(self, world):              # refused by it
            return {"region": world.county.pk, "name": ""}

tests/core/test_meta.py fails for a ledger without such a class.
"""

from __future__ import annotations

import csv
import io
from typing import Any, ClassVar

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from lianshu.core import audit
from lianshu.core.importing import mapping
from lianshu.core.ledger import Ledger, cells, ledger_for
from lianshu.core.ledger.filters import Listing, kind_of
from lianshu.core.models import ImportRun
from lianshu.obligations.services import follow


def followed(row: Any) -> Any:
    """A row made without its service owes what it owes all the same."""
    follow(row)
    return row


class LedgerCases:
    """Inherited tests; ``user`` names the person of the world who works in the ledger."""

    __test__ = False

    ledger: ClassVar[type[Ledger]]
    user: ClassVar[str] = "owner"
    #: somebody who may see the ledger and change nothing in it; "" where nobody is so
    reader: ClassVar[str] = "observer"
    #: somebody to whom the ledger is closed; "" where it is open to everybody
    barred: ClassVar[str] = "system_admin"
    #: queries of a list page of any length
    max_queries: ClassVar[int] = 30

    def __init_subclass__(cls, **values: Any) -> None:
        super().__init_subclass__(**values)
        cls.__test__ = True

    def make(self, world: Any, number: int = 0) -> Any:
        raise LookupError("the subclass makes a row")

    def make_outside(self, world: Any) -> Any:
        raise LookupError("the subclass makes a row of another county")

    def valid_form(self, world: Any) -> dict[str, Any]:
        raise LookupError("the subclass gives a valid form")

    def bad_form(self, world: Any) -> dict[str, Any]:
        raise LookupError("the subclass gives a bad form")

    # --- helpers

    @property
    def one(self) -> Ledger:
        return ledger_for(self.ledger.slug)

    def client(self, world: Any, who: str = "") -> Any:
        from tests.conftest import signed_in

        return signed_in(world.people[who or self.user])

    def needs(self, name: str) -> None:
        if getattr(self.ledger, name, None) is None:
            pytest.skip(f"this ledger offers no {name}")

    # --- list

    def test_list_shows_own_rows_and_hides_those_of_others(self, world):
        mine, other = followed(self.make(world)), followed(self.make_outside(world))
        rows = Listing(self.one, world.people[self.user], _query()).rows()
        assert mine in rows and other not in rows
        answer = self.client(world).get(self.one.url())
        assert answer.status_code == 200
        assert self.one.url("drawer", mine.pk) in answer.content.decode()
        assert self.one.url("drawer", other.pk) not in answer.content.decode()

    def test_number_of_queries_does_not_grow_with_the_rows(self, world):
        client, counts = self.client(world), []
        for batch in (range(2), range(2, 9)):
            for number in batch:
                followed(self.make(world, number))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(self.one.url()).status_code == 200
            counts.append(len(queries))
        assert counts[1] <= max(counts[0], 1), f"{counts[0]} queries for 2 rows, {counts[1]} for 9"
        assert counts[1] <= self.max_queries

    def test_every_filter_and_every_order_works(self, world):
        followed(self.make(world))
        client = self.client(world)
        asked = [f"sort={sign}{column.name}" for column in self.one.columns for sign in ("", "-")]
        for column in self.one.columns:
            if not column.filter:
                continue
            kind = kind_of(self.one, column)
            values = {"flag": ("yes", "no"), "row": ("none", "1"), "chain": ("none", "1")}.get(
                kind, ("1", "x")
            )
            asked += [f"{column.name}={value}" for value in values]
            if kind in ("day", "number"):
                asked += [f"{column.name}_from=2025-01-01", f"{column.name}_to=7", f"{column.name}=2025Q3"]
        for query in [*asked, "q=x", "cols=" + ",".join(column.name for column in self.one.columns)]:
            assert client.get(f"{self.one.url()}?{query}").status_code == 200, query

    def test_export_has_every_column_and_nobody_elses_rows(self, world):
        mine, other = followed(self.make(world)), followed(self.make_outside(world))
        first = next(column for column in self.one.columns if column.link or column is self.one.columns[0])
        client = self.client(world)
        text = b"".join(client.get(self.one.url("export", "csv") + "?all=1").streaming_content).decode(
            "utf-8-sig"
        )
        table = list(csv.reader(io.StringIO(text)))
        assert table[0] == [column.head for column in self.one.columns]
        place = table[0].index(first.head)
        found = [row[place].removeprefix("'") for row in table[1:]]
        assert str(cells.plain(self.one, first, mine) or "") in found
        assert len(found) == self.one.queryset(world.people[self.user], self.one.export_action).count()
        assert not self.one.queryset(world.people[self.user]).filter(pk=other.pk).exists()
        book = b"".join(client.get(self.one.url("export", "xlsx") + "?all=1").streaming_content)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
        assert len(sheet) == len(table)

    # --- rows

    def test_row_pages_open(self, world):
        mine = followed(self.make(world))
        client = self.client(world)
        for page in ("row", "drawer", *(["edit"] if self.ledger.update else [])):
            assert client.get(self.one.url(page, mine.pk)).status_code == 200, page
        for tab in ("facts", "files", "comments", "history", "access"):
            assert client.get(self.one.url("row", mine.pk) + f"?tab={tab}").status_code == 200, tab

    def test_row_of_another_county_is_not_found(self, world):
        other = followed(self.make_outside(world))
        client = self.client(world)
        for page in ("row", "drawer", "edit"):
            assert client.get(self.one.url(page, other.pk)).status_code == 404, page
        for page in ("edit", "delete", "comment", "attach"):
            assert client.post(self.one.url(page, other.pk), {"text": "x"}).status_code == 404, page
        assert type(other)._base_manager.filter(pk=other.pk).exists()

    def test_create_writes_one_row_and_its_history(self, world):
        self.needs("create")
        model, client = self.one.model, self.client(world)
        before = set(model._base_manager.values_list("pk", flat=True))
        assert client.get(self.one.url("create")).status_code == 200
        answer = client.post(self.one.url("create"), self.valid_form(world))
        assert answer.status_code == 302, _problems(answer)
        (made,) = model._base_manager.exclude(pk__in=before)
        assert audit.history(made).exists(), "the service records what it does"
        assert self.one.queryset(world.people[self.user]).filter(pk=made.pk).exists()

    def test_bad_form_is_refused_and_nothing_written(self, world):
        self.needs("create")
        model = self.one.model
        before = model._base_manager.count()
        answer = self.client(world).post(self.one.url("create"), self.bad_form(world))
        assert answer.status_code == 422
        assert model._base_manager.count() == before

    def test_edit_saves_and_a_late_editor_is_told(self, world):
        self.needs("update")
        if not self.ledger.form_fields:
            pytest.skip("this ledger is edited on pages of its own")
        mine = followed(self.make(world))
        client = self.client(world)
        form = {**self.valid_form(world)}
        assert client.post(self.one.url("edit", mine.pk), form | {"version": "0"}).status_code == 302
        assert audit.history(mine).exists()
        assert client.post(self.one.url("edit", mine.pk), form | {"version": "0"}).status_code == 409

    def test_delete_removes_or_says_what_hangs_on_it(self, world):
        self.needs("delete")
        mine = followed(self.make(world))
        answer = self.client(world).post(self.one.url("delete", mine.pk))
        assert answer.status_code in (302, 409)
        gone = not type(mine)._base_manager.filter(pk=mine.pk).exists()
        assert gone == (answer.status_code == 302)

    def test_reader_changes_nothing(self, world):
        if not self.reader:
            pytest.skip("nobody may only read this ledger")
        mine = followed(self.make(world))
        client = self.client(world, self.reader)
        assert client.get(self.one.url()).status_code == 200
        for page in ("edit", "delete"):
            assert client.post(self.one.url(page, mine.pk), {}).status_code == 403, page
        assert client.get(self.one.url("create")).status_code == 403
        assert client.get(self.one.url("import")).status_code == 403

    def test_closed_to_those_without_the_action(self, world):
        if not self.barred:
            pytest.skip("this ledger is open to everybody")
        assert self.client(world, self.barred).get(self.one.url()).status_code == 403

    def test_remark_and_file(self, world):
        if self.ledger.comment_action is None:
            pytest.skip("this ledger has no remarks")
        mine = followed(self.make(world))
        client = self.client(world)
        assert client.post(self.one.url("comment", mine.pk), {"text": "已核"}).status_code == 302
        file = SimpleUploadedFile("说明.txt", "说明".encode())
        assert client.post(self.one.url("attach", mine.pk), {"file": file}).status_code == 302
        assert "说明.txt" in client.get(self.one.url("row", mine.pk) + "?tab=files").content.decode()

    # --- import

    def test_template_heads_are_all_recognised(self, world):
        if not self.one.importable:
            pytest.skip("this ledger cannot be imported")
        data = b"".join(self.client(world).get(self.one.url("import-template")).streaming_content)
        heads = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[0]
        assert set(mapping.guess(self.one, heads).values()) == {column.name for column in self.one.importable}

    def test_exported_rows_come_back_unchanged(self, world):
        if not self.one.importable or not self.one.key:
            pytest.skip("this ledger cannot be imported")
        followed(self.make(world, 1))
        client = self.client(world)
        columns = ",".join(column.name for column in self.one.importable)
        text = b"".join(client.get(self.one.url("export", "csv") + f"?cols={columns}").streaming_content)
        answer = client.post(self.one.url("import"), {"file": SimpleUploadedFile("往返.csv", text)})
        assert answer.status_code == 302, _problems(answer)
        run = ImportRun.objects.get()
        posted = {f"head-{number}": name for number, name in run.mapping.items()}
        client.post(self.one.url("import-check", run.pk), posted)
        run.refresh_from_db()
        wrong = list(run.rows.exclude(verdict="same").values_list("verdict", "changes", "errors"))
        assert run.status == "ready" and wrong == []


def _query() -> Any:
    from django.http import QueryDict

    return QueryDict("")


def _problems(answer: Any) -> str:
    import re

    return "；".join(
        re.findall(r'<ul class="field-error".*?</ul>|<span>.*?</span>', answer.content.decode(), re.S)
    )[:800]
