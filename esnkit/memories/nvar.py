"""NVAR: polynomials of past inputs, the features of next-generation reservoir computing."""

from __future__ import annotations

from esnkit.memories.delays import DelayMemory


class NVAR(DelayMemory):
    r"""Memory of the last inputs and of their products: next-generation reservoir computing.

    The features are those of a `TappedDelayLine`, x(n), x(n - stride), ..., and all their
    different monomials of degree 2 to ``order`` [1]_: in all :math:`\binom{m + d}{d} - 1` for m
    taps of single features and order d. The constant is left to the readout, whose intercept it
    is.

    Parameters
    ----------
    n_taps : int, default=2
        Number of inputs given at each step, the present one included; at least 1.
    stride : int, default=1
        Steps between two taps, at least 1.
    order : int, default=2
        Largest degree of a monomial, at least 1; with 1 this is a delay line. More than 100 000
        features are refused.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from zeros.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    TappedDelayLine : The taps alone.
    esnkit.ESNRegressor : A memory with a readout.
    sklearn.preprocessing.PolynomialFeatures : The same products, in the same order, of one row.

    Notes
    -----
    Degrees ascend; within a degree, factors are ordered as the taps are and the first varies
    slowest: for taps a, b these are a, b, a², ab, b², a³, a²b, ... The ``states`` of a `State` are
    the last (n_taps - 1) stride rows of the input, the oldest first, one after the other in a flat
    array. The first (n_taps - 1) stride steps of a sequence see zeros: give the model as many
    for `washout`.

    Monomials of features that differ in size differ by its powers, and a ridge penalty treats
    them unequally: standardise the series first. For free runs do not take the smallest penalty:
    on a series without noise it finds the map that is best over one step, which like a
    multi-step integrator of the highest order may be unstable when its errors are fed back.

    References
    ----------
    .. [1] D. J. Gauthier, E. Bollt, A. Griffith and W. A. S. Barbosa, "Next generation reservoir
       computing", Nature Communications 12, 5564, 2021.

    Examples
    --------
    >>> from esnkit import NVAR
    >>> X = [[1.0], [2.0], [3.0]]
    >>> memory = NVAR(2).fit(X)
    >>> memory.transform(X)
    array([[1., 0., 1., 0., 0.],
           [2., 1., 4., 2., 1.],
           [3., 2., 9., 6., 4.]])
    >>> memory.get_feature_names_out()
    array(['x0(n)', 'x0(n-1)', 'x0(n)^2', 'x0(n)*x0(n-1)', 'x0(n-1)^2'],
          dtype=object)

    Four hundred points of the Lorenz attractor suffice for a forecast:

    >>> from sklearn.preprocessing import StandardScaler
    >>> from esnkit import ESNRegressor, RidgeReadout
    >>> from esnkit.datasets import lorenz63
    >>> series = lorenz63(450, dt=0.025, random_state=0)
    >>> series = StandardScaler().fit(series[:400]).transform(series)
    >>> model = ESNRegressor(NVAR(2), RidgeReadout(1e-4), washout=1)
    >>> forecast = model.fit(series[:399], series[1:400]).free_run(50)
    >>> bool(abs(forecast - series[400:]).max() < 0.1)
    True
    """

    def __init__(
        self,
        n_taps: int = 2,
        *,
        stride: int = 1,
        order: int = 2,
        id_column: str | int | None = None,
    ) -> None:
        self.n_taps = n_taps
        self.stride = stride
        self.order = order
        self.id_column = id_column
