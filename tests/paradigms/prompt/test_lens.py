"""The mask lens against the model's own distribution."""

from pathlib import Path

import numpy as np
import pytest

from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.lens import Lens, blank, compare
from paradigms.prompt.template import Template

TEXT = "I like the Disney films very much."
FIRST, SECOND = "{text} It was [MASK].", "A [MASK] film. {text}"


@pytest.fixture(scope="module")
def lens(lm: MaskedLM) -> Lens:
    a, b = (blank(lm, Template.parse(source), TEXT)[0] for source in (FIRST, SECOND))
    return compare(lm, a, b)


def test_each_side_is_the_distribution_at_its_slot(lens: Lens) -> None:
    for side, source in ((lens.a, FIRST), (lens.b, SECOND)):
        expected = PromptClassifier(source).mask_distribution(TEXT).log_probabilities
        np.testing.assert_allclose(side, expected, atol=1e-4)


def test_a_word_of_the_sentence_is_hidden_and_the_slot_filled(lm: MaskedLM) -> None:
    filled, answer = blank(lm, Template.parse(FIRST), TEXT, (11, 17))
    assert answer == PromptClassifier(FIRST).mask_distribution(TEXT).words[0]
    tokens = lm.tokenizer.convert_ids_to_tokens(list(filled.input_ids))
    assert tokens == lm.tokenizer.tokenize(f"[CLS] I like the [MASK] films very much. It was {answer}. [SEP]")
    assert tokens[filled.mask_position] == "[MASK]"


@pytest.mark.parametrize("source", ["[MASK]{text}", "{text}[SEP][MASK]", "{text} [MASK]"])
@pytest.mark.parametrize("word", [(0, 1), (29, 34)])
def test_any_word_in_any_template_can_be_hidden(lm: MaskedLM, source: str, word: tuple[int, int]) -> None:
    filled, _ = blank(lm, Template.parse(source), TEXT, word)
    assert filled.input_ids[filled.mask_position] == lm.tokenizer.mask_token_id
    assert filled.input_ids.count(lm.tokenizer.mask_token_id) == 1


def test_what_is_typed_as_a_mask_is_no_blank(lm: MaskedLM) -> None:
    filled, _ = blank(lm, Template.parse(FIRST), "[MASK] fine", (7, 11))
    assert filled.input_ids.count(lm.tokenizer.mask_token_id) == 1


SMALL = Lens(np.log([0.5, 0.3, 0.1, 0.1]), np.log([0.1, 0.3, 0.4, 0.2]))


def test_far_words_are_on_their_sides_farthest_first() -> None:
    assert SMALL.far(np.arange(4), 2) == ([0], [2, 3])
    assert SMALL.far(np.array([1]), 2) == ([], [])


def test_expected_words_of_both_sides() -> None:
    assert SMALL.expected(1).tolist() == [0, 2]
    assert SMALL.rank(0) == (1, 4)
    assert SMALL.shared == pytest.approx(0.6)


def test_the_density_counts_every_word_above_the_floor(lens: Lens) -> None:
    borders, counts = lens.density(20, -12.0)
    assert counts.sum() == ((lens.a >= -12) & (lens.b >= -12)).sum()
    column = np.searchsorted(borders, lens.a.max(), side="right") - 1
    assert counts[:, column].sum() >= 1  # columns are a's
    assert counts[np.searchsorted(borders, lens.b.max(), side="right") - 1].sum() >= 1


@pytest.mark.parametrize("source", [FIRST, SECOND, "{text}[SEP][MASK]"])
@pytest.mark.parametrize("place", [0, 1, 50, 98, 99])
def test_a_word_of_a_long_text_can_be_hidden(tiny_bert: Path, source: str, place: int) -> None:
    lm = MaskedLM.load(tiny_bert)  # reads 64 tokens
    words = [f"{letter}{letter}" for letter in "abcdefghij" for _ in range(10)]
    text = " ".join(words)
    filled, _ = blank(lm, Template.parse(source), text, (3 * place, 3 * place + 2))
    at = filled.mask_position
    assert filled.input_ids[at] == lm.tokenizer.mask_token_id
    assert len(filled.input_ids) <= lm.max_length
    if place > 0:
        assert filled.input_ids[at - 1] == lm.tokenizer.encode(words[place - 1], add_special_tokens=False)[-1]
    if place < 99:
        assert filled.input_ids[at + 1] == lm.tokenizer.encode(words[place + 1], add_special_tokens=False)[0]


def test_the_last_word_of_a_text_that_just_fits(tiny_bert: Path) -> None:
    lm = MaskedLM.load(tiny_bert)
    for n in range(50, 64):
        text = "old " * n
        filled, _ = blank(lm, Template.parse(FIRST), text, (4 * n - 4, 4 * n - 1))
        assert filled.input_ids[filled.mask_position] == lm.tokenizer.mask_token_id
