"""Plain twins of the kernels: a few lines of Python each, to be believed at sight."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

# ---------------------------------------------------------------------- esnkit.kernels.reservoir

ACTIVATIONS = {
    0: np.tanh,
    1: lambda v: v,
    2: lambda v: np.maximum(v, 0),
    3: lambda v: 1 / (1 + np.exp(-v)),
}


def advance(W, network, u, noise, h):
    """One leaky step."""
    pre = network.drive.T @ u + network.bias + W @ h
    if noise.size:
        pre = pre + noise
    return (1 - network.leak) * h + network.leak * ACTIVATIONS[network.activation](pre)


def run_driven(W, network, U, noise, h):
    """States over given rows."""
    states = []
    for u, e in zip(U, noise, strict=True):
        h = advance(W, network, u, e, h)
        states.append(h)
    return np.array(states)


def free_run(W, network, loop, X, h, y, n_steps):
    """Outputs of a network that runs on them."""
    outputs = []
    for n in range(n_steps):
        x = np.concatenate([y, X[n]]) if loop.through_input else X[n]
        u = np.concatenate([x, y]) if loop.through_feedback else x
        h = advance(W, network, u, np.zeros(0), h)
        z = np.concatenate([h, h**2 if loop.squared else [], x if loop.with_input else []])
        y = np.clip(loop.coef @ z + loop.intercept, loop.lower, loop.upper)
        outputs.append(y)
    return np.array(outputs)


# ---------------------------------------------------------------------- esnkit.kernels.stepper


def difference(series, lags):
    """A series (n_steps, n_values) after its differences at the lags, one after the other."""
    for lag in lags:
        series = [series[n] - series[n - lag] for n in range(lag, len(series))]
    return np.array(series)


def undo_difference(changes, series, lags):
    """Values that follow a series, given what follows its differences."""
    if not lags:
        return changes
    values = list(series)
    for change in undo_difference(changes, difference(series, lags[:1]), lags[1:]):
        values.append(values[-lags[0]] + change)
    return np.array(values[len(series) :])


def stream(W, network, loop, scale, lags, series, h, given, n_steps):
    """Forecasts of what follows a series, and the state after the first step."""
    n_values = series.shape[1]
    mean, spread = scale[:, :n_values]
    latest = (difference(series, lags)[-1] - mean) / spread
    X = (given - scale[0, n_values:]) / scale[1, n_values:]
    x = np.concatenate([latest, X[0]]) if loop.through_input else X[0]
    u = np.concatenate([x, latest]) if loop.through_feedback else x
    after = advance(W, network, u, np.zeros(0), h)
    outputs = free_run(W, network, loop, X, h, latest, n_steps)
    return undo_difference(outputs * spread + mean, series, lags), after


# ---------------------------------------------------------------------- esnkit.kernels.delays


def delay_features(n_taps, stride, order, inputs, n):
    """Taps at row n, zeros before the first row, and their products of each degree in order."""
    rows = [n - k * stride for k in range(n_taps)]
    taps = [value for row in rows for value in (inputs[row] if row >= 0 else 0 * inputs[0])]
    return np.array(
        [
            np.prod(factors)
            for degree in range(1, order + 1)
            for factors in combinations_with_replacement(taps, degree)
        ]
    )


def run_delays(n_taps, stride, order, inputs):
    """Features over given rows."""
    return np.array([delay_features(n_taps, stride, order, inputs, n) for n in range(len(inputs))])


def free_run_delays(n_taps, stride, order, loop, past, X, y):
    """Outputs of a delay memory that runs on them."""
    inputs, outputs = list(past), []
    for given in X:
        x = np.concatenate([y, given]) if loop.through_input else given
        inputs.append(x)
        h = delay_features(n_taps, stride, order, inputs, len(inputs) - 1)
        z = np.concatenate([h, h**2 if loop.squared else [], x if loop.with_input else []])
        y = np.clip(loop.coef @ z + loop.intercept, loop.lower, loop.upper)
        outputs.append(y)
    return np.array(outputs)


# ---------------------------------------------------------------------- esnkit.kernels.gamma


def advance_gamma(mu, x, taps):
    """One step of the cascade."""
    return np.vstack([x[None], (1 - mu) * taps[1:] + mu * taps[:-1]])


def run_gamma(mu, inputs, taps):
    """Taps over given rows."""
    features = []
    for x in inputs:
        taps = advance_gamma(mu, x, taps)
        features.append(taps.ravel())
    return np.array(features)


def free_run_gamma(mu, loop, X, taps, y):
    """Outputs of a gamma memory that runs on them."""
    outputs = []
    for given in X:
        x = np.concatenate([y, given]) if loop.through_input else given
        taps = advance_gamma(mu, x, taps)
        h = taps.ravel()
        z = np.concatenate([h, h**2 if loop.squared else [], x if loop.with_input else []])
        y = np.clip(loop.coef @ z + loop.intercept, loop.lower, loop.upper)
        outputs.append(y)
    return np.array(outputs)


# ---------------------------------------------------------------------- esnkit.kernels.lanes


def run_many_free(W, network, loops, seen, X, H, y):
    """Outputs of runs that may see one another's, each stepped by `advance`."""
    H, outputs = list(H), []
    for given in X:
        known, parts = np.append(y, 0.0), []
        for r, (places, own) in enumerate(zip(seen, np.split(y, len(seen)), strict=True)):
            x = np.concatenate([known[places], given[r % len(given)]])
            u = np.concatenate([x, own]) if loops.through_feedback else x
            H[r] = h = advance(W, network, u, np.zeros(0), H[r])
            z = np.concatenate([h, h**2 if loops.squared else [], x if loops.with_input else []])
            i = r % len(loops.coef)
            part = loops.coef[i] @ z + loops.intercept[i]
            parts.append(np.clip(part, loops.lower[i], loops.upper[i]))
        y = np.concatenate(parts)
        outputs.append(y)
    return np.array(outputs)


