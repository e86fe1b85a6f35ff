"""kill -9 of the real server: the quick form of bench/attack/kills.py (the long one: `--count 200`)."""

import os

import pytest
from bench.attack import kills

#: the nastiest of the long form: a write inside a request, all at once, and twice in one job
CASES = (
    (kills.Import, "main"),
    (kills.Import, "twice"),
    (kills.Adopt, "job"),
    (kills.File, "all"),
)


@pytest.fixture(scope="module")
def site(demonstration, tmp_path_factory):
    if os.environ.get("LIANSHU_DATABASE_URL"):
        pytest.skip("the server under attack runs on SQLite")
    one = kills.Site(demonstration, tmp_path_factory.mktemp("kills"), rows=60)
    yield one
    one.server.kill()


def test_a_killed_server_leaves_nothing_half_doubled_lost_or_stuck(site):
    learnt = {kind: kills.learn(site, kind) for kind in {kind for kind, _ in CASES}}
    endings = [
        kills.attack(site, kind, learnt[kind], target, learnt[kind].seconds / 2) for kind, target in CASES
    ]
    assert endings[1] == "again", "given up after two tries, and begun anew by its person"
    assert site.close() == []


def test_the_count_would_notice_harm():
    whole = {"rows": 3}
    kills.harm_of({"rows": 1}, {"rows": 4}, whole)
    for after, expected, word in ((3, {}, "half"), (3, whole, "lost"), (5, whole, "doubled")):
        with pytest.raises(kills.HarmError, match=word):
            kills.harm_of({"rows": 1}, {"rows": after}, expected)
