"""Names of chains as plans write them: 电子信息, 电子信息产业, 电子信息产业链 mean one chain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from lianshu.organisation.models import Chain

_TAIL = re.compile(r"(?:全产业链|产业链|产业集群|产业|集群|链条|链)$")


def chain_core(name: str) -> str:
    """The comparable core of a chain's name."""
    text = re.sub(r"[\s“”\"'《》]", "", name)
    return (_TAIL.sub("", text) or text).replace("与", "和").replace("及", "和")


def match_chain(name: str, chains: Iterable[Chain]) -> tuple[Chain | None, list[tuple[Chain, float]]]:
    """(the chain meant, or None; doubtful candidates with their likeness in percent)."""
    core = chain_core(name)
    scored: list[tuple[Chain, float]] = []
    for chain in chains:
        cores = {chain_core(words) for words in (chain.name, *chain.aliases)}
        if core in cores:
            return chain, []
        best = max(fuzz.ratio(core, other) for other in cores)
        if best >= 80 or any(len(core) > 2 and (core in other or other in core) for other in cores):
            scored.append((chain, best))
    return None, sorted(scored, key=lambda pair: -pair[1])