# ------------------------------------------------------------------- esnkit.kernels.recurrent


def logistic(v):
    return 1 / (1 + np.exp(-v))


def step_cell(cell, activation, M, x, h, c):
    """One step of one sequence: Elman 0, LSTM 1, GRU 2, -1 for units that do not recur.

    And -2 for a delay line, whose h are its taps.
    """
    if cell == -2:
        return np.concatenate([x, h[: len(h) - len(x)]]), c
    if cell == -1:
        return ACTIVATIONS[activation](np.concatenate([x, [1]]) @ M), c
    pre = np.concatenate([x, [1], h]) @ M
    if cell == 0:
        return ACTIVATIONS[activation](pre), c
    parts = np.split(pre, 4)
    if cell == 1:
        f, i, g, o = (*map(logistic, parts[:2]), np.tanh(parts[2]), logistic(parts[3]))
        c = f * c + i * g
        return o * np.tanh(c), c
    r, z = map(logistic, parts[:2])
    n = np.tanh(parts[2] + r * parts[3])
    return (1 - z) * n + z * h, c


def run_cell(cell, activation, M, X, h, c):
    """States of one sequence, and c at the end."""
    states = []
    for x in X:
        h, c = step_cell(cell, activation, M, x, h, c)
        states.append(h)
    return np.array(states), c


def move_cell(cell, activation, M, dM, X, dX, h, c):
    """How the states of one sequence move with weights and inputs, by complex differences."""
    tiny = 1e-30
    states, _ = run_cell(cell, activation, M + 1j * tiny * dM, X + 1j * tiny * dX, h, c)
    return states.imag / tiny


def run_network_free(layers, closing, X, states, y, n_steps):
    """Outputs of stacked layers (cell, activation, M) that run on them, with states (h, c)."""
    outputs, states = [], list(states)
    for given in X[:n_steps]:
        fed = closing.gain * y + closing.offset
        x = np.concatenate([fed[: closing.n_fed], given, y if closing.through_feedback else []])
        for i, layer in enumerate(layers):
            states[i] = step_cell(*layer, x, *states[i])
            x = states[i][0]
        y = np.clip(x, closing.lower, closing.upper)
        outputs.append(y)
    return np.array(outputs), states


# ------------------------------------------------------------------ esnkit.kernels.optimizers


def clip(gradient, max_norm):
    """The gradient, no longer than allowed, and its length before."""
    norm = np.sqrt(sum(g**2 for g in gradient))
    return gradient * min(1, max_norm / norm), norm


