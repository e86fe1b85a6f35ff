"""Where a quoted passage stands in a text."""

from __future__ import annotations

from bisect import bisect_left


def passage(text: str, quote: str, near: int = 0) -> tuple[int, int] | None:
    """(start, end) of the occurrence of ``quote`` nearest to ``near``, None where there is none.

    White space is not compared: browsers give a selection without the line breaks and double blanks of the text.
    Both are searched without it, forwards and backwards from ``near``, in time linear in the text.
    """
    wanted = "".join(quote.split())
    if not wanted:
        return None
    places = [at for at, char in enumerate(text) if not char.isspace()]
    bare = "".join(text.split())
    here = bisect_left(places, near)
    found = [bare.find(wanted, here)]
    # backwards by searching forwards in the reversed text, whose search is linear as well
    last = bare[: here + len(wanted)][::-1].find(wanted[::-1])
    if last >= 0:
        found.append(min(here + len(wanted), len(bare)) - last - len(wanted))
    starts = sorted(at for at in found if at >= 0)
    if not starts:
        return None
    best = min(starts, key=lambda at: abs(places[at] - near))
    return places[best], places[best + len(wanted) - 1] + 1
