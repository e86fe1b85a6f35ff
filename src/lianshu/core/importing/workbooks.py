"""Workbooks the import desk gives out: the template to fill in and the refused rows to correct."""

from __future__ import annotations

from typing import Any

from django.db import models

from lianshu.core.ledger.declaration import Column, Ledger
from lianshu.core.ledger.export import workbook
from lianshu.core.models import ImportRow, ImportRun


def _note(ledger: Ledger, column: Column) -> str:
    field = ledger.field(column.name)
    says = []
    if column.required or column.name in ledger.key:
        says.append("必填。")
    if column.name in ledger.key:
        says.append("用来辨认是不是同一条记录。")
    if field is not None and field.is_relation:
        says.append(f"填已登记的{column.title}的名称或代码。")
    elif isinstance(field, models.DateField):
        says.append("日期，如 2026-03-05。")
    elif isinstance(field, models.JSONField):
        says.append("多个用顿号隔开。")
    if column.unit:
        says.append(f"单位：{column.unit}，只写数字。")
    return "".join(says) + column.help


def template(ledger: Ledger) -> Any:
    """An empty workbook with the ledger's heads, remarks and lists to choose from: an open file."""
    columns = ledger.importable
    choices = {}
    for column in columns:
        field = ledger.field(column.name)
        if field is not None and field.choices:
            choices[column.head] = [str(name) for _, name in field.flatchoices]
        elif isinstance(field, models.BooleanField):
            choices[column.head] = ["是", "否"]
    heads = [column.head for column in columns]
    texts = [column.head for column in columns if isinstance(ledger.field(column.name), models.CharField)]
    notes = {column.head: _note(ledger, column) for column in columns}
    explanation = [
        [column.head, notes[column.head], "、".join(choices.get(column.head, []))] for column in columns
    ]
    return workbook(
        [(ledger.title, heads, []), ("填写说明", ["列", "怎么填", "可选项"], explanation)],
        notes=notes,
        choices=choices,
        text_heads=texts,
        widths={"怎么填": 50.0, "可选项": 60.0},
    )


def errors(ledger: Ledger, run: ImportRun) -> Any:
    """The refused rows as they were sent, each with what is wrong: to correct and send again."""
    columns = [column for column in ledger.importable if column.name in run.mapping.values()]
    titles = {column.name: column.title for column in columns}

    def rows() -> Any:
        for row in run.rows.filter(verdict=ImportRow.Verdict.REFUSED).order_by("number").iterator(2000):
            texts = row.values["texts"]
            wrong = "；".join(
                f"{titles[name]}：{sentence}" if name in titles else sentence for name, sentence in row.errors
            )
            yield [*(texts.get(column.name, "") for column in columns), wrong, row.number]

    heads = [*(column.head for column in columns), "错误说明", "原行号"]
    return workbook([("有误的行", heads, rows())], widths={"错误说明": 60.0})
