from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from esnkit.topology import spectral_radius as spectrum
from esnkit.topology.spectral_radius import perron_root, scale_to_radius, spectral_radius

FORMATS = ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"]
BEYOND_DENSE = spectrum.DENSE_UNITS + 100  # large enough for Krylov spaces
BEYOND_HELP = spectrum.DENSE_LIMIT + 500  # too large for a second opinion


def sparse_random(n_units: int, per_unit: int, seed: int = 0) -> sp.csr_array:
    """Fixed in-degree, drawn without the code under test."""
    rng = np.random.default_rng(seed)
    columns = np.concatenate([rng.choice(n_units, per_unit, replace=False) for _ in range(n_units)])
    weights = rng.uniform(-1, 1, columns.size)
    starts = np.arange(0, columns.size + 1, per_unit)
    return sp.csr_array((weights, columns, starts), shape=(n_units, n_units))


def shuffled(W: sp.sparray, seed: int = 0) -> sp.csr_array:
    """The same network with its units renumbered."""
    order = np.random.default_rng(seed).permutation(W.shape[0])
    return sp.csr_array(W)[order][:, order]


def by_lapack(W: sp.sparray) -> float:
    return np.abs(np.linalg.eigvals(W.toarray())).max()


# ---------------------------------------------------------------------- closed forms, small


@pytest.mark.parametrize(
    ("W", "radius"),
    [
        ([[-3.0]], 3),
        ([[0.0]], 0),
        ([[0, 1], [0, 0]], 0),
        ([[0, 2], [-2, 0]], 2),  # a pair on the imaginary axis
        ([[1, 1], [1, 0]], (1 + np.sqrt(5)) / 2),
        (np.zeros((5, 5)), 0),
        (np.triu(np.ones((50, 50)), 1), 0),
        (np.eye(7) * 0.3, 0.3),
        (np.ones((20, 20)), 20),
    ],
)
def test_small_matrices(W, radius):
    assert spectral_radius(W) == pytest.approx(radius, rel=1e-14)
    assert spectral_radius(sp.csr_array(W)) == pytest.approx(radius, rel=1e-14)


def test_companion_matrix_of_known_roots():
    roots = [1.5, -0.3, 1 + 2j, 1 - 2j]
    companion = np.diag(np.ones(3), -1)
    companion[0] = -np.poly(roots)[1:].real
    assert spectral_radius(companion) == pytest.approx(np.sqrt(5), rel=1e-13)


def test_outer_product():
    u, v = np.random.default_rng(0).standard_normal((2, 50))
    assert spectral_radius(np.outer(u, v)) == pytest.approx(abs(u @ v), rel=1e-12)


def test_jordan_block_is_exact():
    """LAPACK alone would be off by the 200th root of the precision if the block were full."""
    block = sp.diags_array([np.full(200, 0.5), np.ones(199)], offsets=[0, 1])
    assert spectral_radius(block) == 0.5
    assert spectral_radius(shuffled(block)) == 0.5


# ---------------------------------------------------------------------- structure


@pytest.mark.parametrize("n_units", [5, 20_000])
def test_no_cycle_no_radius(n_units):
    line = sp.diags_array([np.full(n_units - 1, 3.0)], offsets=[-1])
    assert spectral_radius(line) == 0
    assert spectral_radius(shuffled(line)) == 0


def test_single_cycle_has_the_geometric_mean():
    n_units = 20_000
    weights = np.random.default_rng(1).uniform(0.5, 2, n_units)
    weights[::3] *= -1
    cycle = sp.coo_array((weights, (np.arange(n_units), np.roll(np.arange(n_units), 1))))
    expected = np.exp(np.log(np.abs(weights)).mean())
    assert spectral_radius(shuffled(cycle)) == pytest.approx(expected, rel=1e-12)


def test_block_triangular_matrix_has_the_radius_of_its_blocks():
    rng = np.random.default_rng(0)
    blocks = [rng.standard_normal((n, n)) for n in (1, 5, 40, 3, 1)]
    W = sp.block_diag(blocks).toarray() + np.triu(rng.standard_normal((50, 50)), 45)
    expected = max(np.abs(np.linalg.eigvals(block)).max() for block in blocks)
    assert spectral_radius(shuffled(sp.csr_array(W))) == pytest.approx(expected, rel=1e-12)


