"""Numbers side by side in one vector register, for the sparse product.

numba does not turn scalar sums that stand side by side into vector code, and hardware gathers are
slower than packing single loads. So numba is given a type for `SLICE` numbers and five operations
on it. Each has a plain twin for running without compilation, which tells what it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic, models, register_model

SLICE = 16  # rows summed side by side: two registers of eight doubles hide each other's latency

if config.DISABLE_JIT:

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

    def _address(context: Any, builder: Any, array_type: Any, array: Any, i: Any) -> Any:
        """Point at one number of an array."""
        data = context.make_array(array_type)(context, builder, value=array).data
        return builder.gep(data, [i])

    def _vector_address(context: Any, builder: Any, array_type: Any, array: Any, i: Any) -> Any:
        """Point at `SLICE` numbers of an array."""
        vector = context.get_value_type(Lanes(array_type.dtype))
        address = _address(context, builder, array_type, array, i)
        return builder.bitcast(address, ir.PointerType(vector))

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
        """Read the numbers of ``array`` at the places that stand from ``places[i]`` on."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            lanes = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
            for k in range(SLICE):
                place = builder.add(values[2], ir.Constant(values[2].type, k))
                place = builder.load(_address(context, builder, places, values[1], place))
                place = builder.zext(place, values[2].type)
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
