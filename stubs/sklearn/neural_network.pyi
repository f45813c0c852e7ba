from typing import Any, Self

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

class MLPRegressor(RegressorMixin, BaseEstimator):
    activation: str
    n_iter_: int
    coefs_: list[NDArray[Any]]
    intercepts_: list[NDArray[Any]]
    def __init__(self, **parameters: Any) -> None: ...
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self: ...
    def predict(self, X: Any) -> NDArray[Any]: ...