def test_units_alone_count_too():
    W = sp.block_diag([[[-9.0]], [[0, 1], [1, 0]], [[2.0]]])
    assert spectral_radius(W) == 9


def test_empty_rows():
    W = sparse_random(50, 3).tolil()
    W[::2] = 0
    assert spectral_radius(W) == pytest.approx(by_lapack(W), rel=1e-10)


def test_stored_zeros_are_no_connections():
    ring = sp.csr_array((np.array([1.0, 1.0, 0.0]), (np.array([1, 2, 0]), np.array([0, 1, 2]))))
    assert spectral_radius(ring) == 0


# ---------------------------------------------------------------------- Krylov spaces


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("per_unit", [2, 10, 60])
def test_random_matrices_as_lapack(seed, per_unit):
    W = sparse_random(BEYOND_DENSE, per_unit, seed)
    assert spectral_radius(W) == pytest.approx(by_lapack(W), rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_large_random_matrices_as_lapack(seed):
    W = sparse_random(3000, 10, seed)
    assert spectral_radius(W) == pytest.approx(by_lapack(W), rel=1e-6)


def test_circulant_matrix():
    """Its eigenvalues are the Fourier transform of its first column."""
    n_units = BEYOND_DENSE
    offsets, weights = [0, 3, 17, 100, 251], [0.3, -0.9, 0.5, 0.4, -0.2]
    column = np.zeros(n_units)
    column[offsets] = weights
    W = sum(
        w * sp.csr_array(sp.eye_array(n_units))[np.roll(np.arange(n_units), k)]
        for k, w in zip(offsets, weights, strict=True)
    )
    assert spectral_radius(W) == pytest.approx(np.abs(np.fft.fft(column)).max(), rel=1e-10)


def test_kronecker_product_has_the_product_of_the_radii():
    A, B = sparse_random(25, 3, 0), sparse_random(30, 3, 1)
    expected = by_lapack(A) * by_lapack(B)
    assert spectral_radius(sp.kron(A, B)) == pytest.approx(expected, rel=1e-9)


def test_grid_too_large_for_the_dense_algorithm():
    """Neighbours on a 60 x 50 grid: cosines, and eigenvalues in pairs of opposite sign."""

    def line(n):
        return sp.diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1])

    W = sp.kron(line(60), sp.eye_array(50)) + sp.kron(sp.eye_array(60), line(50))
    expected = 2 * np.cos(np.pi / 61) + 2 * np.cos(np.pi / 51)
    assert W.shape[0] > spectrum.DENSE_LIMIT
    assert spectral_radius(W) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("factor", [1e-60, 1e60])
def test_scale_of_the_weights_does_not_matter(factor):
    """Powers of W must neither overflow nor sink below an absolute tolerance."""
    W = sparse_random(BEYOND_DENSE, 5)
    W.data *= np.exp(np.random.default_rng(0).normal(0, 3, W.nnz))
    assert spectral_radius(W * factor) == pytest.approx(by_lapack(W) * factor, rel=1e-9)


def test_low_rank_matrix_too_large_for_the_dense_algorithm():
    rng = np.random.default_rng(0)
    U, V = rng.standard_normal((2, BEYOND_HELP, 2))
    some = rng.random(BEYOND_HELP) < 0.2  # few rows and columns, or the test is slow
    W = np.where(some[:, np.newaxis] & some, U @ V.T, 0)
    expected = np.abs(np.linalg.eigvals(V[some].T @ U[some])).max()
    assert spectral_radius(W) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("exact", [True, False])
