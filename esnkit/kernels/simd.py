"""Numbers side by side in one vector register, for the sparse product.

numba does not turn scalar sums that stand side by side into vector code, and hardware gathers are
slower than packing single loads. So numba is given a type for `SLICE` numbers and a few operations
on it. Each has a plain twin for running without compilation, which tells what it does.

They take arrays or pointers. To hand an array from kernel to kernel costs seven arguments and two
counts of references, which a step of a small reservoir would feel; a pointer is one number. But it
keeps nothing alive: take it of what the caller holds, or anew in each turn of a loop.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, config, types
from numba.extending import intrinsic, models, register_model

SLICE = 16  # rows summed side by side: two registers of eight doubles hide each other's latency

if config.DISABLE_JIT:

    def pointer(array: Any) -> Any:
        """Point at the first number of an array without gaps."""
        return array.reshape(-1)

    def at(place: Any, i: int) -> Any:
        """Point ``i`` numbers further."""
        return place[i:]

    def as_array(place: Any, shape: Any) -> Any:
        """Take what a pointer points at as an array."""
        return place[: np.prod(shape)].reshape(shape)

    def load(array: Any, i: int) -> Any:
        """Read numbers from ``array[i]`` on."""
        return array[i : i + SLICE].copy()

    def gather(array: Any, places: Any, i: int) -> Any:
        """Read the numbers of ``array`` at the places that stand from ``places[i]`` on."""
        return array[places[i : i + SLICE]]

    def spread(array: Any, i: int) -> Any:
        """Read the number ``array[i]`` into all places."""
        return np.full(SLICE, array[i])

    def multiply_add(a: Any, b: Any, c: Any) -> Any:
        """Return a b + c."""
        return a * b + c

    def double(numbers: Any) -> Any:
        """Return the numbers in double precision."""
        return numbers.astype(np.float64)

    def mix(a: Any, x: Any, y: Any) -> Any:
        """Return (1 - a) x + a y."""
        return (1 - a) * x + a * y

    def store(array: Any, i: int, numbers: Any) -> None:
        """Write numbers to ``array[i]`` and after."""
        array[i : i + SLICE] = numbers

else:  # pragma: no cover - this writes machine code and is not run without it

    class Lanes(types.Type):
        """`SLICE` numbers of one floating-point type."""

        def __init__(self, number: Any) -> None:
            self.number = number
            super().__init__(name=f"Lanes({number})")

    @register_model(Lanes)
    class LanesModel(models.PrimitiveModel):
        """An LLVM vector, which LLVM splits into as many registers as the machine needs."""

        def __init__(self, manager: Any, lanes: Any) -> None:
            number = manager.lookup(lanes.number).get_value_type()
            super().__init__(manager, lanes, ir.VectorType(number, SLICE))

    as_array = carray

    def _address(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
        """Point at one number of an array, or behind a pointer."""
        if isinstance(kind, types.Array):
            array = context.make_array(kind)(context, builder, value=array).data
        return builder.gep(array, [i])

    def _vector_address(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
        """Point at `SLICE` numbers of an array."""
        vector = context.get_value_type(Lanes(kind.dtype))
        return builder.bitcast(_address(context, builder, kind, array, i), ir.PointerType(vector))

    @intrinsic
    def pointer(typing_context: Any, array: Any) -> Any:
        """Point at the first number of an array without gaps."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return context.make_array(array)(context, builder, value=values[0]).data

        assert array.is_c_contig, "numbers with gaps between them"
        return types.CPointer(array.dtype)(array), generate

    @intrinsic
    def at(typing_context: Any, place: Any, i: Any) -> Any:
        """Point ``i`` numbers further."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.gep(values[0], [values[1]])

        return place(place, types.intp), generate

    @intrinsic
    def load(typing_context: Any, array: Any, i: Any) -> Any:
        """Read numbers from ``array[i]`` on."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            address = _vector_address(context, builder, array, *values)
            return builder.load(address, align=array.dtype.bitwidth // 8)

        return Lanes(array.dtype)(array, types.intp), generate

    @intrinsic
    def store(typing_context: Any, array: Any, i: Any, numbers: Any) -> Any:
        """Write numbers to ``array[i]`` and after."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            address = _vector_address(context, builder, array, *values[:2])
            builder.store(values[2], address, align=array.dtype.bitwidth // 8)
            return context.get_dummy_value()

        return types.void(array, types.intp, numbers), generate

    @intrinsic
    def gather(typing_context: Any, array: Any, places: Any, i: Any) -> Any:
        """Read the numbers of ``array`` at the places that stand from ``places[i]`` on.

        The processor can read only so many things at a time, so several places are read as one
        word, and taken from it by shifts.
        """
        bits, word_type = places.dtype.bitwidth, ir.IntType(64)
        per_word = 64 // bits
        shifts = range(0, 64, bits) if sys.byteorder == "little" else range(64 - bits, -1, -bits)

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            lanes = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
            for k in range(SLICE):
                if k % per_word == 0:
                    first = builder.add(values[2], ir.Constant(values[2].type, k))
                    address = _address(context, builder, places, values[1], first)
                    words = builder.bitcast(address, ir.PointerType(word_type))
                    word = builder.load(words, align=bits // 8)
                place = builder.lshr(word, word_type(shifts[k % per_word]))
                place = builder.and_(place, word_type(2**bits - 1))
                number = builder.load(_address(context, builder, array, values[0], place))
                lanes = builder.insert_element(lanes, number, ir.Constant(ir.IntType(32), k))
            return lanes

        return Lanes(array.dtype)(array, places, types.intp), generate

    @intrinsic
    def spread(typing_context: Any, array: Any, i: Any) -> Any:
        """Read the number ``array[i]`` into all places."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            lanes = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
            number = builder.load(_address(context, builder, array, *values))
            lanes = builder.insert_element(lanes, number, ir.IntType(32)(0))
            first = ir.Constant(ir.VectorType(ir.IntType(32), SLICE), None)
            return builder.shuffle_vector(lanes, lanes, first)

        return Lanes(array.dtype)(array, types.intp), generate

    @intrinsic
    def multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
        """Return a b + c."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            product = builder.fmul(values[0], values[1], flags=["contract"])
            return builder.fadd(product, values[2], flags=["contract"])

        return a(a, b, c), generate

    @intrinsic
    def double(typing_context: Any, numbers: Any) -> Any:
        """Return the numbers in double precision."""
        wide = Lanes(types.float64)

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.fpext(values[0], context.get_value_type(wide))

        return wide(numbers), generate

    @intrinsic
    def mix(typing_context: Any, a: Any, x: Any, y: Any) -> Any:
        """Return (1 - a) x + a y."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            share, old, new = values
            rest = builder.fsub(ir.Constant(share.type, [1.0] * SLICE), share)
            kept = builder.fmul(rest, old, flags=["contract"])
            return builder.fadd(
                kept, builder.fmul(share, new, flags=["contract"]), flags=["contract"]
            )

        return a(a, x, y), generate
