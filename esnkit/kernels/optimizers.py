"""Updates of a flat vector of weights, each in one pass over memory.

All arrays have one shape (n_parameters,) and one type, float32 or float64. Scalars come in as
doubles and are cast, as one double would turn a float32 loop into doubles.
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel


@kernel
def clip_norm(gradient, max_norm):
    """Scale the gradient down to ``max_norm`` if it is longer; return its length before."""
    norm = np.sqrt(np.float64(np.dot(gradient, gradient)))
    if max_norm < norm < np.inf:  # what has exploded is left as it is
        scale = gradient.dtype.type(max_norm / norm)
        for i in range(gradient.size):
            gradient[i] *= scale
    return norm


@kernel
def momentum(params, gradient, velocity, rate, keep, behind, ahead):
    """Move by the velocity v <- keep v - rate g; see the optimizers for the other two factors.

    Weights that stand ``behind`` velocities ahead of where the velocity was applied are taken
    there, moved, and put ``ahead`` new velocities ahead: 0 and 0 give classical momentum.
    """
    real = params.dtype.type
    rate, keep, behind, step = real(rate), real(keep), real(behind), real(1.0 + ahead)
    for i in range(params.size):
        v = keep * velocity[i] - rate * gradient[i]
        params[i] += step * v - behind * velocity[i]
        velocity[i] = v


@kernel
def rmsprop(params, gradient, square, rate, decay, epsilon):
    """Divide the gradient by the root of its running mean square."""
    real = params.dtype.type
    rate, epsilon, fresh, decay = real(rate), real(epsilon), real(1.0 - decay), real(decay)
    for i in range(params.size):
        g = gradient[i]
        square[i] = decay * square[i] + fresh * g * g
        params[i] -= rate * g / (np.sqrt(square[i]) + epsilon)


@kernel
def adam(params, gradient, mean, square, rate, decay_1, decay_2, epsilon, n_updates):
    """Divide the running mean of the gradient by the root of its running mean square.

    Both means start from zero, which is made up for by their shares of the weights given out in
    ``n_updates`` updates, this one included.
    """
    real = params.dtype.type
    step = real(rate / (1.0 - decay_1**n_updates))
    correction = real(1.0 / np.sqrt(1.0 - decay_2**n_updates))
    fresh_1, fresh_2 = real(1.0 - decay_1), real(1.0 - decay_2)
    keep_1, keep_2, epsilon = real(decay_1), real(decay_2), real(epsilon)
    for i in range(params.size):
        g = gradient[i]
        mean[i] = keep_1 * mean[i] + fresh_1 * g
        square[i] = keep_2 * square[i] + fresh_2 * g * g
        params[i] -= step * mean[i] / (np.sqrt(square[i]) * correction + epsilon)
