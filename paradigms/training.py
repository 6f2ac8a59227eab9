"""The training loop that the three neural paradigms share: AdamW, warm-up and linear decay, one `TrainStep` a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

import torch
from torch import Tensor, nn

from .base import TrainStep
from .errors import at_least


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. `steps` batches of `batch_size` examples, learning rate `lr` at its highest."""

    steps: int
    batch_size: int
    lr: float
    warmup: float = 0.1  # share of the steps over which the rate rises from 0; it then falls to 0 linearly
    weight_decay: float = 0.01  # on matrices; biases and norms go free

    def __post_init__(self) -> None:
        for name, least in (("steps", 0), ("batch_size", 1), ("lr", 0.0)):
            at_least(getattr(self, name), name, least)

    def rate(self, step: int) -> float:
        """The share of `lr` used at `step`, 1 to `steps`."""
        rising = max(1, round(self.warmup * self.steps))
        if step <= rising:
            return step / rising
        return max(0.0, (self.steps - step + 1) / (self.steps - rising + 1))


MANY = 500  # examples


def schedule(
    n_examples: int,
    rates: tuple[float, float],
    steps: int | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    passes: int = 3,
) -> Schedule:
    """How the two BERT paradigms train where they are not told: `passes` in batches of 8, of 32 from MANY examples on,
    and 60 steps at least. Both get the same steps; `rates` are a method's own learning rates for few and for many,
    because a new classifier needs a larger one than words that are known already."""
    many = n_examples >= MANY
    batch_size = (32 if many else 8) if batch_size is None else at_least(batch_size, "batch_size", 1)
    steps = max(60, -(-passes * n_examples // batch_size)) if steps is None else steps
    return Schedule(steps, batch_size, rates[many] if lr is None else lr)


# All threads draw from torch's one random state: whoever puts another in its place has it alone until it is put back.
# Reentrant, because what is computed meanwhile may build a module.
_one_at_a_time = RLock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """New modules get random weights that depend on `seed` alone; the caller's random state is put back."""
    with _one_at_a_time, torch.random.fork_rng():  # a GPU's random state too
        torch.manual_seed(int(seed))
        yield


def train_steps(
    module: nn.Module,
    lengths: Sequence[int],
    loss_of: Callable[[list[int]], tuple[Tensor, int]],
    schedule: Schedule,
    seed: int,
    share_of_rate: Callable[[nn.Parameter], float] = lambda weight: 1.0,
) -> Iterator[TrainStep]:
    """Train what requires a gradient in `module`, one step at a time.

    `lengths` are the lengths of the examples in tokens, `loss_of(rows)` gives the mean loss of a batch of examples and
    how many of them were right. `share_of_rate` is for weights that learn slower or faster than others. Between two
    steps the module is in evaluation mode. The random state of the caller is left alone: it is put back after every
    step. Of two trainings in two threads one has a step while the other waits.
    """
    trained = [weight for weight in module.parameters() if weight.requires_grad]
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for weight in trained:
        groups.setdefault((share_of_rate(weight), weight.ndim > 1), []).append(weight)
    optimizer = torch.optim.AdamW(
        [
            {"params": weights, "share": share, "weight_decay": schedule.weight_decay if matrices else 0.0}
            for (share, matrices), weights in groups.items()
        ],
        lr=schedule.lr,
        fused=True,
    )
    order = torch.Generator().manual_seed(int(seed))
    randomness = torch.Generator().manual_seed(int(seed)).get_state()
    batches: list[list[int]] = []
    seen = right = 0
    start = time.perf_counter()
    for step in range(1, schedule.steps + 1):
        batches = batches or epoch(lengths, schedule.batch_size, order)
        rows = batches.pop()
        for group in optimizer.param_groups:
            group["lr"] = schedule.lr * group["share"] * schedule.rate(step)
        with _one_at_a_time:
            callers_randomness = torch.get_rng_state()
            torch.set_rng_state(randomness)
            module.train()
            try:
                loss, n_right = loss_of(rows)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(trained, 1.0)
                optimizer.step()
            finally:
                module.eval()
                randomness = torch.get_rng_state()
                torch.set_rng_state(callers_randomness)
        seen, right = seen + len(rows), right + n_right
        yield TrainStep(step, schedule.steps, loss.item(), right / seen, time.perf_counter() - start)


def epoch(lengths: Sequence[int], batch_size: int, order: torch.Generator) -> list[list[int]]:
    """All rows once, in random batches of like length: drawn at random, then sorted within groups of eight batches."""
    drawn = torch.randperm(len(lengths), generator=order).tolist()
    batches = []
    for start in range(0, len(drawn), 8 * batch_size):
        group = sorted(drawn[start : start + 8 * batch_size], key=lengths.__getitem__)
        batches += [group[i : i + batch_size] for i in range(0, len(group), batch_size)]
    return [batches[i] for i in torch.randperm(len(batches), generator=order).tolist()]


def n_trainable(module: nn.Module) -> int:
    """How many numbers training may change, counted from the module itself."""
    return sum(weight.numel() for weight in module.parameters() if weight.requires_grad)
