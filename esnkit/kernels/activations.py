"""Activations applied to whole arrays, each named by an integer code.

A code rather than a function is passed into the state loops, because a kernel that takes a
function as an argument cannot be cached on disk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config
from numba.extending import intrinsic

from esnkit.kernels.jit import kernel

TANH, IDENTITY, RELU, LOGISTIC = range(4)
CODES = {"tanh": TANH, "identity": IDENTITY, "relu": RELU, "logistic": LOGISTIC}

# tanh |x| = e / (e + 2) with e = expm1(2 |x|), and expm1(k ln 2 + r) = 2^k expm1(r) + 2^k - 1.
# Without a branch, a table or a call, LLVM turns the loop over an array into vector code; the C
# library's tanh, which numba would call otherwise, takes one number at a time.
_SATURATION = 22.0  # tanh is 1 to the last bit of a double from about 19.1 on
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.693359375  # ln 2 in two parts: k * _LN2_HIGH is exact in single precision too
_LN2_LOW = -2.1219444005469058e-4
# 1.5 * 2^(bits of the mantissa): adding it rounds to an integer, left in the lowest bits.
_ROUNDER_64 = 6755399441055744.0
_ROUNDER_32 = 12582912.0

if config.DISABLE_JIT:

    def power_of_two(k: Any, rounder: Any) -> Any:
        """Return 2**k for a number that holds k + rounder."""
        return type(k)(np.exp2(np.float64(k) - np.float64(rounder)))

else:  # pragma: no cover - this writes machine code and is not run without it

    @intrinsic
    def power_of_two(typing_context: Any, k: Any, rounder: Any) -> Any:
        """Return 2**k for a number that holds k + rounder: k moves to the exponent."""
        width, mantissa, bias = (64, 52, 1023) if k.bitwidth == 64 else (32, 23, 127)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            integer = ir.IntType(width)
            bits = builder.bitcast(arguments[0], integer)
            exponent = builder.shl(builder.add(bits, integer(bias)), integer(mantissa))
            return builder.bitcast(exponent, arguments[0].type)

        return k(k, rounder), generate


@kernel
def tanh(values):
    """Overwrite an array by its hyperbolic tangent, within 2.5 units in the last place."""
    # Every constant has the type of the array: one double would turn a float32 loop into doubles.
    real = values.dtype.type
    is_double = values.itemsize == 8
    rounder = real(_ROUNDER_64) if is_double else real(_ROUNDER_32)
    for i in range(values.size):
        x = values[i]
        z = real(2.0) * min(abs(x), real(_SATURATION))
        k_rounded = z * real(_LOG2_E) + rounder
        k = k_rounded - rounder
        r = (z - k * real(_LN2_HIGH)) - k * real(_LN2_LOW)
        # expm1(r) by its Taylor series: |r| <= ln 2 / 2, so r^14 / 14! is below the last place of a
        # double, and r^8 / 8! below that of a single; the test is taken out of the loop by LLVM.
        p = real(0.0)
        if is_double:
            p = real(1.0 / 6227020800.0)
            p = p * r + real(1.0 / 479001600.0)
            p = p * r + real(1.0 / 39916800.0)
            p = p * r + real(1.0 / 3628800.0)
            p = p * r + real(1.0 / 362880.0)
            p = p * r + real(1.0 / 40320.0)
        p = p * r + real(1.0 / 5040.0)
        p = p * r + real(1.0 / 720.0)
        p = p * r + real(1.0 / 120.0)
        p = p * r + real(1.0 / 24.0)
        p = p * r + real(1.0 / 6.0)
        p = p * r + real(0.5)
        p = p * r * r + r
        scale = power_of_two(k_rounded, rounder)
        e = scale * p + (scale - real(1.0))
        values[i] = np.copysign(e / (e + real(2.0)), x)


@kernel
def activate(code, values):
    """Overwrite an array by its activation."""
    if code == TANH:
        tanh(values)
    elif code == RELU:
        for i in range(values.size):
            values[i] = max(values[i], values.dtype.type(0))
    elif code == LOGISTIC:
        half = values.dtype.type(0.5)
        for i in range(values.size):
            values[i] *= half
        tanh(values)
        for i in range(values.size):
            values[i] = half + half * values[i]
