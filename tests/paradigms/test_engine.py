"""The engine: who shares a batch, who goes first, what is never computed. Order is tested, not time."""

import copy
import gc
import multiprocessing
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import torch
from torch import Tensor

from paradigms import masked_lm
from paradigms.engine import CROWD, ENGINE, SHARED, TYPING, Engine, Ticket
from paradigms.masked_lm import TOKENS_PER_BATCH, MaskedLM
from paradigms.prompt.template import Template
from paradigms.seen import Seen
from paradigms.tokens import Encoded

PATIENCE = 20  # seconds after which a test that hangs fails


class Echo:
    """Stands for a model: the state of a text is its first id. Notes its batches, and holds them while it is closed."""

    def __init__(self, capacity: int = 100):
        self.seen = Seen(capacity)
        self.hidden_size, self.vocabulary_size = 1, 2
        self.batches: list[list[int]] = []
        self.rounded: list[bool] = []  # of each batch
        self.started, self.open = Event(), Event()
        self.once = False  # whether it closes by itself after a batch
        self.open.set()

    def states(self, encoded: list[Encoded], bf16: bool) -> Tensor:
        self.batches.append([text.input_ids[0] for text in encoded])
        self.rounded.append(bf16)
        self.started.set()
        assert self.open.wait(PATIENCE)
        if self.once:
            self.open.clear()
        if any(text.input_ids[0] < 0 for text in encoded):
            raise IndexError("no such id")
        return torch.tensor([[float(text.input_ids[0])] for text in encoded])

    def decoded(self, states: list[Tensor]) -> Tensor:
        return torch.stack([torch.cat([state, 10 * state]) for state in states])


def text(name: int, length: int = 10) -> Encoded:
    return Encoded((name, *[0] * (length - 1)), (0,) * length, 0, 0)


FULL = TOKENS_PER_BATCH  # the length of a text that fills a batch


@pytest.fixture
def engine():
    """On one core, so that there is an order to test."""
    engine = Engine(1)
    yield engine
    until(lambda: not any(engine.working.values()))
    assert not engine.lines


@pytest.fixture
def pool():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def hold(engine: Engine, pool: ThreadPoolExecutor) -> Echo:
    """A model whose first batch, a text of its own, is being computed until the model is opened."""
    lm = Echo()
    lm.open.clear()
    pool.submit(engine.ask, lm, [text(0)])
    assert lm.started.wait(PATIENCE)
    return lm


def line_up(engine: Engine, pool: ThreadPoolExecutor, lm: Echo, texts: list[Encoded], **how):
    """Ask from another thread, and come back when the request is in line."""
    before = waiting(engine)
    future = pool.submit(engine.ask, lm, texts, **how)
    until(lambda: waiting(engine) > before)
    return future


def waiting(engine: Engine) -> int:
    with engine.lock:
        return sum(map(len, engine.lines.values()))


def test_callers_share_a_batch(engine, pool):
    lm = hold(engine, pool)
    mine = line_up(engine, pool, lm, [text(1), text(2)])
    yours = line_up(engine, pool, lm, [text(3), text(1)])
    lm.open.set()
    assert mine.result(PATIENCE).tolist() == [[1], [2]]
    assert yours.result(PATIENCE).tolist() == [[3], [1]]
    assert lm.batches == [[0], [1, 2, 3]]


def test_batches_that_nobody_hurries_are_small_while_somebody_types(engine, pool, monkeypatch):
    texts = [text(name) for name in range(1, 61)]
    lm = hold(engine, pool)  # somebody typed
    sweep = line_up(engine, pool, lm, texts, hurried=False)
    lm.open.set()
    sweep.result(PATIENCE)
    assert len(lm.batches) > 2
    assert max(map(len, lm.batches)) * 10 <= SHARED
    monkeypatch.setattr(engine, "hurried", time.monotonic() - TYPING)
    engine.ask(lm := Echo(), texts, hurried=False)
    assert [len(batch) for batch in lm.batches] == [60], "nobody does any more"


def test_states_and_logits_share_a_batch(engine, pool):
    lm = hold(engine, pool)
    states = line_up(engine, pool, lm, [text(1)])
    logits = line_up(engine, pool, lm, [text(2), text(1)], whole=True)
    lm.open.set()
    assert states.result(PATIENCE).tolist() == [[1]]
    assert logits.result(PATIENCE).tolist() == [[2, 20], [1, 10]]
    assert lm.batches == [[0], [1, 2]]
    assert engine.ask(lm, [text(2)], whole=True).tolist() == [[2, 20]]
    assert lm.batches == [[0], [1, 2]], "what is known is only decoded"