def momentum(params, gradient, velocity, rate, keep, behind, ahead):
    """Weights and velocity after an update."""
    theta = params - behind * velocity
    velocity = keep * velocity - rate * gradient
    return theta + (1 + ahead) * velocity, velocity


def rmsprop(params, gradient, square, rate, decay, epsilon):
    """Weights and mean square after an update."""
    square = decay * square + (1 - decay) * gradient**2
    return params - rate * gradient / (np.sqrt(square) + epsilon), square


def adam(params, gradient, mean, square, rate, decay_1, decay_2, epsilon, n_updates):
    """Weights, mean and mean square after an update."""
    mean = decay_1 * mean + (1 - decay_1) * gradient
    square = decay_2 * square + (1 - decay_2) * gradient**2
    unbiased = mean / (1 - decay_1**n_updates), square / (1 - decay_2**n_updates)
    return params - rate * unbiased[0] / (np.sqrt(unbiased[1]) + epsilon), mean, square


# ----------------------------------------------------------------------- esnkit.kernels.rtrl


def run_sensitive(activation, M, X, h):
    """The state of an Elman layer after some steps, and its derivatives by all weights.

    By complex differences of the states themselves, which are exact to rounding.
    """
    derivatives = []
    for place in np.ndindex(M.shape):
        moved = M.astype(complex)
        moved[place] += 1e-30j
        derivatives.append(run_cell(0, activation, moved, X, h, None)[0][-1].imag / 1e-30)
    return run_cell(0, activation, M, X, h, None)[0][-1], np.array(derivatives).T


# --------------------------------------------------------------------- esnkit.kernels.kalman


def kalman(weights, covariance, H, error, measurement_noise, process_noise):
    """The textbook's filter: new weights and covariance."""
    S = measurement_noise * np.eye(len(H)) + H @ covariance @ H.T
    K = covariance @ H.T @ np.linalg.inv(S)
    return (
        weights + K @ error,
        covariance - K @ H @ covariance + process_noise * np.eye(len(weights)),
    )


# ------------------------------------------------------------------------ esnkit.kernels.fir


def slope(activation, values):
    """The derivative of an activation, told from its values."""
    return [1 - values**2, values**0, 1.0 * (values > 0), values * (1 - values)][activation]


def advance_filters(activation, M, x, before):
    """What a layer sees at a step, the slopes and the outputs there."""
    row = np.concatenate([x, before[: len(before) - 1 - len(x)], [1]])
    h = ACTIVATIONS[activation](row @ M)
    return row, slope(activation, h), h


def take_errors_back(M, row, slopes, d_h, errors):
    """The last errors, what they add to the gradient, and errors of inputs some steps ago."""
    errors = np.vstack([errors[1:], d_h * slopes])
    taps = np.split(M[:-1], len(errors))
    return errors, np.outer(row, errors[-1]), sum(W @ e for W, e in zip(taps, errors, strict=True))


# ---------------------------------------------------------------------- esnkit.kernels.online


def rls(Z, Y, P, forgetting=1.0, excitation=0.0, sample_weight=None):
    """Weights and P after recursive least squares as textbooks write it, and its predictions."""
    W, P, predicted = np.zeros((Y.shape[1], Z.shape[1])), P.copy(), []
    for n, (z, y) in enumerate(zip(Z, Y, strict=True)):
        weight = 1.0 if sample_weight is None else sample_weight[n]
        predicted.append(W @ z)
        gain = P @ z / (forgetting / weight + z @ P @ z)
        W = W + np.outer(y - W @ z, gain)
        P = (P - np.outer(gain, P @ z)) / forgetting
        v = np.zeros(len(z))
        v[n % len(z)] = excitation
        P = P - np.outer(P @ v, P @ v) / (1 + v @ P @ v)
    return W, P, np.array(predicted)


def lms(Z, Y, step_size, sample_weight=None):
    """Weights after normalised least mean squares, and its predictions."""
    W, predicted = np.zeros((Y.shape[1], Z.shape[1])), []
    for n, (z, y) in enumerate(zip(Z, Y, strict=True)):
        weight = 1.0 if sample_weight is None else sample_weight[n]
        predicted.append(W @ z)
        W = W + weight * step_size * np.outer(y - W @ z, z) / (z @ z)
    return W, np.array(predicted)


