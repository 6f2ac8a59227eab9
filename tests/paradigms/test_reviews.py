"""The built-in reviews are what their cards say; the Chinese ones go through every paradigm."""

import json
import re
from collections import Counter

import pytest

from paradigms.__main__ import main
from paradigms.data import REVIEWS, load, load_challenge
from paradigms.words import words

from . import tiny

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


def numbers(card: str) -> list[str]:
    return re.findall(r"\d[\d,]*(?:\.\d+)?", card)


def statistics(texts: tuple[str, ...], length) -> tuple[str, ...]:
    """What a row of a card's table says of some texts: sentences, shortest, mean and longest, distinct words."""
    lengths = [length(text) for text in texts]
    distinct = len({word for text in texts for word in words(text)})
    mean = f"{sum(lengths) / len(lengths):.1f}"
    return f"{len(texts):,}", str(min(lengths)), mean, str(max(lengths)), f"{distinct:,}"


@pytest.mark.parametrize("split", SPLITS)
def test_the_card_counts_right(split):
    (row,) = re.findall(rf"^\| `{split}.tsv` \|(.*)$", (REVIEWS / "README.md").read_text(encoding="utf8"), re.MULTILINE)
    n, *rest = statistics(SETS[split].texts, lambda text: len(text.split()))
    assert numbers(row) == [n, f"{len(SETS[split]) // 2:,}", *rest]


def test_the_card_counts_the_challenge_set_right():
    rows, card = load_challenge(), (REVIEWS / "README.md").read_text(encoding="utf8")
    for phenomenon, n in Counter(row.phenomenon for row in rows).items():
        pairs = len({row.pair for row in rows if row.phenomenon == phenomenon and row.pair})
        (said,) = re.findall(rf"^\| `{phenomenon}` \|(.*)$", card, re.MULTILINE)
        assert numbers(said)[:2] == [str(n), str(pairs)]


# The Chinese sister set.

CHINESE = {"train": 300, "test": 100}
SISTER = {split: load("reviews-zh", split) for split in CHINESE}


@pytest.mark.parametrize("split", CHINESE)
def test_the_chinese_set(split):
    data = SISTER[split]
    assert len(data) >= CHINESE[split]
    assert set(Counter(data.labels).values()) == {len(data) // 2}
    assert len(set(SISTER["train"].texts + SISTER["test"].texts)) == sum(map(len, SISTER.values()))
    for text in data.texts:
        assert 8 <= len(text) <= 60 and not set("{}<>[]\t\ufffd ") & set(text)
    card = (REVIEWS.parent / "reviews_zh" / "README.md").read_text(encoding="utf8")
    (row,) = re.findall(rf"^\| `{split}.tsv` \|(.*)$", card, re.MULTILINE)
    n, *rest = statistics(data.texts, len)
    assert numbers(row) == [n, f"{len(data) // 2:,}", *rest]


@pytest.mark.parametrize("method", ["tfidf-nb", "bert-finetune", "prompt"])
def test_chinese_through_the_command_line(method, tmp_path, capfd):
    """The two BERT paradigms with a backbone that knows the characters."""
    options = []
    if method != "tfidf-nb":
        characters = "".join(SISTER["train"].texts + SISTER["test"].texts)
        options = ["--backbone", str(tiny.chinese(tmp_path / "tiny-chinese", characters))]
    if method == "prompt":
        options += ["--template", "{text}总之很[MASK]。", "--verbalizer", "negative=差，烂;positive=好，妙"]
    arguments = ["--train", "reviews-zh", "--test", "reviews-zh", "--shots", "2", *options, "--json"]
    assert main(["evaluate", method, *arguments]) == 0
    result = json.loads(capfd.readouterr().out)
    assert (result["dataset"], result["n_train"], result["n_test"]) == ("reviews-zh", 4, len(SISTER["test"]))
    assert result["backbone"] == (None if method == "tfidf-nb" else "tiny-chinese")