def test_the_rounding_of_a_crowd_is_not_kept_for_who_asks_alone(engine, pool, monkeypatch):
    monkeypatch.setattr("paradigms.engine.has_bf16", lambda: True)
    lm = hold(engine, pool)
    crowd = [line_up(engine, pool, lm, [text(name)]) for name in range(1, CROWD + 1)]
    lm.open.set()
    assert [one.result(PATIENCE).item() for one in crowd] == list(range(1, CROWD + 1))
    assert lm.rounded == [False, True]
    assert engine.ask(lm, [text(1)]).item() == 1
    assert lm.batches[2:] == [[1]] and lm.rounded == [False, True, False]


def test_texts_of_unlike_length_do_not(engine, pool):
    """Padding five short texts to a long one costs more than a batch of its own."""
    lm = hold(engine, pool)
    short = line_up(engine, pool, lm, [text(name) for name in range(1, 6)])
    long = line_up(engine, pool, lm, [text(9, 100)])
    lm.open.set()
    assert len(short.result(PATIENCE)) == 5 and len(long.result(PATIENCE)) == 1
    assert lm.batches[1:] == [[1, 2, 3, 4, 5], [9]]


def test_models_do_not(engine, pool):
    lm, other = hold(engine, pool), Echo()
    first = line_up(engine, pool, lm, [text(1)])
    second = line_up(engine, pool, other, [text(2)])
    lm.open.set()
    assert first.result(PATIENCE).item() == 1 and second.result(PATIENCE).item() == 2
    assert (lm.batches, other.batches) == ([[0], [1]], [[2]])


def test_precisions_do_not(engine, pool, monkeypatch):
    """What a text is answered does not depend on who asks beside: few texts are read in fp32 also next to many."""
    monkeypatch.setattr(masked_lm, "has_bf16", lambda: True)
    lm = hold(engine, pool)
    many = line_up(engine, pool, lm, [text(name) for name in range(1, 1 + masked_lm.BF16_FROM)])
    few = line_up(engine, pool, lm, [text(1)])
    lm.open.set()
    assert len(many.result(PATIENCE)) == masked_lm.BF16_FROM and few.result(PATIENCE).item() == 1
    assert len(lm.batches) == 3 and [1] in lm.batches


def test_a_typist_overtakes_a_sweep(engine, pool):
    lm = hold(engine, pool)
    sweep = line_up(engine, pool, lm, [text(name, FULL) for name in (1, 2, 3)], hurried=False)
    typist = line_up(engine, pool, lm, [text(9)])
    lm.open.set()
    assert typist.result(PATIENCE).item() == 9
    assert sweep.result(PATIENCE).flatten().tolist() == [1, 2, 3]
    assert lm.batches == [[0], [9], [1], [2], [3]]


def test_sweeps_take_turns(engine, pool):
    """A short one that comes later does not wait for the end of a long one."""
    lm = hold(engine, pool)
    long = line_up(engine, pool, lm, [text(name, FULL) for name in (1, 2, 3, 4)], hurried=False)
    short = line_up(engine, pool, lm, [text(name, FULL) for name in (7, 8)], hurried=False)
    lm.open.set()
    assert len(long.result(PATIENCE)) == 4 and len(short.result(PATIENCE)) == 2
    assert lm.batches == [[0], [1], [7], [2], [8], [3], [4]]


def test_who_comes_later_cannot_keep_others_waiting(engine, pool):
    """The turns of a newcomer start at the present turn, not at the first: the old ones are not overtaken for ever."""
    lm = hold(engine, pool)
    old = line_up(engine, pool, lm, [text(name, FULL) for name in (1, 2)], hurried=False)
    lm.open.clear()
    lm.started.clear()
    engine.turn[False] = 1  # as after a sweep's second batch
    new = line_up(engine, pool, lm, [text(7, FULL)], hurried=False)
    lm.open.set()
    assert len(old.result(PATIENCE)) == 2 and len(new.result(PATIENCE)) == 1
    assert lm.batches == [[0], [1], [2], [7]]


def test_cancelled_work_is_not_computed(engine, pool):
    lm, ticket = hold(engine, pool), Ticket()
    stream = engine.stream(lm, [text(name, FULL) for name in (1, 2, 3)], ticket=ticket)
    rows = pool.submit(lambda: [rows for rows, _ in stream])
    until(lambda: waiting(engine) == 3)
    ticket.cancel()
    assert rows.result(PATIENCE) == []  # without waiting for the batch that is being computed
    lm.open.set()
    assert engine.ask(lm, [text(4)]).item() == 4
    assert lm.batches == [[0], [4]]


