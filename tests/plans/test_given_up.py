"""Reading and adoption whose process died: the person finds the reason and a way on."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.plans.samples import accept_all, plan_text

from lianshu.core import jobs
from lianshu.core.models import Job
from lianshu.plans.jobs import adoption_start
from lianshu.plans.models import Adoption, Document
from lianshu.plans.services import intake


@pytest.fixture(autouse=True)
def _waiting(settings):
    settings.LIANSHU_JOBS_EAGER = False


def left_behind(job: Job) -> None:
    """As the second process killed with kill -9 leaves the job."""
    Job.objects.filter(pk=job.pk).update(
        status="running",
        attempts=2,
        owner_process="elsewhere:1:1",
        beat=timezone.now() - timezone.timedelta(hours=1),
    )


def test_a_plan_whose_reading_died_twice_says_so_and_can_be_read_again(as_owner, owner, world, settings):
    document = intake.plan_upload(
        owner, name="方案.txt", data=plan_text(world.county).encode(), region=world.county
    )
    left_behind(intake.document_start_reading(owner, document))
    page = as_owner.get(reverse("plan-reading", args=[document.pk])).content.decode()
    assert "两次" in page and "再读一次" in page
    document.refresh_from_db()
    assert "两次" in document.error
    settings.LIANSHU_JOBS_EAGER = True
    as_owner.post(reverse("plan-read-again", args=[document.pk]))
    document.refresh_from_db()
    assert document.read_at is not None and document.error == ""


def test_reading_again_that_died_keeps_the_earlier_reading_and_says_so(as_owner, owner, document):
    Document.objects.filter(pk=document.pk).update(read_at=timezone.now() - timezone.timedelta(days=1))
    left_behind(intake.document_start_reading(owner, document))
    jobs.recover()
    page = as_owner.get(reverse("plan-reading", args=[document.pk])).content.decode()
    assert "两次" in page and reverse("plan-desk", args=[document.pk]) in page
    document.refresh_from_db()
    assert document.read_at is not None and document.items.exists()


def test_an_adoption_that_died_can_be_made_again(as_owner, owner, document, settings):
    accept_all(document)
    document.refresh_from_db()
    left_behind(adoption_start(owner, document, choices={}))
    settings.LIANSHU_JOBS_EAGER = True
    address = reverse("plan-adopt", args=[document.pk])
    page = as_owner.get(address).content.decode()
    assert "没有写入任何数据" in page, "the page tells what became of the last try"
    as_owner.post(address, {"seen": document.revision})
    assert Adoption.objects.filter(plan=document.plan).count() == 1
