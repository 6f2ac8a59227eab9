"""The built-in backbone: where it lies, what it is called, how large it is. Known before torch is imported."""

from __future__ import annotations

from math import prod
from pathlib import Path

BUILT_IN = Path(__file__).resolve().parent.parent / "assets" / "backbone"
NAME = "cloze-bert-23m"


def size(folder: Path = BUILT_IN) -> int:
    """The number of parameters, read from the header of the weights."""
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", framework="numpy") as weights:
        return sum(prod(weights.get_slice(name).get_shape()) for name in weights.keys())  # noqa: SIM118
