"""What all tests share. The environment is set before the first import of torch or of the hub's client."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needs the network is a broken test
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait leave the processor to whoever else is testing
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))

import pytest
from hypothesis import settings

from paradigms.data import Dataset, few_shot, load

# The same examples in every run, and no limit on their time: the machine may be busy.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def reviews() -> Dataset:
    """The built-in training reviews."""
    return load("reviews", "train")


@pytest.fixture(scope="session")
def held_out() -> Dataset:
    """The built-in test reviews."""
    return load("reviews", "test")


@pytest.fixture(scope="session")
def shots(reviews: Dataset) -> Dataset:
    """Eight training reviews a class: enough to train on where accuracy does not matter."""
    return few_shot(reviews, 8, seed=0)