@pytest.mark.parametrize("leave", ["close", "forget"])
def test_who_leaves_has_cancelled(engine, leave):
    lm = Echo()
    stream = engine.stream(lm, [text(name, FULL + name) for name in range(50)])
    lm.once = True
    rows, states = next(stream)
    assert rows == [0] and states.tolist() == [[0]]
    if leave == "close":
        stream.close()
    else:
        del stream
        gc.collect()
    lm.once = False
    lm.open.set()
    until(lambda: not any(engine.working.values()))
    assert len(lm.batches) < 50


def test_a_cancelled_ticket_asks_for_nothing(engine):
    lm, ticket = Echo(), Ticket()
    ticket.cancel()
    assert list(engine.stream(lm, [text(1)], ticket=ticket)) == []


def test_one_ticket_for_one_stream_after_another(engine):
    """As a sweep uses it: what cancels one of them cancels those to come."""
    lm, ticket = Echo(), Ticket()
    assert len(list(engine.stream(lm, [text(1)], ticket=ticket))) == 1
    assert not ticket.cancelled
    assert len(list(engine.stream(lm, [text(2)], ticket=ticket))) == 1


def test_what_is_known_comes_first(engine):
    lm = Echo()
    engine.ask(lm, [text(2)])
    answers = [(rows, states.tolist()) for rows, states in engine.stream(lm, [text(name) for name in (1, 2, 3, 2)])]
    assert answers == [([1, 3], [[2], [2]]), ([0, 2], [[1], [3]])]
    assert lm.batches == [[2], [1, 3]]


def test_the_same_text_is_computed_once_for_all_who_wait(engine, pool):
    lm = hold(engine, pool)
    asked = [line_up(engine, pool, lm, [text(1, FULL)]) for _ in range(5)]
    lm.open.set()
    assert [future.result(PATIENCE).item() for future in asked] == [1] * 5
    assert lm.batches == [[0], [1]]


def test_a_fault_reaches_its_caller_and_nobody_else(engine, pool):
    lm = hold(engine, pool)
    good = line_up(engine, pool, lm, [text(1)])
    bad = line_up(engine, pool, lm, [text(-1)])
    lm.open.set()
    with pytest.raises(IndexError, match="no such id"):
        bad.result(PATIENCE)
    assert good.result(PATIENCE).item() == 1
    assert engine.ask(lm, [text(2)]).item() == 2


def test_a_sweep_is_computed_on_all_cores_side_by_side(pool):
    engine, lm, other = Engine(2), Echo(), Echo()
    lm.open.clear()
    held = pool.submit(engine.ask, lm, [text(1)], hurried=False)
    assert lm.started.wait(PATIENCE)
    assert engine.ask(other, [text(2)], hurried=False).item() == 2
    assert not held.done()
    lm.open.set()
    assert held.result(PATIENCE).item() == 1


def test_nobody_who_types_waits_for_a_sweep(pool):
    """Nor does the sweep go on before the typist has the answer."""
    engine, sweep, typing = Engine(2), Echo(), Echo()
    sweep.open.clear()
    texts = [text(name, FULL) for name in range(1, 6)]
    swept = pool.submit(engine.ask, sweep, texts, hurried=False)
    until(lambda: len(sweep.batches) == 2)
    typing.open.clear()
    typed = pool.submit(engine.ask, typing, [text(9)])
    assert typing.started.wait(PATIENCE)
    sweep.open.set()
    until(lambda: not engine.working[False])
    assert len(sweep.batches) == 2
    typing.open.set()
    assert typed.result(PATIENCE).item() == 9
    assert swept.result(PATIENCE).flatten().tolist() == [1, 2, 3, 4, 5]


def test_a_batch_of_a_sweep_has_one_core_and_everything_else_as_many_as_before(pool):
    class Counting(Echo):
        def states(self, encoded: list[Encoded], bf16: bool) -> Tensor:
            return torch.full((len(encoded), 1), float(torch.get_num_threads()))

    before = torch.get_num_threads()
    assert Engine(2).ask(Counting(), [text(1)], hurried=False).item() == 1
    assert Engine(2).ask(Counting(), [text(1)]).item() == before
    assert torch.get_num_threads() == before
    with ThreadPoolExecutor(1) as new:
        assert new.submit(torch.get_num_threads).result(PATIENCE) == before


def test_no_texts(engine):
    assert engine.ask(Echo(), []).shape == (0, 1)


def test_many_threads(engine, pool):
    """Callers of every kind at once, some leaving: everyone who stays is answered, and right."""
    models = [Echo(capacity) for capacity in (0, 5, 100)]

    def call(number: int) -> None:
        names = [(number * 7 + i) % 40 for i in range(number % 9)]
        texts = [text(name, 5 + 50 * name) for name in names]
        stream = engine.stream(models[number % 3], texts, hurried=number % 2 == 0)
        if number % 5 == 0:
            next(stream, None)
            stream.close()
            return
        got = {row: state.item() for rows, states in stream for row, state in zip(rows, states, strict=True)}
        assert got == dict(enumerate(names))

    for future in [pool.submit(call, number) for number in range(300)]:
        future.result(PATIENCE)