def test_nilpotent_though_there_are_cycles(exact):
    """Units in groups of 20 that tell all others the same, and listen to what sums to zero."""
    size, n_groups = 20, BEYOND_DENSE // 20
    heard = np.tile([1.0, -1.0], size)
    if not exact:
        heard = np.random.default_rng(0).standard_normal(2 * size)
        heard[:size] -= heard[:size].mean()
        heard[size:] -= heard[size:].mean()
    listeners = np.repeat(np.arange(BEYOND_DENSE), 2 * size)
    sources = (listeners // size * size + np.tile(np.arange(2 * size), BEYOND_DENSE)) % BEYOND_DENSE
    W = sp.csr_array((np.tile(heard, n_groups * size), (listeners, sources)))
    radius = spectral_radius(W)
    assert radius == 0 if exact else radius < 1e-6 * np.linalg.norm(heard)


def all_on_one_circle() -> sp.csr_array:
    """A cycle of 307 rotations: 614 eigenvalues, and none is larger than another.

    The length is a prime so that no power of the matrix has fewer.
    """
    rotation = np.array([[0.6, 0.8], [-0.8, 0.6]])
    cycle = sp.csr_array(sp.eye_array(307))[np.roll(np.arange(307), 1)]
    return sp.csr_array(sp.kron(cycle, rotation))


def test_what_krylov_spaces_cannot_tell_the_dense_algorithm_does():
    assert spectral_radius(all_on_one_circle()) == pytest.approx(1, rel=1e-12)


def test_what_nothing_can_tell_is_an_error(monkeypatch):
    monkeypatch.setattr(spectrum, "DENSE_LIMIT", spectrum.DENSE_UNITS)
    with pytest.raises(np.linalg.LinAlgError, match=r"614 units.*pass spectral_radius=None"):
        spectral_radius(all_on_one_circle())


def test_answers_that_disagree_do_not_count(monkeypatch):
    answers = itertools.count(1.0)
    monkeypatch.setattr(spectrum, "_arnoldi_radius", lambda *_: next(answers))
    W = sparse_random(BEYOND_DENSE, 5)
    assert spectral_radius(W) == pytest.approx(by_lapack(W), rel=1e-12)
    assert next(answers) == 3, "one attempt where there is something to fall back on"


def test_repeatable_to_the_last_bit():
    W = sparse_random(BEYOND_DENSE, 10)
    assert spectral_radius(W) == spectral_radius(W)


# ---------------------------------------------------------------------- invariants

matrices = st.builds(
    lambda n, density, seed: sp.random_array(
        (n, n), density=density, rng=np.random.default_rng(seed)
    ),
    st.integers(1, 30),
    st.floats(0, 1),
    st.integers(0, 2**31),
)


@given(W=matrices, factor=st.floats(-100, 100))
def test_radius_scales_with_the_matrix(W, factor):
    assert_allclose(spectral_radius(W * factor), abs(factor) * spectral_radius(W), rtol=1e-6)


@given(W=matrices, seed=st.integers(0, 2**31))
def test_numbers_of_units_do_not_matter(W, seed):
    assert_allclose(spectral_radius(shuffled(W, seed)), spectral_radius(W), rtol=1e-6)


@given(W=matrices)
def test_radius_is_that_of_the_transpose_and_below_every_norm(W):
    radius = spectral_radius(W)
    assert_allclose(spectral_radius(W.T), radius, rtol=1e-6)
    assert radius <= abs(W).sum(axis=0).max() * (1 + 1e-12)
    assert radius <= np.linalg.norm(W.toarray(), 2) * (1 + 1e-12)


# ---------------------------------------------------------------------- Noda's iteration


@pytest.mark.parametrize("n_units", [3, 40])
def test_perron_root_as_lapack(n_units):
    rng = np.random.default_rng(n_units)
    W = sp.csr_array(rng.exponential(size=(n_units, n_units)))
    assert perron_root(W) == pytest.approx(by_lapack(W), rel=1e-12)


def test_perron_root_of_constant_row_sums_is_the_row_sum():
    ones = np.ones(1000)
    W = sp.diags_array([ones, ones, ones], offsets=[-1, 1, 999], shape=(1000, 1000)).tolil()
    W[999, 0] = 1.0
    assert perron_root(sp.csr_array(W)) == pytest.approx(2, rel=1e-13)


# ---------------------------------------------------------------------- scaling


@pytest.mark.parametrize("as_matrix", [np.asarray, sp.csr_array, sp.csr_matrix])
@pytest.mark.parametrize("radius", [0.5, 1, np.float32(1.25)])
def test_scaled_matrix_has_the_radius_and_the_same_shape(as_matrix, radius):
    W = sparse_random(60, 4).toarray()
    scaled = scale_to_radius(as_matrix(W), radius)
    assert isinstance(scaled, np.ndarray if as_matrix is np.asarray else sp.csr_array)
    assert scaled.dtype == np.float64
    scaled = scaled if as_matrix is np.asarray else scaled.toarray()
    assert np.abs(np.linalg.eigvals(scaled)).max() == pytest.approx(float(radius), rel=1e-12)
    assert_allclose(scaled * W.max() / scaled.max(), W, rtol=1e-12)


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_every_sparse_format(layout, kind):
    W = kind(sparse_random(30, 4)).asformat(layout)
    before = W.toarray()
    assert spectral_radius(W) == pytest.approx(by_lapack(W), rel=1e-12)
    assert by_lapack(scale_to_radius(W, 0.5)) == pytest.approx(0.5, rel=1e-12)
    assert_array_equal(W.toarray(), before)


def test_known_radius_is_not_computed():
    assert_array_equal(scale_to_radius(np.eye(2), 0.5, known=2.0), np.eye(2) / 4)


@pytest.mark.parametrize("known", [-1.0, np.nan])
def test_known_radius_out_of_range(known):
    with pytest.raises(ValueError, match="known"):
        scale_to_radius(np.eye(2), 0.5, known)


@pytest.mark.parametrize("as_matrix", [np.array, sp.csr_array])
def test_no_radius_leaves_the_weights_as_they_are(as_matrix):
    W = as_matrix([[0.0, 0.0], [3.0, 0.0]])
    scaled = scale_to_radius(W, None)
    assert scaled is not W
    assert (scaled != W).sum() == 0


@pytest.mark.parametrize("as_matrix", [np.array, sp.csr_array])
@pytest.mark.parametrize("W", [np.ones((2, 2)), np.zeros((2, 2))])
def test_radius_of_zero_is_no_recurrence(as_matrix, W):
    scaled = scale_to_radius(as_matrix(W), 0)
    assert type(scaled) is type(as_matrix(W))
    assert scaled.shape == (2, 2)
    assert abs(scaled).sum() == 0


NILPOTENT = {
    "zeros": np.zeros((3, 3)),
    "delay line": np.diag(np.ones(9), -1),
    "outer product": np.outer([1.0, 2.0, 3.0], [3.0, 0.0, -1.0]),
    "known to be": np.eye(3),
}


@pytest.mark.parametrize("name", NILPOTENT)
def test_nilpotent_matrix_cannot_be_scaled(name):
    known = 0.0 if name == "known to be" else None
    with pytest.raises(ValueError, match=r"spectral_radius=0.9 .* nilpotent.*radius=None"):
        scale_to_radius(NILPOTENT[name], 0.9, known)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize("radius", [-0.1, np.nan, np.inf])
def test_radius_out_of_range(radius):
    with pytest.raises(ValueError, match="spectral_radius"):
        scale_to_radius(np.eye(2), radius)


@pytest.mark.parametrize("radius", ["0.9", [0.9], 1j])
def test_radius_of_another_type(radius):
    with pytest.raises(TypeError, match="spectral_radius"):
        scale_to_radius(np.eye(2), radius)


@pytest.mark.parametrize(
    ("W", "message"),
    [
        (np.ones((2, 3)), r"W has shape \(2, 3\), but a square matrix is needed"),
        (sp.csr_array((3, 2)), r"W has shape \(3, 2\), but a square matrix is needed"),
        (np.ones(4), r"W has shape \(4,\), but a square matrix is needed"),
        (2.0, r"W has shape \(\), but a square matrix is needed"),
        (np.ones((2, 2, 2)), r"W has shape \(2, 2, 2\)"),
        (np.zeros((0, 0)), "minimum of 1 is required"),
        ([[np.nan]], "Input W contains NaN"),
        (sp.csr_array([[np.inf]]), "Input W contains infinity"),
        ([[1j]], "W must be real"),
        (sp.csr_array([[1j]]), "W must be real"),
        ([["a"]], "could not convert string to float"),
    ],
)
def test_what_is_no_square_real_matrix(W, message):
    for function in (spectral_radius, lambda W: scale_to_radius(W, 0.9)):
        with pytest.raises(ValueError, match=message):
            function(W)
