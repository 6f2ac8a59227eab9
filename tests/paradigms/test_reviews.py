"""The built-in reviews are what their card says."""

from collections import Counter

import pytest

from paradigms.data import load

SPLITS = {"train": 600, "dev": 50, "test": 200}  # the least there must be
SETS = {split: load("reviews", split) for split in SPLITS}


@pytest.mark.parametrize("split", SPLITS)
def test_counts_and_balance(split):
    data = SETS[split]
    counts = Counter(data.labels)
    assert set(counts) == {"0", "1"}
    assert len(data) >= SPLITS[split]
    assert abs(counts["0"] - counts["1"]) <= 0.02 * len(data)
    assert data.name == "reviews"


@pytest.mark.parametrize("split", SPLITS)
def test_length(split):
    outside = [text for text in SETS[split].texts if not 4 <= len(text.split()) <= 42]
    assert not outside


def test_no_review_twice():
    """Nor in two splits, however it is spelled: what is held out was never trained on."""
    kept = Counter(
        "".join(character for character in text.lower() if character.isalnum())
        for data in SETS.values()
        for text in data.texts
    )
    assert [text for text, times in kept.items() if times > 1] == []


@pytest.mark.parametrize("split", SPLITS)
def test_plain_text(split):
    """One line each, no markup, no signs of a template, no stray spaces."""
    for text in SETS[split].texts:
        assert text == " ".join(text.split())
        assert not set("{}<>[]\t\ufffd") & set(text)


def test_no_label_gives_itself_away():
    """Neither class is recognised by its length."""
    lengths = {
        label: [
            len(t.split()) for t, own in zip(SETS["train"].texts, SETS["train"].labels, strict=True) if own == label
        ]
        for label in "01"
    }
    means = [sum(of_label) / len(of_label) for of_label in lengths.values()]
    assert abs(means[0] - means[1]) < 3
