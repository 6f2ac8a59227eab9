"""Is the built-in review set fit to measure on? `python -m paradigms data-report` checks it against fixed thresholds.

A set that its own surface gives away (length, punctuation, the first word), that repeats itself, or that is much easier
or harder than the real thing would teach the wrong lesson about every method.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from .data import CHALLENGE, Dataset, Example, load, load_challenge
from .words import words

COUNTS = {"train": 1600, "dev": 400, "test": 400}
CHALLENGE_SENTENCES, PER_PHENOMENON, PAIRS = 320, 30, 40
SIMILAR = 0.5  # character 5-gram Jaccard from which two sentences are near-duplicates
# Distinct words among 10,000 tokens of SST-2's training sentences (Socher et al. 2013), drawn at random with seed 0.
SST2_DISTINCT, DISTINCT_WITHIN = 3240, 0.2
SURFACE_BELOW = 0.57
BAYES = (0.68, 0.86)  # where it reaches 0.81 on SST-2
SST2_ZERO_SHOT, ZERO_SHOT_WITHIN = 0.742, 0.07  # the default prompt on SST-2's dev sentences
SST2_TO_OURS, OURS_TO_SST2, FINETUNE_WITHIN = (0.70, 0.86), 0.66, 0.06


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    what: str
    found: str
    wanted: str
    passed: bool


def report(real: Path | None = None) -> Iterator[Check]:
    """All checks; `real` is a folder with SST-2's train.tsv and dev.tsv for those that need another set."""
    splits = {split: load("reviews", split) for split in COUNTS}
    challenge = load_challenge()
    yield from _counts(splits)
    yield from _challenge(challenge)
    yield _near_duplicates(splits, challenge)
    train, test = splits["train"], splits["test"]
    yield _distinct(train)
    for name, feature in SURFACE.items():
        accuracy = _surface_accuracy(feature, train, test)
        yield Check(f"label from {name} alone", f"{accuracy:.1%}", f"< {SURFACE_BELOW:.0%}", accuracy < SURFACE_BELOW)
    yield _between("naive Bayes, ours to ours", _bayes(train, test), *BAYES)
    zero_shot = _zero_shot(test)
    low, high = SST2_ZERO_SHOT - ZERO_SHOT_WITHIN, SST2_ZERO_SHOT + ZERO_SHOT_WITHIN
    yield _between("zero-shot prompt on ours", zero_shot, low, high)
    if real is not None:
        yield from _across(load(real / "train.tsv"), load(real / "dev.tsv"), train, test)


def _counts(splits: dict[str, Dataset]) -> Iterator[Check]:
    for split, least in COUNTS.items():
        counts = Counter(splits[split].labels)
        balanced = len(set(counts.values())) == 1
        yield Check(f"{split}: sentences", str(len(splits[split])), f">= {least}", len(splits[split]) >= least)
        yield Check(f"{split}: balance", str(dict(sorted(counts.items()))), "equal", balanced)


def _challenge(rows: Sequence[Example]) -> Iterator[Check]:
    yield Check("challenge: sentences", str(len(rows)), f">= {CHALLENGE_SENTENCES}", len(rows) >= CHALLENGE_SENTENCES)
    counts = Counter(row.phenomenon for row in rows)
    for phenomenon in CHALLENGE:
        n = counts[phenomenon]
        yield Check(f"challenge: {phenomenon}", str(n), f">= {PER_PHENOMENON}", n >= PER_PHENOMENON)
    pairs = defaultdict(list)
    for row in rows:
        if row.pair:
            pairs[row.pair].append(row)
    good = [pair for pair in pairs.values() if _is_minimal(pair)]
    sound = len(good) == len(pairs)
    yield Check(
        "challenge: minimal pairs", f"{len(good)} of {len(pairs)}", f">= {PAIRS}, all", sound and len(good) >= PAIRS
    )


def _is_minimal(pair: Sequence[Example]) -> bool:
    """Two sentences of opposite labels that differ in one or two words."""
    if len(pair) != 2 or pair[0].label == pair[1].label:
        return False
    changes = SequenceMatcher(None, pair[0].text.split(), pair[1].text.split(), autojunk=False).get_opcodes()
    return 1 <= sum(max(a2 - a1, b2 - b1) for kind, a1, a2, b1, b2 in changes if kind != "equal") <= 2


