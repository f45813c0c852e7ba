from typing import Any, Self

from numpy.typing import NDArray
from sklearn.base import BaseEstimator

class Pipeline(BaseEstimator):
    classes_: NDArray[Any]
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self: ...
    def predict(self, X: Any, **params: Any) -> NDArray[Any]: ...

def make_pipeline(*steps: Any) -> Pipeline: ...
