"""A blank between two texts, however long they are."""

import pytest

from paradigms.masked_lm import MaskedLM
from paradigms.masked_words import fill_blank


@pytest.fixture(scope="module")
def small(tiny_bert) -> MaskedLM:
    return MaskedLM.load(tiny_bert)  # reads 64 tokens


def test_texts_that_fit_stay_whole(small):
    encoded = small.encode_blank("the plot is ", " and old")
    tokens = small.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))
    assert tokens == ["[CLS]", "the", "plot", "is", "[MASK]", "and", "old", "[SEP]"]
    assert (encoded.mask_position, encoded.truncated) == (4, 0)


@pytest.mark.parametrize(("before", "after", "place"), [(100, 0, 62), (0, 100, 1), (100, 100, 32), (10, 100, 12)])
def test_the_pieces_nearest_to_the_blank_are_kept(small, before, after, place):
    encoded = small.encode_blank("old " * before + "plot" * (before > 0), "dull" * (after > 0) + " new" * after)
    assert len(encoded.input_ids) == small.max_length
    assert encoded.mask_position == place
    around = small.tokenizer.convert_ids_to_tokens(list(encoded.input_ids[place - 1 : place + 2]))
    assert around == ["plot" if before else "[CLS]", "[MASK]", "dull" if after else "[SEP]"]
    assert encoded.truncated == before + after + (before > 0) + (after > 0) - (small.max_length - 3)


def test_a_blank_after_a_long_text(small):
    assert len(fill_blank(small, "old " * 600, "", 3)) == 3
