"""Warnings and threads of linear algebra, with many fits at once."""

from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_info, threadpool_limits

from esnkit import (
    AutoESN,
    DivergenceWarning,
    ESNRegressor,
    MLPReadout,
    RNNRegressor,
    TappedDelayLine,
)
from esnkit.core.process import divergences_collected, ignored, one_thread_each, warn_of_divergence

SERIES = np.sin(np.arange(80) / 3) + np.random.default_rng(0).uniform(-0.3, 0.3, 80)
PAIRS = SERIES[:-1, None], np.stack([SERIES[1:], SERIES[:-1]], axis=1)


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def fit(number: int):
    kind = number % 3
    if kind == 0:
        return AutoESN(n_candidates=3, n_members=2, random_state=number).fit(SERIES).forecast(20)
    if kind == 1:
        readout = MLPReadout((4,), max_iter=500, random_state=number)
        model = ESNRegressor(TappedDelayLine(3), readout)
        return model.fit(*PAIRS).predict(PAIRS[0])
    model = RNNRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=number)
    return model.fit(*PAIRS).predict(PAIRS[0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")
def test_fits_in_many_threads_leave_the_process_as_it_was():
    filters, threads = list(warnings.filters), blas_threads()
    alone = [fit(number) for number in range(9)]
    with ThreadPoolExecutor(9) as pool:
        together = list(pool.map(fit, range(9)))
    assert warnings.filters == filters
    assert blas_threads() == threads
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)


def in_turns(*parts):
    """Run the parts of two threads in turns: one, other, one, other, ..."""
    gate = threading.Barrier(2, timeout=30)
    caught = []

    def run(own):
        try:
            for step in own:
                gate.wait()
                step()
                gate.wait()
        except Exception as error:  # told to the test
            caught.append(error)
            gate.abort()

    threads = [threading.Thread(target=run, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not caught


def entering(context):
    return [context.__enter__, lambda: None, lambda: context.__exit__(None, None, None)]


@pytest.mark.parametrize(
    "make", [lambda: ignored(UserWarning), lambda: ignored(Warning, "a"), one_thread_each]
)
def test_contexts_that_are_left_in_another_order_restore_what_was(make):
    with threadpool_limits(2):
        filters, threads = list(warnings.filters), blas_threads()
        one, other = make(), make()
        nothing = [lambda: None]
        in_turns(entering(one) + nothing, nothing + entering(other))
        assert warnings.filters == filters
        assert blas_threads() == threads


def test_a_warning_of_another_thread_is_neither_lost_nor_swallowed():
    seen = []

    def elsewhere():
        with pytest.warns(UserWarning, match="of the other"):
            warnings.warn("of the other", stacklevel=1)
        seen.append("other")

    def here():
        warnings.warn("of this", stacklevel=1)  # an error, were it not ignored
        seen.append("this")

    quiet = ignored(UserWarning)
    leave = lambda: quiet.__exit__(None, None, None)  # noqa: E731
    in_turns([quiet.__enter__, here, leave], [lambda: None, elsewhere, lambda: None])
    assert sorted(seen) == ["other", "this"]


def test_filters_that_a_user_sets_meanwhile_are_left_alone():
    before = list(warnings.filters)
    with warnings.catch_warnings():
        with ignored(UserWarning), warnings.catch_warnings():
            warnings.simplefilter("error")
            with ignored(UserWarning, "not this"), pytest.raises(UserWarning, match="but that"):
                warnings.warn("but that", stacklevel=1)
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="after"):
            warnings.warn("after", stacklevel=1)
    assert warnings.filters == before


def test_only_what_is_named_is_ignored():
    with ignored(ConvergenceWarning, "lbfgs"):
        warnings.warn("lbfgs failed", ConvergenceWarning, stacklevel=1)
        with pytest.raises(ConvergenceWarning):
            warnings.warn("another", ConvergenceWarning, stacklevel=1)
        with pytest.raises(RuntimeWarning):
            warnings.warn("lbfgs failed", RuntimeWarning, stacklevel=1)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_workers_of_scikit_learn_can_take_the_filters_over(backend):
    with ignored(ConvergenceWarning, "lbfgs"):
        assert Parallel(2, backend=backend)(delayed(abs)(n) for n in (-1, -2)) == [1, 2]


def test_divergences_are_collected_where_asked_and_shown_elsewhere():
    with divergences_collected() as outer:
        warn_of_divergence("first", stacklevel=1)
        with divergences_collected() as inner:
            warn_of_divergence("second", stacklevel=1)
        with ThreadPoolExecutor(1) as pool, pytest.warns(DivergenceWarning, match="third"):
            pool.submit(warn_of_divergence, "third", 1).result()
    assert (outer, inner) == (["first"], ["second"])
    with pytest.warns(DivergenceWarning, match="fourth"):
        warn_of_divergence("fourth", stacklevel=1)
