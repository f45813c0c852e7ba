from typing import Any

from numpy.typing import NDArray

def compute_sample_weight(class_weight: Any, y: Any) -> NDArray[Any]: ...
