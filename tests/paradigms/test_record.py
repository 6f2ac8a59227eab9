"""Recorded results: what is read back is what was measured, with the command that measures it again."""

import json
import shlex
from dataclasses import asdict, replace

import pytest

from paradigms.__main__ import parser
from paradigms.evaluate import interval
from paradigms.record import TRAINED, Recorded, recorded

ROW = Recorded(
    method="prompt",
    shots=16,
    n_train=32,
    n_test=200,
    accuracies=(0.7, 0.8, 0.75),
    ci95=(0.64, 0.76),
    seconds_fit=9.5,
    trainable_parameters=22_000_000,
    command="python -m paradigms evaluate prompt --shots 16 --seed 0",
)


def test_read_back(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps({"rows": [asdict(ROW)]}), encoding="utf8")
    assert recorded(tmp_path) == [ROW]
    assert ROW.accuracy == pytest.approx(0.75)
    assert ROW.deviation == pytest.approx(0.05)


def test_the_interval_is_that_of_the_mean():
    low, high = ROW.bounds
    assert low < ROW.accuracy < high
    assert replace(ROW, accuracies=(0.7,)).bounds == interval(140, 200)


@pytest.mark.skipif(not (TRAINED / "results.json").is_file(), reason="no results are recorded")
def test_recorded_commands_are_commands():
    rows = recorded()
    assert {row.method for row in rows} == {"tfidf-nb", "word2vec-lstm", "bert-finetune", "prompt"}
    for row in rows:
        words = shlex.split(row.command)
        assert words[:3] == ["python", "-m", "paradigms"]
        options = parser().parse_args(words[3:])
        assert (options.method, options.shots) == (row.method, row.shots)
        assert row.ci95[0] <= row.accuracies[0] <= row.ci95[1]
