"""Where a pre-training stands, on disk, so that a kill loses minutes and not hours."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

EVERY = 120  # seconds


@dataclass(frozen=True)
class Position:
    """How far a training is."""

    step: int = 0
    tokens: int = 0  # read so far
    epoch: int = 0
    drawn: int = 0  # batches of this epoch
    seconds: float = 0.0  # spent training
    points: int = 0  # of the curve, measured so far


class Checkpoint:
    """One file, replaced as a whole: weights, AdamW's two moments, and the position, as safetensors."""

    def __init__(self, file: Path):
        self.file = file
        self.saved = time.monotonic()

    def save(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, at: Position, *, only_when_due: bool = False
    ) -> None:
        """Write everything; with `only_when_due`, only where the last time was `EVERY` seconds ago."""
        if only_when_due and time.monotonic() - self.saved < EVERY:
            return
        tensors = {}
        for name, weight in model.named_parameters():
            tensors[name] = weight.detach()
            for key, value in optimizer.state[weight].items():
                tensors[f"{key}/{name}"] = value
        new = self.file.with_suffix(".new")
        save_file(
            {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, new, {"at": json.dumps(asdict(at))}
        )
        os.replace(new, self.file)  # whoever is killed here leaves the old file or the new one, never half of one
        self.saved = time.monotonic()

    def restore(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> Position:
        """Put everything back; the beginning where there is no file."""
        if not self.file.exists():
            return Position()
        with safe_open(self.file, framework="pt") as saved, torch.no_grad():
            names = set(saved.keys())
            for name, weight in model.named_parameters():
                weight.copy_(saved.get_tensor(name))
                keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}/{name}" in names]
                moments = {key: saved.get_tensor(f"{key}/{name}") for key in keys}
                optimizer.state[weight] = {
                    key: value if key == "step" else value.to(weight.device) for key, value in moments.items()
                }
            return Position(**json.loads(saved.metadata()["at"]))
