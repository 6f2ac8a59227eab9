"""The challenge set: its loader, and what its card says of it."""

from collections import Counter, defaultdict
from difflib import ndiff

from paradigms import data
from paradigms.data import CHALLENGE, Example, load_challenge

ROWS = load_challenge()


def test_every_phenomenon_is_there_in_both_labels():
    counts = Counter((row.phenomenon, row.label) for row in ROWS)
    assert {phenomenon for phenomenon, _ in counts} == set(CHALLENGE)
    for phenomenon in CHALLENGE:
        assert counts[phenomenon, "0"] == counts[phenomenon, "1"] >= 15
    assert len(ROWS) == sum(counts.values()) >= 320


def test_pairs_are_two_sentences_of_one_phenomenon_with_opposite_labels():
    pairs = defaultdict(list)
    for row in ROWS:
        if row.pair:
            pairs[row.pair].append(row)
    assert len(pairs) >= 40
    for one, other in pairs.values():
        assert {one.label, other.label} == {"0", "1"}
        assert one.phenomenon == other.phenomenon
        changed = [word for word in ndiff(one.text.split(), other.text.split()) if word[0] in "+-"]
        assert 1 <= len(changed) <= 4  # one or two words for one or two others


def test_the_loader_reads_what_the_file_says(monkeypatch, tmp_path):
    rows = 'label\ttext\tphenomenon\tpair\n1\tIt "works", mostly.\tirony\t\n0\tNot at all – 不好。\tnegation\tp1\n'
    (tmp_path / "challenge.tsv").write_text(rows, encoding="utf8")
    monkeypatch.setattr(data, "REVIEWS", tmp_path)
    assert load_challenge() == [
        Example("1", 'It "works", mostly.', "irony", ""),
        Example("0", "Not at all – 不好。", "negation", "p1"),
    ]
