"""The training loop that the neural paradigms share."""

import time
from threading import Thread

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from paradigms.errors import ParadigmError
from paradigms.training import Schedule, epoch, n_trainable, schedule, seeded, train_steps


@given(st.integers(1, 300), st.floats(0, 1))
def test_rate_rises_then_falls(steps, warmup):
    chosen = Schedule(steps, 8, 1e-3, warmup)
    rates = [chosen.rate(step) for step in range(1, steps + 1)]
    assert all(0 < rate <= 1 for rate in rates)
    assert max(rates) == 1
    top = rates.index(1)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_no_steps_are_none():
    """Not as many as it would have taken by itself."""
    assert schedule(1000, (1e-4, 1e-5), steps=0).steps == 0
    assert schedule(1000, (1e-4, 1e-5), lr=0.0).lr == 0.0
    for wrong in ({"steps": -1}, {"batch_size": 0}, {"lr": -1.0}):
        with pytest.raises(ParadigmError) as caught:
            schedule(1000, (1e-4, 1e-5), **wrong)
        assert caught.value.kind == "bad_option"


@given(st.lists(st.integers(1, 50), min_size=1, max_size=200), st.integers(1, 16), st.integers(0, 5))
def test_every_example_once_an_epoch(lengths, batch_size, seed):
    batches = epoch(lengths, batch_size, torch.Generator().manual_seed(seed))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert max(map(len, batches)) <= batch_size
    assert len(batches) <= -(-len(lengths) // batch_size) + len(lengths) // (8 * batch_size)
    assert batches == epoch(lengths, batch_size, torch.Generator().manual_seed(seed))


def test_batches_are_of_like_length():
    lengths = torch.randint(1, 60, (400,), generator=torch.Generator().manual_seed(0)).tolist()
    batches = epoch(lengths, 8, torch.Generator().manual_seed(0))
    spread = [max(lengths[row] for row in batch) - min(lengths[row] for row in batch) for batch in batches]
    assert sum(spread) / len(spread) < 15
    assert batches != sorted(batches, key=lambda batch: lengths[batch[0]])  # yet in random order


class Line(nn.Module):
    """One weight, one bias, and a dropout that draws random numbers."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(1, 2)
        self.frozen = nn.Parameter(torch.ones(3), requires_grad=False)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        return self.line(self.dropout(x))


def run(seed: int, draw_between: bool = False):
    torch.manual_seed(0)
    module = Line().eval()
    x, gold = torch.linspace(-1, 1, 10)[:, None], torch.tensor([0] * 5 + [1] * 5)
    modes = []

    def loss_of(rows):
        modes.append(module.training)
        logits = module(x[rows])
        return nn.functional.cross_entropy(logits, gold[rows]), int((logits.argmax(dim=1) == gold[rows]).sum())

    steps = []
    for step in train_steps(module, [1] * 10, loss_of, Schedule(12, 4, 0.1), seed):
        assert not module.training  # between steps it can be asked
        if draw_between:
            torch.rand(5)
        steps.append(step)
    assert all(modes) and len(modes) == 12
    return steps, module


def test_repeatable_whatever_the_caller_draws():
    steps, module = run(seed=0)
    again, same = run(seed=0, draw_between=True)
    assert [step.loss for step in steps] == [step.loss for step in again]
    torch.testing.assert_close(same.line.weight, module.line.weight, rtol=0, atol=0)
    other, _ = run(seed=1)
    assert [step.loss for step in steps] != [step.loss for step in other]


def test_only_what_requires_a_gradient():
    _, module = run(seed=0)
    torch.testing.assert_close(module.frozen, torch.ones(3), rtol=0, atol=0)
    assert n_trainable(module) == 4


def test_a_failing_step_puts_everything_back():
    """A batch that cannot be computed leaves the random state and the module's mode as they were."""
    module = Line().eval()

    def broken(rows):
        torch.rand(1)
        raise MemoryError

    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    with pytest.raises(MemoryError):
        next(train_steps(module, [1], broken, Schedule(1, 1, 0.1), 0))
    assert not module.training
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)


def drawing(seed: int, drawn: list[float]):
    """A training whose steps draw twice, and let other threads do something in between."""
    with seeded(seed):
        module = Line().eval()

    def loss_of(rows):
        drawn.append(torch.rand(1).item())
        time.sleep(0.002)
        drawn.append(torch.rand(1).item())
        return module(torch.ones(1, 1)).sum(), 0

    yield from train_steps(module, [1], loss_of, Schedule(20, 1, 0.1), seed)


def test_trainings_in_threads_do_not_disturb_each_other():
    alone: list[list[float]] = [[], [], []]
    for seed, drawn in enumerate(alone):
        list(drawing(seed, drawn))
    before = torch.get_rng_state()
    together: list[list[float]] = [[], [], []]
    threads = [Thread(target=list, args=(drawing(seed, drawn),)) for seed, drawn in enumerate(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
    assert torch.equal(torch.get_rng_state(), before)


def test_modules_in_threads_get_the_weights_of_their_seeds():
    def build(seed: int, drawn: list[float]) -> None:
        with seeded(seed):
            for _ in range(5):
                drawn.append(torch.rand(1).item())
                time.sleep(0.002)

    alone: list[list[float]] = [[], []]
    for seed, drawn in enumerate(alone):
        build(seed, drawn)
    together: list[list[float]] = [[], []]
    threads = [Thread(target=build, args=(seed, drawn)) for seed, drawn in enumerate(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_a_training_that_waits_for_its_caller_holds_up_no_other():
    waiting = drawing(0, [])
    next(waiting)
    other = Thread(target=run, args=(0,), daemon=True)
    other.start()
    other.join(timeout=20)
    assert not other.is_alive()
    with seeded(1):  # a step may be taken while a module is built: reentrant
        next(waiting)
