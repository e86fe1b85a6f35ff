"""A process killed in the middle of reading or adopting leaves no half state.

Each step runs in a process of its own on its own SQLite file; the one that is killed kills itself with
SIGKILL in the middle of its writing.
"""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from tests.conftest import ROOT

BEGIN = """
import json, os, signal
import django
django.setup()
from lianshu.core.scope import SYSTEM
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.plans.models import Adoption, Document, Item, Plan
from lianshu.plans.services import desk, intake
from lianshu.plans.adoption import engine, units
from tests.plans.samples import PLAN, plan_text

def die(*args, **values):
    os.kill(os.getpid(), signal.SIGKILL)

def counts():
    rows = {m.__name__: m._base_manager.count() for m in (Plan, Document, Item, Adoption, Chain, Unit)}
    read = Document.objects.filter(read_at__isnull=False).count()
    print(json.dumps({**rows, "read": read, "status": Plan.objects.get().status}))
"""

STEPS = {
    "prepare": """
        from django.core.management import call_command
        call_command("migrate", verbosity=0)
        region = Region.objects.create(code="990121", name="云溪县", level="county", path="/990121/", fictional=True)
        intake.plan_upload(SYSTEM, name="方案.txt", data=plan_text(region).encode(), region=region)
        counts()
    """,
    "read, killed": """
        Item.objects.bulk_create([])
        original = intake._merge_items
        def merge(*args):
            original(*args)
            assert Item.objects.count() > 10   # written, not committed
            die()
        intake._merge_items = merge
        intake.document_read(SYSTEM, Document.objects.get())
    """,
    "read": """
        counts()
        document = intake.document_read(SYSTEM, Document.objects.get())
        desk.items_accept_above(SYSTEM, document, confidence=0.0)
        counts()
    """,
    "adopt, killed": """
        original, made = units.UnitAdopter.apply, []
        def apply(self, context, proposal):
            made.append(original(self, context, proposal))
            assert Chain.objects.count() == 3  # written, not committed
            if len(made) == 2:
                die()
            return made[-1]
        units.UnitAdopter.apply = apply
        engine.adopt(SYSTEM, Document.objects.get(), unanswered="create")
    """,
    "adopt": """
        counts()
        engine.adopt(SYSTEM, Document.objects.get(), unanswered="create")
        counts()
    """,
}


@pytest.fixture
def step(tmp_path):
    environment = {
        **os.environ,
        "LIANSHU_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "lianshu.platform.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    environment.pop("LIANSHU_DATABASE_URL", None)

    def run(name: str, status: int = 0):
        script = BEGIN + textwrap.dedent(STEPS[name])
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == status, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_a_killed_reading_and_a_killed_adoption_leave_no_half_state(step):
    (uploaded,) = step("prepare")
    assert (uploaded["Item"], uploaded["read"]) == (0, 0)
    step("read, killed", -signal.SIGKILL)
    left, read = step("read")
    assert left == uploaded
    assert read["Item"] > 10 and read["read"] == 1
    step("adopt, killed", -signal.SIGKILL)
    left, adopted = step("adopt")
    assert left == read
    assert (adopted["Adoption"], adopted["Chain"], adopted["status"]) == (1, 3, "adopted")
    assert adopted["Unit"] > 3
