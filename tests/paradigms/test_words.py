"""Words, as the two older paradigms see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paradigms.words import surface_words, word_spans, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It didn't work!", ["it", "did", "n't", "work", "!"]),
        ("it did n't work !", ["it", "did", "n't", "work", "!"]),  # treebank spelling
        ("It didn’t work", ["it", "did", "n't", "work"]),  # typographic apostrophe
        ("CAN'T won't isn't", ["ca", "n't", "wo", "n't", "is", "n't"]),
        (
            "It's John's; they're, I've, he'll, I'd, I'm",
            ["it", "'s", "john", "'s", "they", "'re", "i", "'ve", "he", "'ll", "i", "'d", "i", "'m"],
        ),
        ("well-made, 10/10?", ["well", "made", "10", "10", "?"]),
        ("Naïve CAFÉ", ["naïve", "café"]),
        ("电影很好，OK！", ["电", "影", "很", "好", "ok"]),
        ("snake_case <b>bold</b>", ["snake", "case", "b", "bold", "b"]),
        ("", []),
        (" ... ", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=80))
def test_spans_point_into_the_text(text):
    end = 0
    for word, start, stop in word_spans(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop].replace("\u2019", "'").lower() == word
        assert not any(character.isspace() for character in word)
        end = stop
    assert [word for word, _, _ in word_spans(text)] == words(text)


@given(st.text(max_size=80))
def test_surface_words_lose_nothing_but_spaces(text):
    assert "".join(word for word, _, _ in surface_words(text)) == "".join(text.split())
    assert all(text[start:stop] == word for word, start, stop in surface_words(text))
