"""Sweeps: every cell is what the classifier reaches, wherever the work is done, and the encoder runs once a row."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import joblib
import numpy as np
import pytest
import torch
from distributed import Client, LocalCluster
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV

from paradigms.__main__ import main
from paradigms.data import Dataset, few_shot
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.plan import MODES, Plan, PlanError, draw
from paradigms.prompt.calibration import CONTENT_FREE
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import TemplateError
from paradigms.prompt.verbalizer import VerbalizerError
from paradigms.sweep import Cell, Spread, Summary, sweep, winners_curse

TEMPLATES = ("{text} It was [MASK].", '{"placeholder":"text_a"} Was it {"mask"}?', "[MASK] {text}")
VERBALIZERS = ("negative=terrible,bad;positive=great", "negative=dog;positive=cat")


@pytest.fixture
def plan(tiny_bert: Path) -> Plan:
    return Plan(TEMPLATES, VERBALIZERS, n=40, backbone=str(tiny_bert))


def classifier(plan: Plan, cell: Cell, **options) -> PromptClassifier:
    template = plan.parsed_templates()[cell.row]
    verbalizer = plan.verbalizers[cell.column]
    return PromptClassifier(template, verbalizer, plan.backbone, calibrate=plan.calibrate, **options)


def last(cells) -> list[Cell]:
    return list({(cell.row, cell.column): cell for cell in cells}.values())


@pytest.mark.parametrize("calibrate", [None, *CONTENT_FREE])
def test_a_cell_is_the_classifiers_accuracy(calibrate, plan, held_out):
    plan = replace(plan, calibrate=calibrate)
    cells = list(sweep(plan))
    assert [(cell.row, cell.column) for cell in cells] == [(row, column) for row in range(3) for column in range(2)]
    test = draw(held_out, 40)
    for cell in cells:
        model = classifier(plan, cell, train="nothing").fit(test.texts, test.labels)
        assert cell.accuracies == (model.score(test.texts, test.labels),)
        assert cell.n == len(test)
        if calibrate:
            np.testing.assert_allclose(cell.prior, model.prior(), rtol=1e-4)
        else:
            assert cell.prior is None
    assert len({cell.accuracy for cell in cells}) > 1


def test_the_encoder_runs_once_for_a_row(plan, monkeypatch):
    asked = []
    answer = MaskedLM.logits_at_mask

    def counting(self, encoded, word_ids=None):
        asked.append(len(encoded))
        return answer(self, encoded, word_ids)

    monkeypatch.setattr(MaskedLM, "logits_at_mask", counting)
    rows = sweep(replace(plan, verbalizers=(*VERBALIZERS, "negative=bad;positive=good"), calibrate="average"))
    for _ in range(3):
        next(rows)
    assert asked == [40, 3]  # sentences, and inputs without content; the second row is not asked for yet
    assert len(list(rows)) == 6
    assert asked == [40, 3] * 3


def test_tuned_cells_come_seed_by_seed(plan, reviews, held_out):
    plan = replace(plan, templates=TEMPLATES[:1], shots=2, seeds=(3, 5), mode="bias", calibrate="mask")
    steps: list = []
    cells = list(sweep(plan, on_step=steps.append))
    assert [len(cell.accuracies) for cell in cells] == [1, 2, 1, 2]
    assert len(steps) == sum(1 for step in steps if step.step == 1) * steps[0].total == 4 * steps[0].total
    test = draw(held_out, 40)
    for cell in last(cells):
        assert cells[2 * cell.column].accuracies == cell.accuracies[:1]
        for seed, accuracy in zip(plan.seeds, cell.accuracies, strict=True):
            few = few_shot(reviews, 2, seed)
            model = classifier(plan, cell, train="bias", seed=seed).fit(few.texts, few.labels)
            assert model.score(test.texts, test.labels) == accuracy
        assert cell.accuracy == mean(cell.accuracies) and cell.deviation == stdev(cell.accuracies)


def test_a_sweep_can_be_ended_between_two_steps(plan):
    class Enough(Exception):
        pass

    def stop(step):
        if step.step == 2:
            raise Enough

    with pytest.raises(Enough):
        list(sweep(replace(plan, shots=2), on_step=stop))


def test_nothing_is_computed_for_a_plan_with_a_mistake(plan, monkeypatch):
    monkeypatch.setattr(MaskedLM, "logits_at_mask", lambda *_: pytest.fail("computed"))
    with pytest.raises(TemplateError) as template:
        list(sweep(replace(plan, templates=(*TEMPLATES, "{text} so"))))
    assert template.value.kind == "no_mask"
    with pytest.raises(VerbalizerError) as verbalizer:
        list(sweep(replace(plan, verbalizers=(*VERBALIZERS, "negative=unwatchable;positive=good"))))
    assert (verbalizer.value.kind, verbalizer.value.offending) == ("not_one_token", "unwatchable")


def test_labels_that_are_not_learned(plan, reviews, held_out, monkeypatch):
    """A grid of 0% would look like words that cannot learn."""
    monkeypatch.setattr(MaskedLM, "logits_at_mask", lambda *args: pytest.fail("the model is asked"))
    named = replace(held_out, labels=tuple({"0": "bad", "1": "good"}[label] for label in held_out.labels))
    words = ("bad=terrible;good=great",)
    with pytest.raises(ParadigmError) as caught:
        next(sweep(replace(plan, verbalizers=words, shots=2), train=reviews, test=named))
    assert caught.value.kind == "labels_mismatch"


def test_any_labels(tiny_bert, reviews):
    texts = reviews.texts[:9]
    test = Dataset("three", texts, ("ja", "so la la", "nein") * 3)
    plan = Plan(TEMPLATES, ("ja=yes;nein=no;so la la=maybe",), shots=1, n=0, backbone=str(tiny_bert))
    cells = list(sweep(plan, train=test, test=test, on_step=lambda step: None))
    assert [cell.n for cell in cells] == [9, 9, 9]
    assert all(cell.accuracy in {k / 9 for k in range(10)} for cell in cells)


# The same numbers wherever the work is done -------------------------------------------------------------------------


def grid_search(plan: Plan, data: Dataset, **options) -> list[float]:
    model = PromptClassifier(backbone=plan.backbone, train="nothing")
    grid = {"template": [t.source for t in plan.parsed_templates()], "verbalizer": list(plan.verbalizers)}
    found = GridSearchCV(model, grid, cv=2, refit=False, **options).fit(data.texts, data.labels)
    return found.cv_results_["mean_test_score"].tolist()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As in the workers below: in which order threads add up decides the last bit, and a training makes more of it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_processes_and_dask_find_what_one_process_finds(plan, held_out, one_thread):
    data = draw(held_out, 40)
    tuned = replace(plan, templates=TEMPLATES[:1], verbalizers=VERBALIZERS[:1], shots=1, seeds=(1, 2), mode="bias")
    here = list(sweep(plan)), list(sweep(tuned)), grid_search(plan, data)
    assert len(set(here[2])) > 1
    with joblib.parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=1):
        assert (list(sweep(plan)), list(sweep(tuned)), grid_search(plan, data, n_jobs=2)) == here
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert (list(sweep(plan)), list(sweep(tuned)), grid_search(plan, data)) == here


# What the cells say -------------------------------------------------------------------------------------------------


def cell(row: int, column: int, *accuracies: float) -> Cell:
    return Cell(row, column, 100, accuracies)


def test_summary():
    plan = Plan(("a", "b"), ("c", "d", "e"))
    cells = [cell(0, 0, 0.5), cell(0, 1, 0.9), cell(0, 1, 0.9, 0.7), cell(1, 0, 0.6), cell(0, 2, 0.4)]
    summary = Summary.of(plan, cells, 0.52)
    assert summary.spread == Spread(4, 0.4, pytest.approx(0.55), pytest.approx(0.575), 0.8, stdev([0.5, 0.8, 0.6, 0.4]))
    assert (summary.best, summary.worst) == (cells[2], cells[4])
    assert [spread and spread.n for spread in summary.per_template] == [3, 1]
    assert [spread and spread.best for spread in summary.per_verbalizer] == [0.6, 0.8, 0.4]
    assert Summary.of(plan, cells[:1], 0.52).per_verbalizer[1:] == (None, None)
    assert summary.per_template[1].deviation == 0


def test_winners_curse(plan, reviews):
    """Against the plain way: every cell is a classifier that is scored on every draw."""
    cells = list(sweep(plan))
    rows: list[int] = []
    curse = winners_curse(plan, cells, per_class=3, draws=4, on_row=rows.append)
    assert rows == [0, 1, 2]
    assert curse.examples == 6 and [drawn.seed for drawn in curse.draws] == [0, 1, 2, 3]
    for drawn in curse.draws:
        few = few_shot(reviews, 3, drawn.seed)
        scores = [
            classifier(plan, cell, train="nothing").fit(few.texts, few.labels).score(few.texts, few.labels)
            for cell in cells
        ]
        winners = [cell.accuracy for cell, score in zip(cells, scores, strict=True) if score == max(scores)]
        assert (drawn.chosen_on, drawn.ties) == (max(scores), len(winners))
        assert drawn.held_out == mean(winners)
        assert drawn.drop == drawn.chosen_on - drawn.held_out
    assert curse.best == max(cell.accuracy for cell in cells)
    assert curse.drop == pytest.approx(
        mean(drawn.chosen_on for drawn in curse.draws) - mean(drawn.held_out for drawn in curse.draws)
    )


# Plans --------------------------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=20)
PLANS = st.builds(
    Plan,
    templates=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    verbalizers=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    train=TEXTS,
    test=TEXTS,
    split=st.sampled_from(["train", "dev", "test"]),
    n=st.integers(0, 1000),
    shots=st.integers(0, 64),
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5, unique=True).map(tuple),
    mode=st.sampled_from(MODES),
    calibrate=st.sampled_from([None, *CONTENT_FREE]),
    backbone=st.none() | TEXTS,
)


@given(PLANS)
def test_a_plan_survives_its_file(plan):
    assert Plan.from_json(plan.to_json()) == plan


def test_a_plan_may_leave_out_what_has_a_default():
    assert Plan.from_json('{"templates": ["a"], "verbalizers": ["b", "c"]}') == Plan(("a",), ("b", "c"))


@pytest.mark.parametrize(
    ("changed", "kind", "where"),
    [
        ({"templates": "x"}, "wrong_type", "templates"),
        ({"templates": [1]}, "wrong_type", "templates"),
        ({"templates": []}, "out_of_range", "templates"),
        ({"verbalizers": None}, "wrong_type", "verbalizers"),
        ({"n": "200"}, "wrong_type", "n"),
        ({"n": True}, "wrong_type", "n"),
        ({"n": -1}, "out_of_range", "n"),
        ({"shots": [1]}, "wrong_type", "shots"),
        ({"seeds": [1.5]}, "wrong_type", "seeds"),
        ({"seeds": [-1]}, "out_of_range", "seeds"),
        ({"seeds": [2**32]}, "out_of_range", "seeds"),
        ({"seeds": [0, 1, 0]}, "out_of_range", "seeds"),
        ({"mode": "nothing"}, "out_of_range", "mode"),
        ({"calibrate": "[MASK]"}, "out_of_range", "calibrate"),
        ({"split": "all"}, "out_of_range", "split"),
        ({"shot": 3}, "unknown_key", "shot"),
    ],
)
def test_bad_plans(changed, kind, where):
    with pytest.raises(PlanError) as caught:
        Plan.from_json(json.dumps({"templates": ["a"], "verbalizers": ["b"], **changed}))
    assert (caught.value.kind, caught.value.where) == (kind, where)
    assert where in str(caught.value)


@pytest.mark.parametrize(
    ("content", "kind"), [("[1]", "wrong_type"), ("{", "not_json"), ('{"templates": ["a"]}', "missing_key")]
)
def test_what_is_no_plan(content, kind, tmp_path):
    with pytest.raises(PlanError) as caught:
        Plan.from_json(content)
    assert caught.value.kind == kind


def test_a_larger_draw_contains_the_smaller():
    data = Dataset("sorted", tuple(map(str, range(300))), ("0",) * 150 + ("1",) * 150)
    few, more = draw(data, 50), draw(data, 120)
    assert (len(few), len(more)) == (50, 120)
    assert set(few.texts) < set(more.texts)
    assert len(few.classes) == 2 and draw(data, 50) == few
    assert draw(data, 0) is data and draw(data, 301) is data


# The command line ---------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    files = {name: tmp_path / f"{name}.txt" for name in ("templates", "verbalizers")}
    files["templates"].write_text("\n".join(TEMPLATES), encoding="utf8")
    files["verbalizers"].write_text("\n".join(VERBALIZERS), encoding="utf8")
    return files


def options(files: dict[str, Path]) -> list[str]:
    return [part for name, file in files.items() for part in (f"--{name}", str(file))]


def test_command(files, tiny_bert, tmp_path, capfd):
    test = tmp_path / "t.tsv"
    test.write_text("1\tA joy.\n0\tA dull mess.\n1\tLovely songs.\n", encoding="utf8")
    command = ["sweep", *options(files), "--test", str(test), "--backbone", str(tiny_bert)]
    assert main([*command, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert len(found["cells"]) == 6
    accuracies = [row["accuracy"] for row in found["cells"]]
    assert accuracies == sorted(accuracies, reverse=True)
    assert found["summary"]["spread"]["best"] == accuracies[0]
    assert found["summary"]["majority"] == pytest.approx(2 / 3)

    exported = tmp_path / "plan.json"
    exported.write_text(json.dumps(found["plan"]), encoding="utf8")
    assert main(["sweep", str(exported), "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == found

    assert main([*command, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert [float(row["accuracy"]) for row in rows] == accuracies
    assert [row["template"] for row in rows] == [row["template"] for row in found["cells"]]

    assert main(command) == 0
    table = capfd.readouterr().out.splitlines()
    assert table[1].startswith(f"{accuracies[0]:.1%}") and "6 cells on 3 sentences" in table[7]


@pytest.mark.parametrize(
    ("templates", "verbalizers", "more", "says"),
    [
        ("{text} so", None, [], ["templates.txt", "line 1", "[MASK]"]),
        ("{text} [MASK]\n{text} {x} [MASK]", None, [], ["templates.txt", "line 2", "{x}"]),
        ('{text} [MASK]\n{"meta":"x"} {"mask"}', None, [], ["line 2", '{"meta":"x"}']),
        ("", None, [], ["templates.txt", "no rows"]),
        (None, "negative=bad", [], ["verbalizers.txt", "line 1"]),
        (None, '{"negative": [1]}', [], ["verbalizers.txt", "line 1"]),
        (None, "a=bad;b=good\na=awful;b=fantasticalness", [], ["verbalizer 1", "'a'"]),
        (None, "0=bad;1=good\n0=awful;1=fantasticalness", [], ["verbalizer 2", "fantasticalness"]),
        ("{text} [MASK]\n{text} [soft:2] [MASK]", None, [], ["template 2", "[soft:2]"]),
        (None, "[{", [], ["verbalizers.txt", "line 1"]),
        (None, "a=bad;b=good", [], ["'a'", "'0'"]),
        (None, None, ["--calibrate", "x"], ["'x'", "average"]),
        (None, None, ["--seeds", "0"], ["seeds"]),
        (None, None, ["--json", "--csv"], ["--csv"]),
        (None, None, ["plan.json"], ["plan"]),
    ],
)
def test_command_with_bad_input(templates, verbalizers, more, says, files, capfd):
    for name, content in (("templates", templates), ("verbalizers", verbalizers)):
        if content is not None:
            files[name].write_text(content, encoding="utf8")
    assert_complains(["sweep", *options(files), *more], says, capfd)


def test_command_without_a_plan(tmp_path, capfd):
    assert_complains(["sweep"], ["--templates"], capfd)
    assert_complains(["sweep", str(tmp_path / "absent.json")], ["absent.json"], capfd)
    (tmp_path / "plan.json").write_text('{"templates": ["{text} [MASK]"]}', encoding="utf8")
    assert_complains(["sweep", str(tmp_path / "plan.json")], ["plan.json", "verbalizers"], capfd)


@pytest.mark.parametrize("name", ["templates", "train", "test", "n", "shots", "seeds", "calibrate", "backbone"])
def test_command_with_a_plan_and_what_it_says_itself(name, tmp_path, capfd):
    (tmp_path / "plan.json").write_text(Plan(TEMPLATES, VERBALIZERS).to_json(), encoding="utf8")
    assert_complains(["sweep", str(tmp_path / "plan.json"), f"--{name}", "0"], [f"--{name}", "one or the other"], capfd)


def assert_complains(arguments: list[str], says: list[str], capfd) -> None:
    try:
        status = main(arguments)
    except SystemExit as stopped:
        status = stopped.code
    printed, said = capfd.readouterr()
    assert (status, printed, said.count("\n")) == (2, "", 1)
    assert all(part in said for part in says), said
