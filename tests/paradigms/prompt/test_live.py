"""Answers as they are computed, and the sign test of what changed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from paradigms.data import Dataset
from paradigms.engine import Ticket
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.live import FIRST, Flips, answers, flips
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer

TEMPLATE = Template.parse("{text} It was [MASK].")
THREE = Verbalizer((("bad", ("terrible",)), ("good", ("great", "fun")), ("so", ("okay",))))


@pytest.fixture(scope="module")
def backbone(tiny_bert: Path) -> MaskedLM:
    return MaskedLM.load(tiny_bert)


def test_parts_are_the_whole_and_the_first_come_first(backbone: MaskedLM, tiny_bert: Path, held_out: Dataset) -> None:
    texts = held_out.texts[: FIRST + 20]
    found, order = np.empty((len(texts), 3)), []
    for rows, probabilities in answers(backbone, TEMPLATE, THREE, texts):
        found[rows] = probabilities
        order += rows
    assert sorted(order) == list(range(len(texts)))
    assert set(order[:FIRST]) == set(range(FIRST))
    whole = PromptClassifier(TEMPLATE, THREE, backbone=str(tiny_bert)).predict_proba(texts)
    np.testing.assert_allclose(found, whole, atol=0.02)  # bf16, in other batches


def test_other_label_words_do_not_run_the_model(
    backbone: MaskedLM, held_out: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = held_out.texts[:FIRST]
    list(answers(backbone, TEMPLATE, THREE, texts))
    monkeypatch.setattr(MaskedLM, "states", lambda *_: pytest.fail("the encoder ran"))
    ((rows, probabilities),) = answers(backbone, TEMPLATE, Verbalizer.parse("0=bad;1=good"), texts)
    assert sorted(rows) == list(range(FIRST))
    assert probabilities.shape == (FIRST, 2)


def test_a_cancelled_ticket_ends_it(backbone: MaskedLM, held_out: Dataset) -> None:
    ticket = Ticket()
    parts = answers(backbone, Template.parse("{text} Then it was [MASK]."), THREE, held_out.texts[:200], ticket)
    next(parts)
    ticket.cancel()
    assert list(parts) == []


@given(gained=st.integers(0, 40), lost=st.integers(0, 40))
def test_the_sign_test_is_the_binomial_test(gained: int, lost: int) -> None:
    expected = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert Flips(gained, lost, 0).chance == pytest.approx(expected)


def test_flips_of_three_classes() -> None:
    gold, before, now = np.array([0, 1, 2, 0, 1]), np.array([0, 0, 0, 0, 1]), np.array([1, 1, 1, 0, 1])
    assert flips(gold, before, now) == Flips(gained=1, lost=1, other=1)
