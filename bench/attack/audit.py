"""Tamper with an audit log at random, thousands of times: nothing may go unseen, nothing sound may be called broken.

Run `python bench/attack/audit.py --count 1000`. A data folder of its own on SQLite; each trial starts from the same files,
does one thing to the database, the checkpoint file or the key, and asks for the verdict. Seeded: the same seed, the same
trials. Prints a table and a closing line; exit code 1 when something went unseen or a sound log was called broken.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

TABLE = "core_auditentry"
ENTRIES, ANCHORED = 320, 300
FIELDS = ("actor_name", "action", "object_id", "object_label", "region_path", "note", "hash", "previous_hash")


def set_up(home: Path) -> None:
    """An installation with 320 entries, 300 of them under seven checkpoints, and its older self beside it."""
    os.environ["LIANSHU_HOME"] = str(home)
    os.environ.pop("LIANSHU_DATABASE_URL", None)
    from lianshu.platform import running

    running.prepare()
    write(ANCHORED // 2)
    keep(home, "older")
    write(ANCHORED // 2)
    write(ENTRIES - ANCHORED)
    keep(home, "sound")


def write(count: int) -> None:
    from lianshu.core import audit
    from lianshu.core.models import Setting

    for _ in range(count):
        audit.record(None, "修改", Setting(key="bench", value={}))


def keep(home: Path, name: str) -> None:
    from django.db import connection

    connection.close()
    place = home.with_name(name)
    shutil.copytree(home, place, ignore=shutil.ignore_patterns("*-wal", "*-shm"))


def put_back(home: Path) -> None:
    from django.db import connection

    from lianshu.core.auditing import pending

    connection.close()
    pending.forget()
    shutil.rmtree(home)
    shutil.copytree(home.with_name("sound"), home)


def tampered(home: Path, statements: list[tuple[str, tuple]], *, triggers_put_back: bool = True) -> None:
    """Statements on the database without its triggers, which come back with their own text."""
    database = sqlite3.connect(home / "lianshu.sqlite3", isolation_level=None)
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    for text, values in statements:
        database.execute(text, values)
    for _, text in triggers if triggers_put_back else ():
        database.execute(text)
    database.close()


def edit_a_field(home: Path, dice: random.Random) -> None:
    number, field = dice.randint(1, ENTRIES), dice.choice(FIELDS)
    tampered(home, [(f"UPDATE {TABLE} SET {field} = ? WHERE id = ?", (f"{dice.random()}", number))])


def delete_some(home: Path, dice: random.Random) -> None:
    first = dice.randint(1, ANCHORED)
    tampered(home, [(f"DELETE FROM {TABLE} WHERE id BETWEEN ? AND ?", (first, first + dice.randint(0, 40)))])


def cut_the_end(home: Path, dice: random.Random) -> None:
    after = dice.randint(0, ANCHORED - 1)
    tampered(
        home,
        [
            (f"DELETE FROM {TABLE} WHERE id > ?", (after,)),
            ("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (after, TABLE)),
        ],
    )


def swap_two(home: Path, dice: random.Random) -> None:
    one, other = dice.sample(range(1, ENTRIES + 1), 2)
    move = f"UPDATE {TABLE} SET id = ? WHERE id = ?"
    tampered(home, [(move, (0, one)), (move, (one, other)), (move, (other, 0))])


def rewrite(home: Path, dice: random.Random) -> None:
    """Forge an entry and every digest after it, with the product's own code."""
    from lianshu.core import audit
    from lianshu.core.auditing.chain import entry_digest
    from lianshu.core.models import AuditEntry

    forged, previous, changes = dice.randint(1, ANCHORED), audit.GENESIS, []
    for entry in AuditEntry.objects.order_by("id"):
        if entry.pk == forged:
            entry.note = f"{dice.random()}"
        changes.append((entry.note, previous, previous := entry_digest(previous, entry), entry.pk))
    text = f"UPDATE {TABLE} SET note = ?, previous_hash = ?, hash = ? WHERE id = ?"
    tampered(home, [(text, change) for change in changes])


def drop_triggers(home: Path, dice: random.Random) -> None:
    tampered(home, [], triggers_put_back=False)


def older_database(home: Path, dice: random.Random) -> None:
    shutil.copy(home.with_name("older") / "lianshu.sqlite3", home / "lianshu.sqlite3")


def flip_a_byte(home: Path, dice: random.Random) -> None:
    place = home / "audit/checkpoints.jsonl"
    data = bytearray(place.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(7)
    place.write_bytes(data)


def shorten_the_file(home: Path, dice: random.Random) -> None:
    place = home / "audit/checkpoints.jsonl"
    lines = place.read_bytes().splitlines(keepends=True)
    # the database is told of a line with the entries after it
    place.write_bytes(b"".join(lines[: dice.randrange(len(lines))]))


def drop_a_line(home: Path, dice: random.Random) -> None:
    place = home / "audit/checkpoints.jsonl"
    lines = place.read_bytes().splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    place.write_bytes(b"".join(lines))


def another_key(home: Path, dice: random.Random) -> None:
    from lianshu.core.auditing import keys

    (home / "audit.key").unlink()
    if dice.random() < 0.5:
        keys.create()


def nothing(home: Path, dice: random.Random) -> None:
    """A sound log, also after more entries and a start."""
    if dice.random() < 0.5:
        write(dice.randint(1, 60))
    if dice.random() < 0.5:
        from lianshu.core import audit_anchor

        audit_anchor.at_start(audit_anchor.before_migrations())


DEEDS: dict[str, Callable[[Path, random.Random], None]] = {
    "a field edited": edit_a_field,
    "entries deleted": delete_some,
    "the end cut": cut_the_end,
    "two swapped": swap_two,
    "rewritten with digests": rewrite,
    "triggers dropped": drop_triggers,
    "older database": older_database,
    "a bit of the file flipped": flip_a_byte,
    "the file shortened": shorten_the_file,
    "a line of the file dropped": drop_a_line,
    "key away or another": another_key,
    "nothing done": nothing,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=600, help="trials")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    dice, trials, wrong = random.Random(args.seed), Counter(), Counter()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        home.mkdir()
        set_up(home)
        from lianshu.core import audit

        for _ in range(args.count):
            name = dice.choice(list(DEEDS))
            put_back(home)
            DEEDS[name](home, dice)
            broken = audit.verify().state is audit.State.BROKEN
            trials[name] += 1
            wrong[name] += broken == (name == "nothing done")
        put_back(home)
    for name, count in sorted(trials.items()):
        print(f"{name:<28}{count:>7,}{wrong[name]:>7,}")
    unseen, alarms = sum(wrong.values()) - wrong["nothing done"], wrong["nothing done"]
    print(f"{args.count:,} trials: {unseen} unseen, {alarms} false alarms")
    return 1 if unseen or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
