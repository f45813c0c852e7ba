from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from esnkit import topology
from esnkit.topology import (
    build,
    cycle,
    cycle_jumps,
    delay_line,
    erdos_renyi,
    in_degree,
    orthogonal,
    random_matrix,
    ring_lattice,
    small_world,
)

NAMES = [
    "random",
    "erdos-renyi",
    "small-world",
    "cycle",
    "cycle-jumps",
    "delay-line",
    "orthogonal",
    "ring-lattice",
]
DRAWN = ["random", "erdos-renyi", "small-world", "orthogonal", "ring-lattice"]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def as_array(W: np.ndarray | sp.sparray) -> np.ndarray:
    return W if isinstance(W, np.ndarray) else W.toarray()


def in_degrees(W: sp.sparray) -> np.ndarray:
    return (as_array(W) != 0).sum(axis=1)


# ---------------------------------------------------------------------- every builder


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_units", [6, 7, 100])
def test_builders_give_square_matrices_and_true_radii(name, n_units):
    W, radius = build(name, n_units, 4, rng())
    assert W.shape == (n_units, n_units)
    assert W.dtype == np.float64
    assert isinstance(W, np.ndarray if name == "orthogonal" else sp.csr_array)
    known = name in ("cycle", "cycle-jumps", "delay-line", "orthogonal")
    assert (radius is not None) == known
    if known:
        computed = np.abs(np.linalg.eigvals(as_array(W))).max()
        assert radius == pytest.approx(computed, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", DRAWN)
def test_one_seed_one_matrix(name):
    first, again, other = (as_array(build(name, 50, 5, rng(seed))[0]) for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("name", ["random", "erdos-renyi", "small-world", "ring-lattice"])
def test_weights_are_uniform_and_the_connections_listed_in_order(name):
    W, _ = build(name, 500, 20, rng())
    assert scipy.stats.kstest(W.data, scipy.stats.uniform(-1, 2).cdf).pvalue > 1e-3
    assert W.has_canonical_format
    assert W.indices.dtype == np.int32


@pytest.mark.parametrize("name", [n for n in NAMES if n != "cycle-jumps"])
def test_one_unit(name):
    W, radius = build(name, 1, 10, rng())
    assert W.shape == (1, 1)
    if radius is not None:
        assert radius == abs(W[0, 0])


# ---------------------------------------------------------------------- fixed in-degree


@pytest.mark.parametrize(
    ("connectivity", "degree"),
    [(1, 1), (7, 7), (40, 40), (41, 40), (1.0, 40), (0.5, 20), (0.26, 10), (1e-9, 1)],
)
def test_in_degree_exactly_as_asked(connectivity, degree):
    assert in_degree(connectivity, 40) == degree
    assert set(in_degrees(topology.random(40, rng(), connectivity=connectivity)[0])) == {degree}
    assert set(in_degrees(random_matrix(9, 40, connectivity, rng()))) == {degree}


@given(
    n_rows=st.integers(1, 40),
    n_columns=st.integers(1, 40),
    connectivity=st.integers(1, 50) | st.floats(0, 1, exclude_min=True),
    seed=st.integers(0, 2**31),
)
def test_every_row_has_its_weights_in_distinct_columns(n_rows, n_columns, connectivity, seed):
    W = random_matrix(n_rows, n_columns, connectivity, rng(seed))
    assert W.shape == (n_rows, n_columns)
    assert set(in_degrees(W)) == {in_degree(connectivity, n_columns)}


@pytest.mark.parametrize("degree", [2, 3])
def test_every_set_of_sources_is_equally_likely(degree):
    """Two of five are drawn, three of five are what two others leave."""
    W = random_matrix(20_000, 5, degree, rng())
    drawn = W.indices.reshape(-1, degree) @ (5 ** np.arange(degree))
    expected = [np.array(c) @ (5 ** np.arange(degree)) for c in combinations(range(5), degree)]
    values, counts = np.unique(drawn, return_counts=True)
    assert sorted(values) == sorted(expected)
    assert scipy.stats.chisquare(counts).pvalue > 1e-3


def test_a_table_cut_in_many_pieces(monkeypatch):
    monkeypatch.setattr(topology.sampling, "TABLE_CELLS", 100)
    W = random_matrix(25, 30, 4, rng())
    assert_array_equal(in_degrees(W), 4)


def test_numpy_numbers_are_numbers():
    assert in_degree(np.int64(3), 10) == 3
    assert in_degree(np.float32(0.5), 10) == 5
    assert build("random", 20, np.int64(3), rng())[0].nnz == 60


# ---------------------------------------------------------------------- Erdos-Renyi


@pytest.mark.parametrize(("connectivity", "probability"), [(8, 0.02), (0.3, 0.3)])
def test_connections_are_independent(connectivity, probability):
    """In-degrees and out-degrees are then binomial both."""
    n_units = 400
    connected = as_array(erdos_renyi(n_units, rng(), connectivity=connectivity)[0]) != 0
    for axis in (0, 1):
        degrees = connected.sum(axis=axis)
        n, p = n_units, probability
        spread = np.sqrt(p * (1 - p) / n)
        assert abs(degrees.mean() / n - p) < 4 * spread / np.sqrt(n)
        # The variance of a sample variance is about 2 / n of its square.
        assert abs(degrees.var() / (n * p * (1 - p)) - 1) < 4 * np.sqrt(2 / n)


@pytest.mark.parametrize("connectivity", [1.0, 30, 99])
def test_everybody_connected(connectivity):
    assert erdos_renyi(30, rng(), connectivity=connectivity)[0].nnz == 900


# ---------------------------------------------------------------------- rings


def ring_distances(W: sp.csr_array) -> np.ndarray:
    """How far round the ring each connection reaches, either way."""
    rows, columns = W.nonzero()
    steps = (rows - columns) % W.shape[0]
    return np.minimum(steps, W.shape[0] - steps)


@pytest.mark.parametrize("degree", [1, 2, 3, 6, 19, 20])
def test_lattice_has_the_nearest_neighbours(degree):
    W, _ = ring_lattice(20, rng(), connectivity=degree)
    expected = min(degree, 19)
    assert_array_equal(in_degrees(W), expected)
    per_unit = np.sort(ring_distances(W).reshape(20, expected), axis=1)
    assert_array_equal(per_unit, np.tile(np.arange(expected) // 2 + 1, (20, 1)))


def test_neighbour_in_front_comes_first():
    W, _ = ring_lattice(5, rng(), connectivity=1)
    assert_array_equal(W.toarray() != 0, cycle(5)[0].toarray() != 0)


@given(
    n_units=st.integers(1, 30),
    connectivity=st.integers(1, 40),
    rewiring=st.floats(0, 1),
    seed=st.integers(0, 2**31),
)
def test_small_world_keeps_in_degrees(n_units, connectivity, rewiring, seed):
    W, _ = small_world(n_units, rng(seed), connectivity=connectivity, rewiring=rewiring)
    assert_array_equal(in_degrees(W), min(connectivity, n_units - 1))
    assert not W.diagonal().any()


@pytest.mark.parametrize("rewiring", [0, 0.1, 0.6, 1])
def test_share_of_shortcuts(rewiring):
    distances = ring_distances(small_world(2000, rng(), connectivity=10, rewiring=rewiring)[0])
    share = (distances > 5).mean()
    assert abs(share - rewiring) <= 4 * np.sqrt(rewiring * (1 - rewiring) / distances.size)


def test_shortcuts_lead_anywhere_outside():
    distances = ring_distances(small_world(211, rng(), connectivity=10, rewiring=1)[0])
    counts = np.bincount(distances)
    assert_array_equal(counts[:6], 0)
    assert len(counts) == 106
    assert scipy.stats.chisquare(counts[6:]).pvalue > 1e-3


def test_no_more_shortcuts_than_there_is_room_for():
    W, _ = small_world(10, rng(), connectivity=8, rewiring=1)
    assert_array_equal(in_degrees(W), 8)
    assert (ring_distances(W) == 5).sum() == 10


def test_cycle_shifts():
    x = np.arange(5.0)
    assert_array_equal(cycle(5)[0] @ x, np.roll(x, 1))


def test_delay_line_shifts_out():
    x = np.arange(1.0, 6)
    assert_array_equal(delay_line(5)[0] @ x, [0, 1, 2, 3, 4])
    assert delay_line(20_000)[1] == 0


def jumps_of(n_units: int, jump_size: int) -> set[tuple[int, int]]:
    """Connections that the cycle has not, as (listener, source)."""
    W, _ = cycle_jumps(n_units, jump_size=jump_size, jump_weight=0.25)
    rows, columns = np.nonzero((W - cycle(n_units)[0]).toarray())
    assert (as_array(W)[rows, columns] == 0.25).all()
    return set(zip(rows.tolist(), columns.tolist(), strict=True))


@pytest.mark.parametrize(
    ("n_units", "jump_size", "ends"),
    [
        (9, 3, [(0, 3), (3, 6), (6, 0)]),  # the last jump closes the ring
        (10, 3, [(0, 3), (3, 6), (6, 9)]),  # the last ends where the next would not fit
        (11, 3, [(0, 3), (3, 6), (6, 9)]),
        (8, 4, [(0, 4)]),
        (4, 2, [(0, 2)]),
    ],
)
def test_jumps_go_both_ways(n_units, jump_size, ends):
    assert jumps_of(n_units, jump_size) == {*ends, *((b, a) for a, b in ends)}


@pytest.mark.parametrize("weight", [1e-3, 0.5, 20.0])
@pytest.mark.parametrize(("n_units", "jump_size"), [(9, 3), (60, 20), (5000, 5), (20_000, 2)])
def test_radius_of_closed_jumps(n_units, jump_size, weight):
    """All jump ends alike: the root of r^k = 2 w r^(k-1) + 1 for jumps of size k."""
    polynomial = np.zeros(jump_size + 1)
    polynomial[0], polynomial[1], polynomial[-1] = 1, -2 * weight, -1
    expected = np.abs(np.roots(polynomial)).max()
    radius = cycle_jumps(n_units, jump_size=jump_size, jump_weight=weight)[1]
    assert radius == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("weight", [1e-3, 0.5, 20.0])
@pytest.mark.parametrize(("n_units", "jump_size"), [(5, 2), (11, 3), (8, 4), (100, 49), (301, 7)])
def test_radius_of_open_jumps_as_lapack(n_units, jump_size, weight):
    W, radius = cycle_jumps(n_units, jump_size=jump_size, jump_weight=weight)
    assert radius == pytest.approx(np.abs(np.linalg.eigvals(W.toarray())).max(), rel=1e-11)


# ---------------------------------------------------------------------- orthogonal


@pytest.mark.parametrize("n_units", [1, 2, 30])
def test_orthogonal_keeps_norms(n_units):
    W, radius = orthogonal(n_units, rng())
    assert_allclose(W.T @ W, np.eye(n_units), atol=1e-13)
    assert radius == 1


def test_orthogonal_is_uniform():
    """A column is uniform on the sphere: in 3 dimensions, each entry uniform in [-1, 1]."""
    draws = np.array([orthogonal(3, rng(seed))[0] for seed in range(2000)])
    for i, j in np.ndindex(3, 3):
        assert scipy.stats.kstest(draws[:, i, j], scipy.stats.uniform(-1, 2).cdf).pvalue > 1e-4


# ---------------------------------------------------------------------- a matrix or a function


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_sparse_matrix_of_any_format_is_copied(layout, kind):
    given_matrix = kind(np.diag([1, 2, 3])).asformat(layout)
    W, radius = build(given_matrix, 3, 10, rng())
    assert isinstance(W, sp.csr_array)
    assert W.dtype == np.float64
    assert radius is None
    W.data[:] = 0
    assert_array_equal(given_matrix.toarray(), np.diag([1, 2, 3]))


def test_dense_matrix_is_copied():
    given_matrix = np.eye(3)
    W, radius = build(given_matrix, 3, 10, rng())
    assert radius is None
    W[:] = 0
    assert_array_equal(given_matrix, np.eye(3))


def test_list_of_lists_is_a_matrix():
    assert_array_equal(build([[0, 1], [1, 0]], 2, 10, rng())[0], [[0, 1], [1, 0]])


def test_entries_of_a_place_given_twice_are_summed():
    twice = sp.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    W, _ = build(twice, 2, 10, rng())
    assert_array_equal(W.data, [3])


def test_function_is_given_units_and_generator():
    W, radius = build(lambda n, rng: rng.uniform(size=(n, n)), 4, 10, rng(3))
    assert_array_equal(W, rng(3).uniform(size=(4, 4)))
    assert radius is None


def test_function_may_know_the_radius():
    W, radius = build(lambda n, rng: (sp.eye_array(n), 1), 4, 10, rng())
    assert isinstance(W, sp.csr_array)
    assert radius == 1.0


def test_builders_with_settings_are_functions():
    jumps = partial(cycle_jumps, jump_size=4, jump_weight=0.1)
    W, radius = build(jumps, 20, 10, rng())
    expected, known = cycle_jumps(20, jump_size=4, jump_weight=0.1)
    assert_array_equal(W.toarray(), expected.toarray())
    assert radius == known
    W, _ = build(partial(small_world, connectivity=3, rewiring=1), 20, 10, rng())
    assert_array_equal(in_degrees(W), 3)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("name", "nearest"), [("rondom", "random"), ("small_world", "small-world"), ("Cycle", "cycle")]
)
def test_unknown_name_and_the_nearest(name, nearest):
    with pytest.raises(ValueError, match=f"ring-lattice.*got '{name}'. Did you mean '{nearest}'"):
        build(name, 10, 10, rng())


def test_unknown_name_like_no_other():
    with pytest.raises(ValueError, match=r"got 'xyz'\.$"):
        build("xyz", 10, 10, rng())


@pytest.mark.parametrize("connectivity", [0, -1, 0.0, -0.5, 1.5, np.nan, np.inf, np.float64(2)])
@pytest.mark.parametrize("name", NAMES)
def test_connectivity_out_of_range(name, connectivity):
    with pytest.raises(ValueError, match=r"^connectivity must be an int of 1 .* \(0, 1\].* got"):
        build(name, 10, connectivity, rng())


@pytest.mark.parametrize("connectivity", [True, np.True_, "10", None, [1]])
def test_connectivity_of_another_type(connectivity):
    with pytest.raises(TypeError, match=r"^connectivity must be an int"):
        build("random", 10, connectivity, rng())


def test_connectivity_goes_by_its_name():
    with pytest.raises(ValueError, match=r"^input_connectivity must be"):
        random_matrix(10, 2, 0, rng(), name="input_connectivity")


@pytest.mark.parametrize(
    ("given_matrix", "message"),
    [
        (np.eye(3), r"topology has shape \(3, 3\), but shape \(4, 4\) is needed"),
        (sp.eye_array(4, 5), r"topology has shape \(4, 5\), but shape \(4, 4\) is needed"),
        (np.ones(4), r"topology has shape \(4,\), but shape \(4, 4\) is needed"),
        (None, r"topology has shape \(\), but shape \(4, 4\) is needed"),
        (np.full((4, 4), np.nan), "topology contains NaN"),
        (sp.csr_array(np.full((4, 4), np.inf)), "topology contains infinity"),
        (np.eye(4) * 1j, "topology must be real"),
    ],
)
def test_matrix_that_does_not_fit(given_matrix, message):
    for given_topology in (given_matrix, lambda n, rng: given_matrix):
        with pytest.raises(ValueError, match=message):
            build(given_topology, 4, 10, rng())


@pytest.mark.parametrize("radius", [-1.0, np.nan, np.inf])
def test_radius_of_a_function_out_of_range(radius):
    with pytest.raises(ValueError, match="spectral radius returned by topology"):
        build(lambda n, rng: (np.eye(n), radius), 4, 10, rng())


@pytest.mark.parametrize("name", NAMES)
def test_number_of_units_out_of_range(name):
    builder = getattr(topology, name.replace("-", "_"))
    with pytest.raises(ValueError, match="n_units == 0, must be >= 1"):
        builder(0, rng())
    with pytest.raises(TypeError, match="n_units must be an instance of"):
        builder(2.5, rng())


@pytest.mark.parametrize("rewiring", [-0.1, 1.1, np.nan])
def test_rewiring_out_of_range(rewiring):
    with pytest.raises(ValueError, match="rewiring"):
        small_world(10, rng(), rewiring=rewiring)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"jump_size": 1}, "jump_size == 1, must be >= 2"),
        ({"jump_size": 6}, "jump_size=6 takes n_units of at least 12, got 10"),
        ({"jump_weight": 0.0}, "jump_weight == 0.0, must be > 0"),
        ({"jump_weight": np.nan}, "jump_weight must be finite"),
    ],
)
def test_jumps_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        cycle_jumps(10, rng(), **options)
