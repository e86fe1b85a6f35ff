"""Archives as they go wrong: each is refused with its reason (the long form: bench/attack/restore.py)."""

from __future__ import annotations

import shutil

import pytest
from tests.platform.homes import lianshu, stored_archive, stored_home
from tests.platform.test_backup import bench

from lianshu.platform import archive, restoring

WRONG = bench("archives").WRONG


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    place = tmp_path_factory.mktemp("good")
    home = stored_home("second", place / "home")
    run = lianshu(home, "backup", str(place / "good.tar.gz"))
    assert run.returncode == 0, run.stderr
    return place / "good.tar.gz"


@pytest.mark.parametrize("name", sorted(WRONG))
@pytest.mark.parametrize("form", [1, 2])
def test_a_wrong_archive_is_refused_with_its_reason(name, form, good, tmp_path, monkeypatch):
    make, word = WRONG[name]
    if form == 1:
        good = stored_archive("second", tmp_path / "first-form.tar.gz")
        if name in ("changed file", "bomb"):
            pytest.skip("the first format lists no digests; a bomb in it is judged by proportion alone")
    if name == "bomb":
        made = make(good, tmp_path / "wrong.tar.gz", size=40 << 20)
    else:
        made = make(good, tmp_path / "wrong.tar.gz")
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(archive.BackupError, match=word), restoring.judged(made, home):
        pass
    assert list(home.iterdir()) == []
    assert not (tmp_path / "outside.txt").exists()


def test_a_bomb_is_stopped_by_proportion_also_where_it_is_listed(good, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_SMALL", 8 << 20)
    monkeypatch.setattr(archive, "_RATIO", 10)
    made = bench("archives").bomb(
        stored_archive("second", tmp_path / "old.tar.gz"), tmp_path / "b.tar.gz", size=40 << 20
    )
    with pytest.raises(archive.BackupError, match="大得不成比例"), restoring.judged(made, tmp_path):
        pass
    assert shutil.disk_usage(tmp_path).free > 0


def test_the_right_archives_pass(good, tmp_path):
    for source in (good, stored_archive("first", tmp_path / "a.tar.gz")):
        with restoring.judged(source, tmp_path) as (manifest, content):
            assert (content / "lianshu.sqlite3").exists()
            assert manifest.version == "0.1.0"