def learn_in_loop(W, network, P, loop, X, noise, targets, y, *, own, skip):
    """Predictions before each step is learned, from the zero state, without forgetting."""
    h, Z, predicted = np.zeros(len(W)), [], []
    for n, x in enumerate(X):
        h = advance(W, network, np.concatenate([x, y]), noise[n], h)
        Z.append(np.concatenate([h, h**2 if loop.squared else [], x if loop.with_input else []]))
        seen = np.array(Z[skip:n]).reshape(-1, len(Z[0]))  # nothing within the washout is learned
        predicted.append(rls(seen, targets[skip : max(n, skip)], P)[0] @ Z[-1])
        y = predicted[-1] if own else targets[n]
    return np.array(predicted)


def delayed_states(W, delays, W_in, input_delays, bias, leak, X):
    """Run a tanh reservoir in which connection (i, j) hands on what was delays[i, j] steps ago."""
    states = np.zeros((len(X), len(bias)))
    for n in range(len(X)):
        total = bias.copy()
        for i in range(len(bias)):
            for j in np.flatnonzero(W[i]):
                if n >= delays[i, j]:
                    total[i] += W[i, j] * states[n - delays[i, j], j]
            for k in range(X.shape[1]):
                if n >= input_delays[i, k]:
                    total[i] += W_in[i, k] * X[n - input_delays[i, k], k]
        before = states[n - 1] if n else np.zeros(len(bias))
        states[n] = (1 - leak) * before + leak * np.tanh(total)
    return states


def es2n_states(W, W_in, bias, rotation, proximity, X):
    """Run an edge-of-stability network."""
    h, states = np.zeros(len(bias)), []
    for x in X:
        h = proximity * np.tanh(W @ h + W_in @ x + bias) + (1 - proximity) * rotation @ h
        states.append(h)
    return np.array(states)


def adapted_gains(W, W_in, bias, leak, mean, deviation, rate, n_epochs, sequences):
    """Let units of a reservoir adapt, each by itself, as Schrauwen et al. (2008) write it."""
    n_units = len(bias)
    a, b, seen = np.ones(n_units), np.zeros(n_units), []
    for X in sequences * n_epochs:
        h = np.zeros(n_units)
        for x in X:
            z = W @ h + W_in @ x + bias
            y = np.tanh(a * z + b)
            for i in range(n_units):
                square = deviation**2
                db = -rate * (
                    -mean / square + y[i] / square * (2 * square + 1 - y[i] ** 2 + mean * y[i])
                )
                a[i] += rate / a[i] + db * z[i]
                b[i] += db
            seen.append([a.copy(), b.copy()])
            h = (1 - leak) * h + leak * y
    return np.mean(seen[-sum(map(len, sequences)) :], axis=0)


def spiking_traces(W, W_in, bias, keep, threshold, refractory, decay, X):
    """Run leaky integrate-and-fire units; a row of ``decay`` for each trace."""
    v, rest, s = (np.zeros(len(bias)) for _ in range(3))
    r, traces = np.zeros((len(decay), len(bias))), []
    for x in X:
        total, awake = W @ s + W_in @ x + bias, rest == 0
        v = np.where(awake, keep * v + total, v)
        fired = awake & (v >= threshold)
        rest = np.where(fired, refractory, np.maximum(rest - 1, 0))
        v, s = np.where(fired, 0, v), fired.astype(float)
        r = decay * r + (1 - decay) * s
        traces.append(r.ravel())
    return np.array(traces)


def tree_state(memory, tree, outputs, node):
    """Return the state of a node of a tanh tree reservoir, from those of its children."""
    total, mean = memory.W_in_ @ tree.labels[node] + memory.bias_, np.zeros(memory.n_units)
    n_outputs = outputs.shape[1]
    for k, child in enumerate(tree.children[node]):
        place = k if memory.ordered else 0
        below = tree_state(memory, tree, outputs, child)
        total = total + memory.W_[place] @ below
        fed = memory.W_fb_[:, n_outputs * place : n_outputs * (place + 1)]
        total += fed @ outputs[child]
        mean += below / len(tree.children[node])
    return (1 - memory.leak_rate) * mean + memory.leak_rate * np.tanh(total)
