from typing import Any, Self

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin

class DummyRegressor(MultiOutputMixin, RegressorMixin, BaseEstimator):
    def __init__(
        self, *, strategy: str = "mean", constant: Any = None, quantile: float | None = None
    ) -> None: ...
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self: ...
    def predict(self, X: Any, return_std: bool = False) -> NDArray[Any]: ...
