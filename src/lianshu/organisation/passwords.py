"""Password rules (等保 2.0: identity), in words of an office: long enough, mixed, and not what everybody tries."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LEAST, MOST = 10, 128
#: letters and figures that must remain when words, years, runs and walks are taken away
OWN = 5
_WORDS = Path(__file__).with_name("data") / "password_words.txt"
#: how people write letters with other signs
_LEET = str.maketrans("@430$15!7", "aaeosliit")
_YEAR = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?(?:0[1-9]|[12]\d|3[01])?")
_ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()",
    "qweasdzxc", "147258369", "159357", "789456123", "5201314",
)  # fmt: skip


class LengthValidator:
    """Ten signs at least; a bound above, because hashing takes time by length."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < LEAST:
            raise ValidationError(
                f"密码太短：至少 {LEAST} 位，现在 {len(password)} 位。", code="password_too_short"
            )
        if len(password) > MOST:
            raise ValidationError(f"密码太长：最多 {MOST} 位。", code="password_too_long")

    def get_help_text(self) -> str:
        return f"密码至少 {LEAST} 位。"


class MixedCharactersValidator:
    """At least three of: small letters, capitals, digits, signs."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        found = sum(any(char in kind for char in password) for kind in kinds)
        found += any(char not in "".join(kinds) for char in password)
        if found < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "密码须含大写字母、小写字母、数字、符号中的三种。"


class CommonValidator(CommonPasswordValidator):
    """Django's list of twenty thousand passwords that are tried first."""

    def get_error_message(self) -> str:
        return "这个密码太常见，很容易被猜中，请另想一个。"

    def get_help_text(self) -> str:
        return "密码不能是常见的密码。"


class HabitsValidator:
    """Refuses what offices make passwords of: a word, a name or a unit with a year, a run or a keyboard walk.

    ``Lianshu@2026``, ``Admin@123456``, ``Qinglan#888888`` are not in a list: what belongs to such habits is taken
    away, and what remains must be five signs of one's own.
    """

    def validate(self, password: str, user: Any = None) -> None:
        names = names_of(user) if user is not None else frozenset()
        if _own(password, names) < OWN:
            raise ValidationError(self.get_help_text(), code="password_of_habit")

    def get_help_text(self) -> str:
        return (
            "密码不能由常用词、姓名、单位或地区的拼音加年份、连号、重复或键盘顺序组成（如 Admin@123456）。"
            f"除去这些，还要有至少 {OWN} 个自己想的字符。"
        )


@lru_cache(maxsize=1)
def habit_words() -> frozenset[str]:
    """The base words: our own list, one a line, lines with # are remarks."""
    lines = (line.strip() for line in _WORDS.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def spellings(name: str) -> set[str]:
    """How a Chinese name is typed as a password: 青澜县 → qinglanxian, qinglan, qlx; 张三丰 → zhangsanfeng, zsf, zhangsf."""
    # takes a third of a second to load: only when a password is being chosen
    from pypinyin import Style, lazy_pinyin

    name = "".join(char for char in name if char.isalnum())[:20]
    syllables = [part.lower() for part in lazy_pinyin(name)]
    heads = [part.lower() for part in lazy_pinyin(name, style=Style.FIRST_LETTER)]
    found = {name.lower(), "".join(heads)}
    for start in range(len(syllables)):
        # single syllables and pairs of first letters are in every other word
        found |= {"".join(syllables[start:end]) for end in range(start + 2, len(syllables) + 1)}
        found |= {"".join(heads[start:end]) for end in range(start + 3, len(syllables) + 1)}
    if syllables:
        found.add(syllables[0] + "".join(heads[1:]))
    return {text for text in found if len(text) >= 2}


def names_of(user: Any) -> frozenset[str]:
    """What a person is called by: login name, name, unit, and the regions above."""
    from pypinyin import lazy_pinyin

    names = [user.name]
    found = {user.username.lower(), *(part.lower() for part in lazy_pinyin(user.name) if len(part) >= 3)}
    if user.unit is not None:
        names += [user.unit.name, user.unit.short_name]
    region = user.region
    while region is not None:
        names += [region.name, region.short_name]
        region = region.parent
    return frozenset(found.union(*(spellings(name) for name in names if name)))


def _own(password: str, names: Iterable[str]) -> int:
    """How many signs of a password remain when words, names, years, runs and repeats are taken away.

    Read twice: as it stands, and with signs read as the letters they stand for once the runs are gone.
    """
    text = unicodedata.normalize("NFKC", password).lower()
    words = sorted({*habit_words(), *names}, key=len, reverse=True)
    plain = _without_walks(_YEAR.sub(" ", _without(text, words)))
    disguised = _without(_without_walks(_YEAR.sub(" ", text)).translate(_LEET), words)
    return min(sum(char.isalnum() for char in re.sub(r"(.)\1+", r"\1", left)) for left in (plain, disguised))


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return text


def _without_walks(text: str) -> str:
    """Take out runs of three or more along a row of :data:`_ROWS`, forwards or backwards."""
    kept, at = [], 0
    while at < len(text):
        length = next((size for size in range(len(text) - at, 2, -1) if _is_walk(text[at : at + size])), 0)
        kept.append(" " if length else text[at])
        at += length or 1
    return "".join(kept)


def _is_walk(piece: str) -> bool:
    return " " not in piece and any(piece in row or piece[::-1] in row for row in _ROWS)
