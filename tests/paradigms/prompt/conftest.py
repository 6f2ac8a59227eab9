"""What the tests of the searches share."""

import numpy as np
import pytest

from paradigms.data import Dataset
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.candidates import Examples


@pytest.fixture(scope="session")
def examples(lm: MaskedLM, shots: Dataset) -> Examples:
    """Four training reviews a class, under the built-in backbone."""
    rows = [0, 1, 2, 3, 8, 9, 10, 11]
    return Examples(lm, tuple(shots.texts[row] for row in rows), np.array([0] * 4 + [1] * 4), ("0", "1"))
