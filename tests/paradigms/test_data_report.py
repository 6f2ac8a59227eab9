"""The report on the built-in reviews: what it must find, it finds; what is built in passes."""

import pytest

from paradigms import data_report
from paradigms.__main__ import main
from paradigms.data import Dataset, load
from paradigms.data_report import SST2_ZERO_SHOT, Check, distinct_words, near_duplicates, report
from paradigms.evaluate import interval

PASSED = Check("reviews: zero-shot prompt", "70.0%", "67.2% to 81.2%", True)


@pytest.fixture
def fast(monkeypatch):
    """Without the backbone's answers, which take seconds."""
    monkeypatch.setattr(data_report, "_zero_shot", lambda test, sst2_dev: PASSED)


def planted(monkeypatch, name: str, split: str, label: str, text: str) -> None:
    """One more sentence in a built-in set, as the report loads it."""

    def load_with(source, part="train"):
        data = load(source, part)
        if (source, part) != (name, split):
            return data
        return Dataset(data.name, (*data.texts, text), (*data.labels, label))

    monkeypatch.setattr(data_report, "load", load_with)


def failed(capsys) -> list[str]:
    """The failing lines of the printed report, whose exit status says that there are some."""
    assert main(["data-report"]) == 1
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]


def test_the_built_in_sets_pass(fast, capsys):
    assert main(["data-report"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok") for line in printed)
    for name in ("reviews", "reviews-zh"):
        (bayes,) = [line for line in printed if f"{name}: naive Bayes" in line]
        assert "[" in bayes  # with its interval


@pytest.mark.parametrize(("name", "split", "source"), [("reviews-zh", "test", "train"), ("reviews", "dev", "")])
def test_a_duplicate_across_splits_is_found(name, split, source, fast, monkeypatch, capsys):
    """Also one that differs a little, and one of the challenge set."""
    text = load(name, source).texts[7] if source else data_report.load_challenge()[0].text
    planted(monkeypatch, name, split, "0", text[:-1] + "!")
    lines = failed(capsys)
    assert any(f"{name}: near-duplicates" in line and text[:12] in line for line in lines)
    assert any(f"{name} {split}: balance" in line for line in lines)  # and it is one sentence too many of its label


@pytest.mark.parametrize(
    ("one", "other", "size", "alike"),
    [
        ("A slow film about a slow river.", "a  slow film about a slow RIVER.", 5, True),
        ("A slow film about a slow river.", "A slow film about a slow train.", 5, True),
        ("A slow film about a slow river.", "Nothing in it moves, and I was moved.", 5, False),
        ("手里的爆米花直到最后都忘了吃。", "手里的爆米花一直到最后都忘了吃。", 3, True),
        ("手里的爆米花直到最后都忘了吃。", "导演的自恋令人反感。", 3, False),
        ("No.", "No.", 5, True),
    ],
)
def test_near_duplicates(one, other, size, alike):
    assert list(near_duplicates([(one, ""), (other, "")], size)) == ([(one, other)] if alike else [])
    assert list(near_duplicates([(one, "7"), (other, "7")], size)) == []  # a minimal pair
    assert len(list(near_duplicates([(one, "7"), (other, "8")], size))) == alike


def labelled(positive: list[str], negative: list[str]) -> Dataset:
    return Dataset("planted", (*positive, *negative), ("1",) * len(positive) + ("0",) * len(negative))


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("length", labelled(["很 好 " * 9 + str(i) for i in range(40)], ["不 好 " + str(i) for i in range(40)])),
        ("punctuation", labelled([f"film {i}!" for i in range(40)], [f"film {i}." for i in range(40)])),
        ("the first word", labelled([f"Lovely {i}" for i in range(40)], [f"Dreadful {i}" for i in range(40)])),
    ],
)
def test_a_label_given_away_by_the_surface_is_flagged(what, data):
    checks = {check.what: check for check in data_report._surface("planted", data, data)}
    flagged = checks[f"planted: label from {what} alone"]
    assert not flagged.passed and flagged.found.startswith("100.0%")


def test_too_few_sentences(monkeypatch):
    data = load("reviews-zh", "train")
    monkeypatch.setitem(data_report.COUNTS, "reviews-zh", {"train": len(data) + 1})
    sentences, balance = data_report._counts("reviews-zh", {"train": data})
    assert (sentences.found, sentences.wanted, sentences.passed) == (str(len(data)), f">= {len(data) + 1}", False)
    assert balance.passed


def test_both_zero_shot_figures_come_from_one_question(monkeypatch, held_out):
    """Computed where SST-2 is there, recorded where it is not, with the interval of each."""
    few = held_out.take(range(0, 500, 25))
    computed, recorded = data_report._zero_shot(few, few), data_report._zero_shot(few, None)
    ours = computed.found
    assert f"(SST-2 {ours}, now)" in computed.what and computed.passed  # one set against itself
    right, n = SST2_ZERO_SHOT
    low, high = interval(right, n)
    assert f"{right / n:.1%} [{100 * low:.1f}-{100 * high:.1f}], recorded" in recorded.what
    assert recorded.found == ours


def test_distinct_words_counts_no_more_tokens_than_asked():
    data = labelled(["one two three"] * 5, ["four five six"] * 5)
    assert distinct_words(data) == 6
    assert distinct_words(data, tokens=3) == 3


def test_a_folder_without_sst2_is_said(fast, tmp_path, capsys):
    assert main(["data-report", "--sst2", str(tmp_path)]) == 2
    assert "train.tsv" in capsys.readouterr().err


def test_the_report_can_be_read_line_by_line():
    """The first lines are there before the slow ones are computed."""
    assert next(report()).what == "reviews train: sentences"