def _near_duplicates(splits: dict[str, Dataset], challenge: Sequence[Example]) -> Check:
    texts = [(text, "") for data in splits.values() for text in data.texts]
    texts += [(row.text, row.pair) for row in challenge]
    found = [f"{a!r} ~ {b!r}" for a, b in near_duplicates(texts)]
    shown = f"{len(found)}" + (f": {found[0]}" if found else "")
    return Check("near-duplicates in and across splits", shown, "0", not found)


def near_duplicates(texts: Sequence[tuple[str, str]], similar: float = SIMILAR) -> Iterator[tuple[str, str]]:
    """Texts whose character 5-grams have a Jaccard index of `similar` or more. `texts` are (text, pair): the two of one
    minimal pair are meant to be alike and left out."""
    having: dict[str, list[int]] = defaultdict(list)
    grams: list[set[str]] = []
    for index, (text, pair) in enumerate(texts):
        folded = re.sub(r"\s+", " ", text.lower())
        mine = {folded[i : i + 5] for i in range(max(1, len(folded) - 4))}
        shared = Counter(other for gram in mine for other in having[gram])
        for other, n in shared.items():
            if n / (len(mine) + len(grams[other]) - n) >= similar and not (pair and pair == texts[other][1]):
                yield texts[other][0], text
        for gram in mine:
            having[gram].append(index)
        grams.append(mine)


def _distinct(train: Dataset) -> Check:
    n = distinct_words(train)
    low, high = SST2_DISTINCT * (1 - DISTINCT_WITHIN), SST2_DISTINCT * (1 + DISTINCT_WITHIN)
    return Check("distinct words per 10,000 tokens", str(n), f"{low:.0f} to {high:.0f}", low <= n <= high)


def distinct_words(data: Dataset, tokens: int = 10_000, seed: int = 0) -> int:
    """How many different words the first `tokens` tokens hold once the sentences are shuffled."""
    order = np.random.default_rng(seed).permutation(len(data))
    drawn: list[str] = []
    for row in order:
        drawn += words(data.texts[row])
        if len(drawn) >= tokens:
            break
    return len(set(drawn[:tokens]))


def _length(text: str) -> dict[str, float]:
    n = len(text.split())
    return {"words": n / 20, f"about {n // 4 * 4}": 1.0}


def _punctuation(text: str) -> dict[str, float]:
    return {mark: min(3, count) for mark, count in Counter(re.findall(r"[^\w\s]", text)).items()}


def _first_word(text: str) -> dict[str, float]:
    return {(words(text) or [""])[0]: 1.0}


SURFACE: dict[str, Callable[[str], dict[str, float]]] = {
    "length": _length,
    "punctuation": _punctuation,
    "the first word": _first_word,
}


def _surface_accuracy(feature: Callable[[str], dict[str, float]], train: Dataset, test: Dataset) -> float:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    guess = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1000))
    guess.fit([feature(text) for text in train.texts], train.labels)
    return float(guess.score([feature(text) for text in test.texts], test.labels))


def _between(what: str, value: float, low: float, high: float) -> Check:
    return Check(what, f"{value:.1%}", f"{low:.1%} to {high:.1%}", low <= value <= high)


def _bayes(train: Dataset, test: Dataset) -> float:
    from .tfidf_nb import TfidfNaiveBayes

    return float(TfidfNaiveBayes().fit(train.texts, train.labels).score(test.texts, test.labels))


def _zero_shot(test: Dataset) -> float:
    from .prompt.classifier import PromptClassifier

    return float(PromptClassifier(train="nothing").fit(test.texts, test.labels).score(test.texts, test.labels))


def _across(sst2_train: Dataset, sst2_dev: Dataset, train: Dataset, test: Dataset) -> Iterator[Check]:
    yield _between("naive Bayes, SST-2 to ours", _bayes(sst2_train, test), *SST2_TO_OURS)
    yield _between("naive Bayes, ours to SST-2", _bayes(train, sst2_dev), OURS_TO_SST2, 1.0)
    from .bert_finetune import BertFineTune

    tuned = BertFineTune().fit(sst2_train.texts, sst2_train.labels)
    there = float(tuned.score(sst2_dev.texts, sst2_dev.labels))
    here = float(tuned.score(test.texts, test.labels))
    what = f"fine-tuned on SST-2 ({there:.1%} there), on ours"
    yield _between(what, here, there - FINETUNE_WITHIN, there + FINETUNE_WITHIN)
