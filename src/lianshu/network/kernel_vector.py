"""Vector operations of the cascade kernel: one firm of LANES scenarios at a time.

numba's own vectoriser keeps the running sum of a lane loop in memory; building the loop directly in LLVM's
vector types keeps it in registers and is two to four times as fast (docs/benchmarks.md). A row is LANES
float64 = one cache line, so a link costs one cache-line read whatever its place. Rows whose turn comes
`PREFETCH` links later are fetched ahead. Multiply-add is fused explicitly, so a lane's bits do not depend
on what stands in the other lanes.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending
from numba.core import cgutils as _cgutils
from numba.core import types

cgutils: Any = _cgutils
intrinsic: Any = extending.intrinsic

LANES = 8
PREFETCH = 48  # links
ROWS_AHEAD = 10  # receiving firms

_LONG = ir.IntType(64)
_WORD = ir.IntType(32)
_ROW = ir.VectorType(ir.DoubleType(), LANES)
_LINE = 8  # stated alignment in bytes: rows are aligned to 64 by `aligned_rows`, the code does not rely on it


class _Emitter:
    """Pointer arithmetic and the few vector operations the two intrinsics need."""

    def __init__(self, context: Any, builder: Any, signature: Any, values: Any) -> None:
        self.builder = builder
        self._pointers = [
            cgutils.create_struct_proxy(kind)(context, builder, value=value).data
            if isinstance(kind, types.Array)
            else value
            for kind, value in zip(signature.args, values, strict=True)
        ]

    def argument(self, position: int) -> Any:
        """Data pointer of an array argument, or the value of a scalar one."""
        return self._pointers[position]

    def rows(self, position: int) -> Any:
        """Pointer to LANES-wide rows of an array argument."""
        return self.builder.bitcast(self._pointers[position], _ROW.as_pointer())

    def load_row(self, rows: Any, index: Any) -> Any:
        loaded = self.builder.load(self.builder.gep(rows, [index]))
        loaded.align = _LINE
        return loaded

    def store_row(self, value: Any, rows: Any, index: Any) -> None:
        self.builder.store(value, self.builder.gep(rows, [index])).align = _LINE

    def item(self, pointer: Any, index: Any) -> Any:
        return self.builder.load(self.builder.gep(pointer, [index]))

    def spread(self, scalar: Any) -> Any:
        """The scalar in every lane."""
        blank = ir.Constant(_ROW, ir.Undefined)
        first = self.builder.insert_element(blank, scalar, ir.Constant(_WORD, 0))
        everywhere = ir.Constant(ir.VectorType(_WORD, LANES), [0] * LANES)
        return self.builder.shuffle_vector(first, blank, everywhere)

    def larger(self, left: Any, right: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered(">", left, right), left, right)

    def smaller(self, left: Any, right: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered("<", left, right), left, right)

    def multiply_add(self, left: Any, right: Any, addend: Any) -> Any:
        kind = ir.FunctionType(_ROW, [_ROW] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.v{LANES}f64")
        return self.builder.call(function, [left, right, addend])

    def prefetch_row(self, rows: Any, index: Any, write: bool = False) -> None:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _WORD, _WORD, _WORD])
        function = cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0")
        address = self.builder.bitcast(self.builder.gep(rows, [index]), byte)
        intent, keep, data = (ir.Constant(_WORD, value) for value in (int(write), 3, 1))
        self.builder.call(function, [address, intent, keep, data])


def _constant(value: float) -> Any:
    return ir.Constant(_ROW, [value] * LANES)


@intrinsic
def advance_rows(  # type: ignore[no-untyped-def]
    typingctx,
    table,
    source,
    weight,
    group_ptr,
    row_ptr,
    single_ptr,
    rows,
    first,
    last,
    old,
    new,
    mask,
    change,
):
    """For each place first … last and its row: new[row] = max(old[row], min(1, mask · worst)).

    `worst` is the max over the groups row_ptr[place] … row_ptr[place + 1] of Σ weight · table[source].
    `table`, `old`, `new` are (rows, LANES) float64; `source` uint32 and `weight` float64 per link, with at
    least PREFETCH spare entries at the end of `source`; groups are non-empty ranges of links given by
    `group_ptr`, those from single_ptr[place] on have one link each. `mask` and `change` are (1, LANES): 1.0
    in running lanes, and the largest growth so far. A row that has lost all in every running lane is only
    copied: it cannot lose more.
    """
    place = types.intp
    signature = types.void(
        table, source, weight, group_ptr, row_ptr, single_ptr, rows, place, place, old, new, mask, change
    )

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        emit = _Emitter(context, builder, signature, values)
        sent, indices, weights, bounds, row_bounds, singles_from, order = (
            emit.rows(0),
            *(emit.argument(position) for position in range(1, 7)),
        )
        from_place, to_place = emit.argument(7), emit.argument(8)
        before_rows, after_rows, running_row, growth_row = (emit.rows(position) for position in range(9, 13))
        one, zero, nothing = ir.Constant(_LONG, 1), _constant(0.0), ir.Constant(_LONG, 0)

        def read(link: Any) -> tuple[Any, Any]:
            ahead = emit.item(indices, builder.add(link, ir.Constant(_LONG, PREFETCH)))
            emit.prefetch_row(sent, builder.zext(ahead, _LONG))
            place = builder.zext(emit.item(indices, link), _LONG)
            return emit.spread(emit.item(weights, link)), emit.load_row(sent, place)

        names = (
            "begin", "row", "copy", "open", "group", "link", "group.end", "singles", "single", "settle", "next",
            "end",
        )  # fmt: skip
        (
            begin_block, row_block, copy, unsettled, group_block, link_block, group_end, singles, single_block,
            settle, next_block, finish,
        ) = (builder.append_basic_block(name) for name in names)  # fmt: skip
        builder.cbranch(builder.icmp_signed("<", from_place, to_place), begin_block, finish)

        builder.position_at_end(begin_block)
        running, grown = emit.load_row(running_row, nothing), emit.load_row(growth_row, nothing)
        idle = builder.fcmp_ordered("==", running, zero)
        last_place = builder.sub(to_place, one)
        first_group = emit.item(row_bounds, from_place)
        builder.branch(row_block)

        builder.position_at_end(row_block)
        place, begin, largest = builder.phi(_LONG), builder.phi(_LONG), builder.phi(_ROW)
        next_place = builder.add(place, one)
        end, middle = emit.item(row_bounds, next_place), emit.item(singles_from, place)
        row_index = emit.item(order, place)
        ahead = builder.add(place, ir.Constant(_LONG, ROWS_AHEAD))
        later = builder.select(builder.icmp_signed("<", ahead, last_place), ahead, last_place)
        later_row = emit.item(order, later)
        emit.prefetch_row(before_rows, later_row)
        emit.prefetch_row(after_rows, later_row, write=True)
        before = emit.load_row(before_rows, row_index)
        lost_all = builder.or_(builder.fcmp_ordered(">=", before, _constant(1.0)), idle)
        lanes = builder.bitcast(lost_all, ir.IntType(LANES))
        builder.cbranch(builder.icmp_signed("==", lanes, ir.Constant(lanes.type, -1)), copy, unsettled)

        builder.position_at_end(copy)
        emit.store_row(before, after_rows, row_index)
        builder.branch(next_block)

        builder.position_at_end(unsettled)
        builder.cbranch(builder.icmp_signed("<", begin, middle), group_block, singles)

        builder.position_at_end(group_block)
        group, worst = builder.phi(_LONG), builder.phi(_ROW)
        next_group = builder.add(group, one)
        start, stop = emit.item(bounds, group), emit.item(bounds, next_group)
        builder.branch(link_block)

        builder.position_at_end(link_block)
        link, total = builder.phi(_LONG), builder.phi(_ROW)
        sum_ = emit.multiply_add(*read(link), total)
        next_link = builder.add(link, one)
        link.add_incoming(start, group_block)
        link.add_incoming(next_link, link_block)
        total.add_incoming(zero, group_block)
        total.add_incoming(sum_, link_block)
        builder.cbranch(builder.icmp_signed("<", next_link, stop), link_block, group_end)

        builder.position_at_end(group_end)
        now_worst = emit.larger(sum_, worst)
        group.add_incoming(begin, unsettled)
        group.add_incoming(next_group, group_end)
        worst.add_incoming(zero, unsettled)
        worst.add_incoming(now_worst, group_end)
        builder.cbranch(builder.icmp_signed("<", next_group, middle), group_block, singles)

        builder.position_at_end(singles)
        before_singles = builder.phi(_ROW)
        before_singles.add_incoming(zero, unsettled)
        before_singles.add_incoming(now_worst, group_end)
        from_link = emit.item(bounds, middle)
        to_link = builder.add(from_link, builder.sub(end, middle))
        builder.cbranch(builder.icmp_signed("<", middle, end), single_block, settle)

        builder.position_at_end(single_block)
        alone, so_far = builder.phi(_LONG), builder.phi(_ROW)
        with_this = emit.larger(builder.fmul(*read(alone)), so_far)
        next_alone = builder.add(alone, one)
        alone.add_incoming(from_link, singles)
        alone.add_incoming(next_alone, single_block)
        so_far.add_incoming(before_singles, singles)
        so_far.add_incoming(with_this, single_block)
        builder.cbranch(builder.icmp_signed("<", next_alone, to_link), single_block, settle)

        builder.position_at_end(settle)
        final = builder.phi(_ROW)
        final.add_incoming(before_singles, singles)
        final.add_incoming(with_this, single_block)
        reached = emit.smaller(builder.fmul(final, running), _constant(1.0))
        after = emit.larger(reached, before)
        emit.store_row(after, after_rows, row_index)
        larger_growth = emit.larger(builder.fsub(after, before), largest)
        builder.branch(next_block)

        builder.position_at_end(next_block)
        growth = builder.phi(_ROW)
        growth.add_incoming(largest, copy)
        growth.add_incoming(larger_growth, settle)
        place.add_incoming(from_place, begin_block)
        place.add_incoming(next_place, next_block)
        begin.add_incoming(first_group, begin_block)
        begin.add_incoming(end, next_block)
        largest.add_incoming(grown, begin_block)
        largest.add_incoming(growth, next_block)
        store_block = builder.append_basic_block("growth")
        builder.cbranch(builder.icmp_signed("<", next_place, to_place), row_block, store_block)
        builder.position_at_end(store_block)
        emit.store_row(growth, growth_row, nothing)
        builder.branch(finish)
        builder.position_at_end(finish)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def sum_rows(typingctx, table, factor, first, last, out):  # type: ignore[no-untyped-def]
    """out[0] = Σ factor[row] · table[row] over rows first … last, lane by lane, in that order."""
    signature = types.void(table, factor, types.intp, types.intp, out)

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        emit = _Emitter(context, builder, signature, values)
        rows, factors, begin, end = (emit.rows(0), *(emit.argument(position) for position in (1, 2, 3)))
        before = builder.block
        body, finish = (builder.append_basic_block(name) for name in ("row", "sum"))
        builder.cbranch(builder.icmp_signed("<", begin, end), body, finish)
        builder.position_at_end(body)
        row, total = builder.phi(_LONG), builder.phi(_ROW)
        sum_ = emit.multiply_add(emit.spread(emit.item(factors, row)), emit.load_row(rows, row), total)
        following = builder.add(row, ir.Constant(_LONG, 1))
        row.add_incoming(begin, before)
        row.add_incoming(following, body)
        total.add_incoming(_constant(0.0), before)
        total.add_incoming(sum_, body)
        builder.cbranch(builder.icmp_signed("<", following, end), body, finish)
        builder.position_at_end(finish)
        final = builder.phi(_ROW)
        final.add_incoming(_constant(0.0), before)
        final.add_incoming(sum_, body)
        emit.store_row(final, emit.rows(4), ir.Constant(_LONG, 0))
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def share_row(typingctx, table, row, factor, inverse, place, out):  # type: ignore[no-untyped-def]
    """out[row] = table[row] · min(1, factor · inverse[place]), lane by lane."""
    signature = types.void(table, types.intp, types.float64, inverse, types.intp, out)

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        emit = _Emitter(context, builder, signature, values)
        row = emit.argument(1)
        ratio = builder.fmul(emit.spread(emit.argument(2)), emit.load_row(emit.rows(3), emit.argument(4)))
        share = emit.smaller(ratio, _constant(1.0))
        emit.store_row(builder.fmul(emit.load_row(emit.rows(0), row), share), emit.rows(5), row)
        return context.get_dummy_value()

    return signature, codegen
