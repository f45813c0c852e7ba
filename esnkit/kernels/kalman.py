"""One step of the Kalman filter whose state is a vector of weights.

The covariance is kept in blocks, one for each group of weights: one group of all weights is the
filter itself, more of them the decoupled filter, which takes weights of different groups for
uncorrelated. With P a group's block, and H its columns of the derivatives of the outputs,

    S = R + sum over groups of H P H',    w <- w + P H' S^-1 e,    P <- P - P H' S^-1 H P + Q

With S = L L' and G = P H' L'^-1, P becomes P - G G' + Q, which keeps it symmetric to the last bit.
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel


@kernel
def factorise(S, least):
    """Overwrite S by its lower triangular factor; tell whether its pivots are ``least`` at least.

    What lies above the diagonal is neither read nor written.
    """
    for i in range(len(S)):
        for j in range(i + 1):
            rest = S[i, j]
            for k in range(j):
                rest -= S[i, k] * S[j, k]
            if i > j:
                S[i, j] = rest / S[j, j]
            elif least <= rest < np.inf:
                S[i, i] = np.sqrt(rest)
            else:  # infinite or NaN as well
                return False
    return True


@kernel
def gain(blocks, members, offsets, H, noise, G, S):
    """Write G and the factor L; tell whether the covariance was positive definite, as far as seen.

    H P H' is never negative, so no pivot of S can be smaller than the noise unless P has gone bad.

    Parameters
    ----------
    blocks : (sum of squares of the sizes of groups,)
        Blocks of the covariance, one after the other.
    members : (n_weights,)
        Numbers of the weights of the first group, of the second...
    offsets : (n_groups + 1,)
        Where groups begin in ``members``.
    H : (n_outputs, n_weights)
        Derivatives of the outputs by the weights.
    noise : float
        Variance of the measurement noise, the same for all outputs: R is diagonal.
    G : (n_outputs, n_weights)
        Written, in the order of ``members``.
    S : (n_outputs, n_outputs)
        Written: its lower triangle is L.
    """
    n_outputs = len(H)
    S[:] = 0
    place = 0
    for g in range(offsets.size - 1):
        start, stop = offsets[g], offsets[g + 1]
        size = stop - start
        block = blocks[place : place + size * size].reshape(size, size)
        place += size * size
        for k in range(n_outputs):
            np.dot(block, H[k][members[start:stop]], G[k, start:stop])
    for k in range(n_outputs):
        S[k, k] = noise
        for i in range(members.size):
            for m in range(k + 1):
                S[k, m] += G[m, i] * H[k, members[i]]
    if not factorise(S, 0.5 * noise):  # half: for rounding
        return False
    for k in range(n_outputs):
        for m in range(k):
            G[k] -= S[k, m] * G[m]
        G[k] /= S[k, k]
    return True


@kernel
def correct(weights, blocks, members, offsets, error, G, L, process_noise):
    """Move the weights by what the errors say, and bring the covariance up to date.

    Parameters
    ----------
    weights : (n_weights,)
        Moved.
    blocks : (sum of squares of the sizes of groups,)
        Blocks of the covariance; changed.
    members, offsets, G, L
        See `gain`.
    error : (n_outputs,)
        What the outputs should have been, less what they were; overwritten.
    process_noise : float
        Added to the diagonal of the covariance, Q.
    """
    for k in range(error.size):
        for m in range(k):
            error[k] -= L[k, m] * error[m]
        error[k] /= L[k, k]
        for i in range(members.size):
            weights[members[i]] += G[k, i] * error[k]
    place = 0
    for g in range(offsets.size - 1):
        start, stop = offsets[g], offsets[g + 1]
        size = stop - start
        block = blocks[place : place + size * size].reshape(size, size)
        place += size * size
        for k in range(error.size):
            column = G[k, start:stop]
            for i in range(size):
                row, factor = block[i], column[i]
                for j in range(size):
                    row[j] -= factor * column[j]
        for i in range(size):
            block[i, i] += process_noise


@kernel
def update(weights, blocks, members, offsets, H, error, noise, process_noise, G, L):
    """Take a measurement; tell whether the covariance was good for it. See `gain` and `correct`."""
    if not gain(blocks, members, offsets, H, noise, G, L):
        return False
    correct(weights, blocks, members, offsets, error, G, L, process_noise)
    return True