# With real models.


@pytest.fixture(scope="module")
def tiny(tiny_bert):
    return MaskedLM.load(tiny_bert)


def filled(lm: MaskedLM, *texts: str) -> list[Encoded]:
    return Template.parse("{text} It was [MASK].").encode(texts, lm.tokenizer, lm.max_length)


def test_threads_get_what_plain_transformers_says(tiny, pool, monkeypatch):
    monkeypatch.setattr("paradigms.engine.has_bf16", lambda: False)  # a crowd's batch is not rounded
    texts = [f"film {'very ' * (i % 7)}number {i}" for i in range(40)]
    lm = MaskedLM(tiny.model, tiny.tokenizer, tiny.name, Seen(10))
    parts = [filled(lm, *texts[start : start + 5]) for start in range(0, 40, 5)]
    answers = torch.cat(list(pool.map(lm.logits_at_mask, parts)))
    for one, answer in zip(texts, answers, strict=True):
        inputs = lm.tokenizer(f"{one} It was [MASK].", return_tensors="pt")
        with torch.no_grad():
            expected = lm.model(**inputs).logits[inputs["input_ids"] == lm.tokenizer.mask_token_id][0]
        torch.testing.assert_close(answer, expected, rtol=0, atol=1e-4)


def test_states_may_go_on_into_a_training(tiny):
    """What the engine hands out are ordinary tensors, on which gradients of what comes after can stand."""
    states = ENGINE.ask(tiny, filled(tiny, "a", "b"))
    weight = torch.ones(states.shape[1], requires_grad=True)
    (states @ weight).sum().backward()
    torch.testing.assert_close(weight.grad, states.sum(dim=0))


def test_a_model_that_learns_is_asked_anew(tiny):
    """Prepared weights are those of now: after every step of a training, and after another model's are loaded."""
    lm = tiny.copy()
    before = lm.logits_at_mask(filled(lm, "a"))
    optimizer = torch.optim.AdamW(lm.model.parameters(), lr=1e-2, fused=True)
    lm.states_at_mask(lm.batch(filled(lm, "a"))).sum().backward()
    optimizer.step()
    after = lm.logits_at_mask(filled(lm, "a"))
    assert not torch.allclose(after, before, atol=1e-3)
    with torch.no_grad():
        plain = lm.model(torch.tensor([filled(lm, "a")[0].input_ids])).logits[0, filled(lm, "a")[0].mask_position]
    torch.testing.assert_close(after[0], plain, rtol=0, atol=1e-4)
    lm.model.load_state_dict(tiny.model.state_dict())
    torch.testing.assert_close(lm.logits_at_mask(filled(lm, "a")), before, rtol=0, atol=1e-4)


def test_layers_that_are_more_than_a_matrix_are_left_to_the_model(tiny):
    """As under LoRA, where a layer's weight is not all that it multiplies with."""

    class Doubled(torch.nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    lm = tiny.copy()
    query = lm.model.base_model.encoder.layer[0].attention.self.query
    query.__class__ = Doubled
    (item,) = filled(lm, "a good film")
    with torch.no_grad():
        plain = lm.model(torch.tensor([item.input_ids])).logits[0, item.mask_position]
    torch.testing.assert_close(lm.logits_at_mask([item])[0], plain, rtol=0, atol=1e-4)
    assert not torch.allclose(plain, tiny.logits_at_mask([item])[0], atol=1e-3)


def test_copies_and_other_processes(tiny):
    expected = tiny.logits_at_mask(filled(tiny, "a"))
    for lm in (tiny.copy(), copy.deepcopy(tiny), pickle.loads(pickle.dumps(tiny))):
        torch.testing.assert_close(lm.logits_at_mask(filled(lm, "a")), expected, rtol=0, atol=1e-5)


def _child(answer) -> None:
    # Without a model: OpenMP's threads are not in a forked child, and torch would wait for them.
    answer.put(ENGINE.ask(Echo(), [text(5)]).item())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_forked_child_has_an_engine_of_its_own(pool):
    lm = hold(ENGINE, pool)
    try:
        context = multiprocessing.get_context("fork")
        answer = context.SimpleQueue()
        child = context.Process(target=_child, args=(answer,))
        child.start()
        child.join(PATIENCE)
        assert child.exitcode == 0 and answer.get() == 5
    finally:
        lm.open.set()
