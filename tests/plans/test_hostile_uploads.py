"""Uploads that fill the memory or take for ever are judged in the background and told in a sentence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.conftest import ROOT

from lianshu.core.errors import LianshuError
from lianshu.core.jobs.kinds import KINDS
from lianshu.core.models import AuditEntry, Job
from lianshu.plans import reading
from lianshu.plans.models import Document, Plan
from lianshu.plans.passages import passage
from lianshu.plans.services import intake
from lianshu.policy import budget


@pytest.fixture
def bomb(tmp_path):
    """A Word file of one kilobyte that asks for two thousand million cells."""
    import io
    import zipfile

    out = io.BytesIO()
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{namespace}"><w:body><w:tbl><w:tr><w:trPr><w:gridBefore w:val="2000000000"/></w:trPr>'
            "<w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>",
        )
    return out.getvalue()


def test_an_upload_is_not_opened_within_the_request(owner, world, bomb, monkeypatch):
    def opened(*_):
        raise AssertionError("opened within the upload")

    monkeypatch.setattr(reading, "load", opened)
    monkeypatch.setattr(intake, "load_stored", opened)
    document = intake.plan_upload(owner, name="表.docx", data=bomb, region=world.county)
    assert document.read_at is None and document.size == len(bomb)


def test_the_page_tells_why_and_lets_one_go_on(as_owner, bomb):
    answer = as_owner.post("/plans/new/", {"files": [SimpleUploadedFile("表.docx", bomb)], "text": ""})
    document = Document.objects.get()
    assert answer.url == f"/plans/documents/{document.pk}/reading/"
    page = as_owner.get(answer.url).content.decode()
    assert "表格过大（超过 500 列或 50000 格）。请删去附表后再读。" in page
    assert "撤下这份文件" in page and "另传一份" in page
    assert as_owner.post(f"/plans/documents/{document.pk}/discard/").url == "/plans/"
    assert not Plan.objects.exists() and not Document.objects.exists()
    assert AuditEntry.objects.filter(action="撤下").exists()


def test_an_unreadable_edition_is_taken_back_and_the_one_before_counts(as_owner, owner, document, bomb):
    plan = document.plan
    as_owner.post(f"/plans/{plan.pk}/edition/", {"file": SimpleUploadedFile("新版.docx", bomb), "text": ""})
    failed = plan.latest
    assert failed.edition == 2 and failed.error
    as_owner.post(f"/plans/documents/{failed.pk}/discard/")
    assert plan.latest == document
    assert as_owner.get(f"/plans/{plan.pk}/").status_code == 200


def test_a_document_that_was_read_stays(owner, document):
    with pytest.raises(LianshuError) as refused:
        intake.document_discard(owner, document)
    assert refused.value.code == "E3001"
    assert Document.objects.filter(pk=document.pk).exists()


def test_a_text_too_long_or_too_dense_is_refused_with_a_sentence(owner, world, monkeypatch):
    monkeypatch.setattr(budget, "SECONDS", 0.2)
    for text, words in (("加强领导。" * 60_000, "超过 200000 字的上限"), ("等企业" * 60_000, "过于密集")):
        document = intake.plan_upload(owner, name="长.txt", data=text.encode(), region=world.county)
        with pytest.raises(LianshuError, match=words):
            intake.document_read(owner, document)
        document.refresh_from_db()
        assert words in document.error and document.read_at is None


def test_a_fault_of_the_reader_is_told_and_kept(owner, world, monkeypatch):
    def broken(_):
        raise KeyError("broken")

    monkeypatch.setattr(reading.reader, "read", broken)
    document = intake.plan_upload(owner, name="方案.txt", data="加强领导。".encode(), region=world.county)
    with pytest.raises(LianshuError, match="读取时程序出错"):
        intake.document_read(owner, document)
    document.refresh_from_db()
    assert "请把文件名告诉系统管理员" in document.error


def test_a_reading_whose_process_was_killed_can_be_taken_back(as_owner, owner, world):
    document = intake.plan_upload(owner, name="方案.txt", data="加强领导。".encode(), region=world.county)
    document.job = Job.objects.create(kind=intake.READ_JOB, title="读取", status="running", asked_by=owner)
    document.save()
    with pytest.raises(LianshuError, match="正在读取"):
        intake.document_discard(owner, document)
    Job.objects.update(
        status="failed",
        error="占用内存过多，已停止。",
        ended_at=timezone.now(),
        input={"document": document.pk},
    )
    KINDS[intake.READ_JOB].given_up(Job.objects.get())
    page = as_owner.get(f"/plans/documents/{document.pk}/reading/").content.decode()
    assert "占用内存过多" in page and "撤下这份文件" in page and "再读一次" in page
    intake.document_discard(owner, document)
    assert not Plan.objects.exists()


# --- a passage in a long text


def test_a_long_quote_in_a_long_text_is_found_in_linear_time():
    text = "一" * 400_000 + "二" + "一" * 400_000
    assert passage(text, "一" * 2_000 + "三") is None
    assert passage(text, "一" * 1_999 + "二", 0) == (398_001, 400_001)


@pytest.mark.parametrize(
    ("near", "span"),
    [(0, (0, 4)), (3, (0, 4)), (7, (6, 11)), (99, (12, 16))],
)
def test_the_nearest_occurrence_counts_and_white_space_does_not(near, span):
    text = "加强领导，\n加强\n领导，加强领导"
    assert passage(text, "加强 领导", near) == span


def test_no_occurrence_and_no_quote():
    assert passage("加强领导", "推进") is None
    assert passage("加强领导", " \n") is None


# --- damaged files through the web


def test_damaged_files_end_on_a_page_whatever_they_hold(as_owner, monkeypatch):
    """Upload, reading and desk answer for every one of them; nothing stays waiting."""
    monkeypatch.syspath_prepend(str(ROOT / "bench" / "attack"))
    import mutations

    monkeypatch.setattr(mutations, "longest_text", 3_000)
    monkeypatch.setattr(mutations, "longest_block", 10_000)
    read = 0
    for seed in range(200, 218):
        name, data = mutations.mutated(seed)
        answer = as_owner.post("/plans/new/", {"files": [SimpleUploadedFile(name, data)], "text": ""})
        if answer.status_code == 422:  # refused from outside, or an empty file
            assert name in answer.content.decode() or not data
            continue
        document = Document.objects.latest("pk")
        page = as_owner.get(answer.url, follow=True)
        assert page.status_code == 200, name
        assert document.job.status in ("done", "failed")
        if document.read_at is None:
            assert document.error and document.error in page.content.decode().replace("&quot;", '"')
        else:
            read += 1
            assert as_owner.get(f"/plans/documents/{document.pk}/desk/").status_code == 200, name
    assert read >= 3
