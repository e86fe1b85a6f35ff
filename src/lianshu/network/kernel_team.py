"""A team of threads inside one compiled call: shares of the work, and the points where all wait for all.

Threads that each advance scenarios of their own need the losses of their own lanes near them. While those
fit the nearest caches that is the fastest way; where they do not, the threads crowd one another out of the
shared cache and of the memory bus. There a team advances *the same* lanes, each member some of the firms
(docs/benchmarks.md). Every number is computed by one member alone and in the same order whatever the size
of the team, so the size changes no bits.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending
from numba.core import cgutils as _cgutils
from numba.core import types

from lianshu.network.kernel_compile import compiled

cgutils: Any = _cgutils
intrinsic: Any = extending.intrinsic

MOST = 8  # members of a team
LINE = 8  # int64 in a cache line: counters lie a line apart
APART = -1  # what `meet` returns instead of a count
SPINS = 2000  # looks at a counter before the processor is offered to others
YIELDS = 200  # offers before a member sleeps: somebody else needs the processor for longer
NAP = 100  # microseconds of sleep
# Places in a team's `signal`.
_YIELD, _SLEEP, _ARRIVED, _BROKEN, _CLAIMS = 0, 1, LINE, 2 * LINE, 3 * LINE
_WORDS = _CLAIMS + 2 * (MOST + 1) * LINE

_LONG = ir.IntType(64)


class Team:
    """`members` threads that run the same compiled function together; the caller's thread is one of them."""

    def __init__(self, members: int) -> None:
        """Raises ValueError unless 1 ≤ `members` ≤ MOST."""
        if not 1 <= members <= MOST:
            raise ValueError(f"a team has 1 to {MOST} members, not {members}")
        self.members = members
        self._signal = np.zeros(_WORDS, dtype=np.int64)
        self._signal[_YIELD], self._signal[_SLEEP] = _waiting_calls()
        self._helpers = ThreadPoolExecutor(members - 1) if members > 1 else None

    def call(self, function: Any, own: Sequence[Any], *shared: Any) -> None:
        """Run ``function(member, members, signal, own[member], *shared)`` in every thread and wait for all.

        Raises what a member failed with: those who wait for it at a meeting are sent home first.
        """
        signal = self._signal
        signal[_ARRIVED:] = 0
        others: list[Future[None]] = []
        try:
            if self._helpers is not None:
                for member in range(1, self.members):
                    others.append(self._helpers.submit(self._run, member, function, own[member], *shared))
            self._run(0, function, own[0], *shared)
        except BaseException:
            signal[_BROKEN] = 1
            raise
        finally:
            wait(others)
        for other in others:
            other.result()

    def _run(self, member: int, function: Any, own: Any, *shared: Any) -> None:
        try:
            function(member, self.members, self._signal, own, *shared)
        except BaseException:
            self._signal[_BROKEN] = 1
            raise


def _waiting_calls() -> tuple[int, int]:
    """Addresses of the system's calls that offer the processor to another thread, and that sleep.

    The second sleeps for the microseconds given (Windows: milliseconds, which its clock rounds up anyway).
    """
    if sys.platform == "win32":
        system: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        calls = (system.SwitchToThread, system.Sleep)
    else:
        system = ctypes.CDLL(None)
        calls = (system.sched_yield, system.usleep)
    offer, sleep = (int(ctypes.cast(call, ctypes.c_void_p).value or 0) for call in calls)
    return offer, sleep


def _pointer(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Pointer to `values[0][values[1]]`, an int64 array and a position."""
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=values[0]).data
    return builder.gep(data, [values[1]])


@intrinsic
def _add(typingctx, array, at, value):  # type: ignore[no-untyped-def]
    """array[at] += value, seen by all threads as one act; the value before."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        place = _pointer(context, builder, signature, values)
        return builder.atomic_rmw("add", place, values[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), codegen


@intrinsic
def _read(typingctx, array, at):  # type: ignore[no-untyped-def]
    """array[at] as other threads left it, with all they wrote before it."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.load_atomic(_pointer(context, builder, signature, values), "acquire", 8)

    return types.int64(array, types.intp), codegen


@intrinsic
def _pause(typingctx):  # type: ignore[no-untyped-def]
    """Tell the processor that this is a waiting loop, where it has a word for it."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        if platform.machine().lower() in ("x86_64", "amd64"):
            kind = ir.FunctionType(ir.VoidType(), [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause"), [])
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def _call(typingctx, address):  # type: ignore[no-untyped-def]
    """Call the C function without arguments at `address`."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), [])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic
def _call_with(typingctx, address, number):  # type: ignore[no-untyped-def]
    """Call the C function of one 32-bit number at `address`."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        word = ir.IntType(32)
        kind = ir.FunctionType(word, [word])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), [builder.trunc(values[1], word)])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@compiled
def meet(members: int, signal: Any, arrivals: int) -> int:
    """Wait until all members have come here; `arrivals` counts this member's earlier meetings × members.

    Returns the new `arrivals`, or APART when a member failed and the meeting cannot take place: the caller
    returns at once. What any member wrote before is seen by all after.
    """
    due = arrivals + members
    if members > 1:
        _add(signal, _ARRIVED, 1)
        looks = 0
        while _read(signal, _ARRIVED) < due:
            looks += 1
            if looks < SPINS:
                _pause()
            elif _read(signal, _BROKEN) != 0:
                return APART
            elif looks < SPINS + YIELDS:
                _call(signal[_YIELD])
            else:
                _call_with(signal[_SLEEP], NAP)
    return due


@compiled
def claim(signal: Any, turn: int, pile: int) -> int:
    """Take the next number 0, 1, 2, … of a pile (0 … MOST); `turn` is 0 or 1, see `restock`."""
    taken: int = _add(signal, _CLAIMS + ((turn & 1) * (MOST + 1) + pile) * LINE, 1)
    return taken


@compiled
def restock(signal: Any, turn: int) -> None:
    """Start the piles of a turn anew: by one member, after all met at its end and before they meet again."""
    for pile in range(MOST + 1):
        signal[_CLAIMS + ((turn & 1) * (MOST + 1) + pile) * LINE] = 0
