"""The label-word experiment: its rows, and what it says is reproduced."""

import json

import pytest

from paradigms.__main__ import main
from paradigms.bert_finetune import BertFineTune
from paradigms.data import few_shot
from paradigms.prompt import label_words as experiment
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.label_words import CONDITIONS, TEMPLATE, Row, findings, label_words
from paradigms.prompt.verbalizer import Verbalizer


def test_conditions_are_named_as_published():
    """The paper writes positive / negative."""
    for condition in CONDITIONS[:-1]:
        words = dict(Verbalizer.parse(condition.verbalizer).label_words)
        positive, _, negative = condition.name.partition(" / ")
        assert words == {"negative": (negative,), "positive": (positive,)}
    assert [condition.published for condition in CONDITIONS] == [0.927, 0.925, 0.915, 0.862, 0.832, 0.814]
    assert CONDITIONS[-1].verbalizer is None


def test_rows_are_the_methods_themselves(tiny_bert, reviews, held_out, monkeypatch):
    whole = experiment._model
    monkeypatch.setattr(experiment, "_model", lambda *how: whole(*how).set_params(steps=3))
    test = held_out.take(range(30))
    steps: list = []
    rows = list(label_words(reviews, test, shots=1, seeds=(4, 7), backbone=str(tiny_bert), on_step=steps.append))
    assert [(row.condition, len(row.accuracies)) for row in rows] == [(c, n) for c in CONDITIONS for n in (1, 2)]
    assert sum(step.step == 1 for step in steps) == 12
    few = few_shot(reviews, 1, 7)
    prompt = PromptClassifier(TEMPLATE, CONDITIONS[2].verbalizer, str(tiny_bert), steps=3, seed=7)
    finetune = BertFineTune(str(tiny_bert), steps=3, seed=7)
    for row, model in ((rows[5], prompt), (rows[11], finetune)):
        assert row.accuracies[1] == model.fit(few.texts, few.labels).score(test.texts, test.labels)


def rows_of(*accuracies: tuple[float, ...]) -> list[Row]:
    return [Row(condition, values) for condition, values in zip(CONDITIONS, accuracies, strict=True)]


def test_findings_compare_seed_by_seed():
    """A difference counts where it has the published sign and two standard errors, taken between paired seeds."""
    paired = rows_of(
        (0.9, 0.7, 0.8), (0.9, 0.7, 0.8), (0.8, 0.61, 0.7), (0.8, 0.61, 0.7), (0.9, 0.71, 0.8), (0.2, 0.9, 0.5)
    )
    by_name = {finding.name: finding for finding in findings(paired)}
    fitting = by_name["fitting over unrelated"]
    assert fitting.ours == pytest.approx((0.1 + 0.09 + 0.1) / 3) and fitting.reproduced
    assert fitting.published == pytest.approx((0.927 + 0.925) / 2 - (0.915 + 0.862) / 2)
    assert not by_name["fitting over swapped"].reproduced  # the wrong sign
    assert (
        by_name["fitting over fine-tuning"].ours > 0.2 and not by_name["fitting over fine-tuning"].reproduced
    )  # noise
    assert not any(finding.reproduced for finding in findings(rows_of(*[(0.9 - i / 100,) for i in range(6)])))


def test_command(tiny_bert, monkeypatch, tmp_path, capfd):
    whole = experiment._model
    monkeypatch.setattr(experiment, "_model", lambda *how: whole(*how).set_params(steps=1))
    test = tmp_path / "t.tsv"
    test.write_text("1\tA joy.\n0\tA dull mess.\n1\tLovely songs.\n", encoding="utf8")
    command = ["label-words", "--test", str(test), "--backbone", str(tiny_bert)]
    assert main([*command, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["test"] == "t.tsv"
    assert [(row["name"], len(row["accuracies"])) for row in found["rows"]] == [(c.name, 5) for c in CONDITIONS]
    rows = [Row(c, tuple(row["accuracies"])) for c, row in zip(CONDITIONS, found["rows"], strict=True)]
    assert [one["ours"] for one in found["findings"]] == [one.ours for one in findings(rows)]
    assert main(command) == 0
    table = capfd.readouterr().out
    assert all(f"{100 * row.accuracy:.1f} ({100 * row.deviation:.1f})" in table for row in rows)
    assert table.count("reproduced") == len(found["findings"])
