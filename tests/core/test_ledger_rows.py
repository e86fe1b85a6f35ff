"""One row: form, version check, deletion, bulk change, files, remarks, history."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.core.sample_ledger import SampleLedger

from lianshu.core import audit
from lianshu.core.ledger.services import row_update, version_of
from lianshu.core.models import Attachment, Comment
from lianshu.organisation.models import Unit

LIST = "/ledger/sample-units/"


def unit_form(world, **values):
    return {
        "region": world.county.pk,
        "name": "新设局",
        "kind": "department",
        "aliases": "甲局、乙局",
    } | values


def test_create_writes_history_and_lists(as_owner, world):
    answer = as_owner.post(f"{LIST}new/", unit_form(world, valid_from="2026-01-02"))
    unit = Unit.objects.get(name="新设局")
    assert answer.url == f"{LIST}{unit.pk}/"
    assert unit.aliases == ["甲局", "乙局"]
    (entry,) = audit.history(unit)
    assert entry.action == "新建" and entry.actor == world.owner
    assert entry.changes["name"] == [None, "新设局"]


def test_bad_form_keeps_what_was_typed_and_says_what_is_wrong(as_owner, world):
    answer = as_owner.post(f"{LIST}new/", unit_form(world, name="", phone="1" * 50))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写名称。" in page and "1" * 50 in page
    assert not Unit.objects.filter(phone="1" * 50).exists()


def test_a_refusal_of_the_service_stands_in_the_form(as_owner, world):
    answer = as_owner.post(f"{LIST}new/", unit_form(world, name=world.office.name))
    assert answer.status_code == 422 and "不能重复登记" in answer.content.decode()


def test_row_cannot_be_put_into_another_county(as_owner, world):
    answer = as_owner.post(f"{LIST}new/", unit_form(world, region=world.neighbour.pk))
    assert answer.status_code == 422, "the other county is no choice"
    assert not Unit.objects.filter(region=world.neighbour).exists()


def test_chain_office_creates_only_in_its_chain(as_colleague, world):
    refused = as_colleague.post(f"{LIST}new/", unit_form(world))
    assert refused.status_code == 422 and "管辖范围之外" in refused.content.decode()
    assert not Unit.objects.filter(name="新设局").exists()
    assert as_colleague.post(f"{LIST}new/", unit_form(world, chain=world.chain.pk)).status_code == 302


def test_second_editor_is_told_who_was_first(as_owner, world):
    old = version_of(world.park)
    form = unit_form(world, name=world.park.name, kind="park", version=old)
    assert as_owner.post(f"{LIST}{world.park.pk}/edit/", form | {"phone": "1"}).status_code == 302
    late = as_owner.post(f"{LIST}{world.park.pk}/edit/", form | {"phone": "2"})
    assert late.status_code == 409
    assert "刚被总链办小周改过" in late.content.decode()
    assert 'value="2"' in late.content.decode(), "what was typed is not lost"
    assert Unit.objects.get(pk=world.park.pk).phone == "1"


def test_saving_nothing_new_leaves_no_entry(world, owner):
    row_update(owner, SampleLedger(), world.park, "", {"name": world.park.name})
    assert not audit.history(world.park).exists()


def test_stranger_finds_no_page_of_a_row(as_stranger, world):
    for page in ("", "drawer/", "edit/", "?tab=history"):
        assert as_stranger.get(f"{LIST}{world.park.pk}/{page}").status_code == 404
    for page in ("delete/", "comments/", "attachments/"):
        assert as_stranger.post(f"{LIST}{world.park.pk}/{page}", {"text": "x"}).status_code == 404
    assert Unit.objects.filter(pk=world.park.pk).exists()


def test_who_may_only_read_is_refused_with_403(client, world):
    client.force_login(world.department_user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{LIST}{world.park.pk}/").status_code == 200
    assert client.get(f"{LIST}{world.park.pk}/edit/").status_code == 403
    assert client.post(f"{LIST}{world.park.pk}/delete/").status_code == 403


def test_delete_is_refused_while_rows_hang_on_it(as_owner, world):
    Unit.objects.create(region=world.county, name="下属单位", parent=world.park)
    answer = as_owner.post(f"{LIST}{world.park.pk}/delete/")
    assert answer.status_code == 409 and "不能删除" in answer.content.decode()
    Unit.objects.filter(name="下属单位").delete()
    assert as_owner.post(f"{LIST}{world.park.pk}/delete/").url == LIST
    assert audit.history(world.park).first().action == "删除"


def test_tabs_show_history_access_and_drawer(as_owner, world):
    as_owner.post(
        f"{LIST}{world.park.pk}/edit/", unit_form(world, name=world.park.name, kind="park", phone="0000")
    )
    history = as_owner.get(f"{LIST}{world.park.pk}/?tab=history").content.decode()
    assert "电话" in history and "<ins>0000</ins>" in history
    access = as_owner.get(f"{LIST}{world.park.pk}/?tab=access").content.decode()
    assert "及以下 · 总链办" in access
    assert world.park.name in as_owner.get(f"{LIST}{world.park.pk}/drawer/").content.decode()


# --- bulk


def test_bulk_change_previews_then_writes_in_one_go(as_owner, world):
    rows = [world.department.pk, world.other_department.pk, world.park.pk]
    chosen = as_owner.post(f"{LIST}bulk/", {"row": rows}).content.decode()
    assert "批量修改 3 条" in chosen
    asked = {"row": rows, "column": "kind", "kind": "park"}
    preview = as_owner.post(f"{LIST}bulk/", asked | {"step": "preview"}).content.decode()
    assert "将修改 <b>2</b> 条" in preview and "1 条已经是这个值" in preview
    assert Unit.objects.filter(kind="park").count() == 1, "a preview writes nothing"
    assert as_owner.post(f"{LIST}bulk/", asked | {"step": "apply"}).status_code == 204
    assert Unit.objects.filter(kind="park").count() == 3
    assert audit.history(world.department).count() == 1
    assert audit.verify()[1] is None


def test_bulk_change_of_the_whole_filter(as_owner, world):
    asked = {"whole": "1", "query": "kind=department", "column": "phone", "phone": "12", "step": "apply"}
    assert as_owner.post(f"{LIST}bulk/", asked).status_code == 204
    assert Unit.objects.filter(phone="12").count() == 2


def test_bulk_change_skips_rows_one_may_only_read(as_colleague, world):
    asked = {
        "row": [world.chain_office.pk, world.office.pk],
        "column": "phone",
        "phone": "9",
        "step": "preview",
    }
    assert "1 条您无权修改" in as_colleague.post(f"{LIST}bulk/", asked).content.decode()
    as_colleague.post(f"{LIST}bulk/", asked | {"step": "apply"})
    assert list(Unit.objects.filter(phone="9")) == [world.chain_office]


def test_bulk_change_refuses_columns_that_are_not_offered(as_owner, world):
    asked = {"row": [world.park.pk], "column": "name", "name": "x", "step": "apply"}
    assert as_owner.post(f"{LIST}bulk/", asked).status_code == 404


# --- files and remarks


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("通知.pdf", b"%PDF-1.7 x", "pdf"),
        ("方案.docx", zipped("word/document.xml"), "docx"),
        ("说明.txt", "说明".encode("gb18030"), "text"),
        ("照片.JPG", b"\xff\xd8\xff\xe0", "jpeg"),
    ],
)
def test_files_are_known_by_content_and_given_out_as_downloads(
    as_owner, as_stranger, world, name, content, kind
):
    address = f"{LIST}{world.park.pk}/attachments/"
    assert as_owner.post(address, {"file": SimpleUploadedFile(name, content)}).status_code == 302
    row = Attachment.objects.get()
    assert row.kind == kind and row.name == name and name not in row.file.name
    answer = as_owner.get(f"/attachments/{row.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_stranger.get(f"/attachments/{row.pk}/").status_code == 404
    assert as_stranger.post(f"/attachments/{row.pk}/delete/").status_code == 404
    assert name in as_owner.get(f"{LIST}{world.park.pk}/?tab=files").content.decode()
    assert as_owner.post(f"/attachments/{row.pk}/delete/", {"next": LIST}).url == LIST
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("图.png", b"<html><script>"),
        ("程序.pdf", b"MZ\x90\x00"),
        ("页面.txt", b"<!DOCTYPE html><html>"),
        ("图.svg", b"<svg xmlns='x'/>"),
        ("压缩.docx", zipped("a.exe")),
        ("改名.docx", b"%PDF-1.7"),
        ("空.txt", b""),
    ],
)
def test_other_files_are_refused_with_the_cause(as_owner, world, name, content):
    answer = as_owner.post(f"{LIST}{world.park.pk}/attachments/", {"file": SimpleUploadedFile(name, content)})
    # Django drops empty uploads itself: then no file was chosen
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_file_over_the_limit_is_refused(as_owner, world, monkeypatch):
    monkeypatch.setattr("lianshu.core.attachments.check_file.__kwdefaults__", {"limit": 5, "kinds": ("pdf",)})
    answer = as_owner.post(
        f"{LIST}{world.park.pk}/attachments/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    )
    assert answer.status_code == 413 and "超过上限" in answer.content.decode()


def test_remarks_are_kept_shown_and_never_empty(as_owner, world):
    address = f"{LIST}{world.park.pk}/comments/"
    as_owner.post(address, {"text": "已核对 <b>"})
    assert Comment.objects.get().author == world.owner
    assert "已核对 &lt;b&gt;" in as_owner.get(f"{LIST}{world.park.pk}/?tab=comments").content.decode()
    assert as_owner.post(address, {"text": "  "}).status_code == 422
    assert Comment.objects.count() == 1


def test_large_registers_are_looked_up_by_typing(as_owner, world, monkeypatch):
    monkeypatch.setattr("lianshu.core.ledger.forms.SELECT_LIMIT", 2)
    page = as_owner.get(f"{LIST}new/").content.decode()
    assert f'data-pick="{LIST}pick/parent/"' in page
    names = as_owner.get(f"{LIST}pick/parent/?q=科技").json()["names"]
    assert names == [world.department.name]
    form = unit_form(world, parent=world.department.name)
    assert as_owner.post(f"{LIST}new/", form).status_code == 302
    assert Unit.objects.get(name="新设局").parent == world.department
    wrong = as_owner.post(f"{LIST}new/", form | {"name": "另一局", "parent": "没有的局"})
    assert "没有找到“没有的局”" in wrong.content.decode()
