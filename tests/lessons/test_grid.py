"""The grid tab without a browser: boxes to plans, sweeps from end to end, and pictures that agree with the sweep."""

import asyncio
import csv
import html
import io
import json
import re
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from statistics import mean
from threading import Event

import pytest

from lessons import grid, grid_curse, grid_label_words, grid_one_word, grid_plan, grid_sweep, models
from lessons.desk import DESK
from lessons.figures import folded
from lessons.grid_run import Tick, stop, until_replaced, work
from lessons.grid_view import Found, calibration, detail, downloads, table
from lessons.playground import carted
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.plan import Plan
from paradigms.prompt import gallery
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.label_words import CONDITIONS, Row, findings
from paradigms.prompt.template import Template
from paradigms.sweep import sweep, winners_curse
from tests.paradigms import tiny

HOSTILE = '<script>alert("x")</script> ${7*6} {{value}} "><img src=x onerror=alert(1)>'
SMALL = {
    "gt": "{text} It was [MASK].\n[MASK] {text}",
    "gv": "negative=bad;positive=good\nnegative=dog;positive=cat",
    "gn": 50,
}


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bert(tmp_path_factory.mktemp("backbone") / "tiny")


@pytest.fixture(autouse=True)
def tiny_page(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    model = PromptClassifier(backbone=str(folder), train="nothing")
    monkeypatch.setattr(models, "trained", lambda: {"prompt": model})
    monkeypatch.setattr(models.Backbone, "source", str(folder))


def state(**changed: object) -> dict[str, object]:
    return {**DEFAULTS, **SMALL, **changed}


def gathered(steps) -> list:
    async def gather() -> list:
        async with aclosing(steps):
            return [step async for step in steps]

    return asyncio.run(gather())


def computed(t: Text, own: Dataset | None = None, **changed: object) -> tuple[list, Found]:
    steps = gathered(grid_sweep.run(t, "me", state(**changed), own))
    assert isinstance(steps[-1][-1], Found), visible(steps[-1][0])
    return steps, steps[-1][-1]


def visible(markup: object) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", str(markup))).split())


# Boxes --------------------------------------------------------------------------------------------------------------


def test_opens_with_a_grid_that_can_be_computed(t: Text) -> None:
    outputs = grid.show(t, DEFAULTS)
    assert len(outputs) == 6 and all(visible(output) for output in outputs)
    assert t("grid.count.gt", n=8) in visible(outputs[0]) and t("grid.count.gv", n=6) in visible(outputs[2])
    assert "48" in outputs[4] and "1600" in outputs[4]
    made = grid_plan.plan(DEFAULTS, grid_plan.sets(DEFAULTS, None))
    assert (len(made.templates), len(made.verbalizers), made.n, made.shots) == (8, 6, 200, 0)
    assert set(made.templates) <= {entry.source for entry in gallery.TEMPLATES}
    assert {tag for entry in gallery.TEMPLATES if entry.source in made.templates for tag in [entry.tag]} == set(
        gallery.TAGS
    )


def test_boxes_say_which_line_is_wrong(t: Text) -> None:
    outputs = grid.show(t, state(gt="{text} [MASK]\n\n{text} so", gv="negative=bad\n"))
    assert t("grid.line", line=3, said=t("error.no_mask")) in visible(outputs[0])
    assert t("grid.line", line=1, said=t("error.one_label")) in visible(outputs[2])
    (message,) = gathered(grid_sweep.run(t, "me", state(gt="{text} so"), None))
    assert t("error.no_mask") in visible(message[0])
    assert all(isinstance(output, dict) and output["__type__"] == "update" for output in message[1:])  # gr.skip()


def test_hostile_text_stays_text(t: Text) -> None:
    for name in ("gt", "gv", "ot", "ov", "ow"):
        for output in grid.show(t, state(**{name: HOSTILE})):
            assert "<script" not in output and "<img" not in output
    _, found = computed(t, gt="{text} <script>alert(1)</script> $7*6 [MASK]", gv="negative=<;positive=>")
    for shown in (table(t, found), detail(t, found, "0:0", "/"), downloads(t, found)):
        assert "<script" not in shown and "&lt;script" in shown


def test_gallery_fills_and_empties_the_box(t: Text) -> None:
    box = grid_plan.toggled("gt", "{text} Mine [MASK].", "tag:null")
    null = [entry.source for entry in gallery.TEMPLATES if entry.tag == "null"]
    assert box.split("\n") == ["{text} Mine [MASK].", *null]
    assert grid_plan.toggled("gt", box, "tag:null") == box  # each once
    assert grid_plan.toggled("gt", box, null[0]).split("\n") == ["{text} Mine [MASK].", *null[1:]]
    assert grid_plan.toggled("gt", box, "{text} smuggled [MASK]") == box
    assert grid_plan.toggled("gt", box, "none") == ""
    chips = grid_plan.gallery_chips(t, "gt", box)
    assert chips.count('aria-pressed="true"') == len(null)
    assert chips.count("aria-pressed") == len(gallery.TEMPLATES)


def test_files_in_either_writing(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text('{"placeholder":"text_a"} It was {"mask"}.\n', encoding="utf8")
    assert grid_plan.loaded("gt", grid_plan.content(str(file))) == ["{text} It was [MASK]."]
    assert grid_plan.loaded("gv", '[{"a": ["x"], "b": [";"]}]') == ['{"a": ["x"], "b": [";"]}']
    file.write_bytes("é".encode("latin1"))
    with pytest.raises(ParadigmError) as caught:
        grid_plan.content(str(file))
    assert caught.value.kind == "not_utf8"


# A sweep ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cal", ["off", "mask"])
def test_zero_shot_from_the_boxes_to_the_table(t: Text, cal: str) -> None:
    steps, found = computed(t, gcal=cal)
    assert found.complete and found.plan.calibrate == (None if cal == "off" else cal)
    assert list(found.cells) == list(sweep(found.plan))
    last = steps[-1]
    assert t("grid.done", cells=4, total=4, seconds="0.0")[:8] in visible(last[0])
    best, worst = max(c.accuracy for c in found.cells), min(c.accuracy for c in found.cells)
    assert percent(best, 1) in visible(last[1]) and percent(worst, 1) in visible(last[1])
    assert t("labels.none") in visible(last[1]) or "zero-shot" in visible(last[1]) or "零样本" in visible(last[1])
    heat = last[2]["figure"]["data"][0]
    assert [value for row in heat["z"] for value in row] == [cell.accuracy for cell in found.cells]
    assert heat["customdata"][1][0] == "1:0"
    for spread, n in ((last[3], 2), (last[4], 2)):
        dots = spread["figure"]["data"][-1]
        assert sorted(dots["x"]) == sorted(cell.accuracy for cell in found.cells)
        assert len(set(dots["y"])) == n
    rows = [float(value) for value in re.findall(r'data-value="([\d.]+)"', last[6])][::2]
    assert rows == sorted((cell.accuracy for cell in found.cells), reverse=True)


def test_calibration_is_drawn_whether_or_not_it_is_on(t: Text) -> None:
    for cal in ("off", "average"):
        _, found = computed(t, gcal=cal)
        plain, calibrated = (found.cells, found.others) if cal == "off" else (found.others, found.cells)
        figure = calibration(t, found)
        dots = figure["figure"]["data"][0]
        assert dots["x"] == [cell.prior[1] for cell in calibrated]
        gains = [100 * (after.accuracy - before.accuracy) for before, after in zip(plain, calibrated, strict=True)]
        assert dots["y"] == pytest.approx(gains)
        assert percent(mean(c.accuracy for c in plain), 1) in figure["result"]
        card = visible(detail(t, found, "0:1", "/zh"))
        assert percent(calibrated[1].prior[0], 1) in card and percent(found.cells[1].accuracy, 1) in card


def test_nothing_is_said_of_a_gain_that_was_not_measured(t: Text) -> None:
    _, found = computed(t, gcal="average")
    gained, alone = (visible(detail(t, one, "0:1", "/")) for one in (found, replace(found, others=())))
    assert t("grid.detail.prior") in alone and not re.search(r"[+\u2212]\d", alone)
    assert re.search(r"[+\u2212]\d", gained)


def test_calibration_that_was_stopped_on_the_way_is_not_compared(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    async def first_cell(*args: object):
        async for cell in others(*args):
            yield cell
            return

    others = grid_sweep._others
    monkeypatch.setattr(grid_sweep, "_others", first_cell)
    _, found = computed(t, gcal="average")
    assert found.others == () and calibration(t, found)["result"] == t("grid.prior.none")


def test_signs_of_markup_in_a_template_are_shown_as_they_are() -> None:
    assert folded("{text} <b>so</b> &lt; [MASK]", 60) == "{text} &lt;b&gt;so&lt;/b&gt; &amp;lt; [MASK]"


def test_one_set_of_label_words_for_one_word(t: Text) -> None:
    asked = state(ov="negative=bad;positive=good\nnegative=no;positive=yes", ow="is seems")
    steps = gathered(grid_one_word.run(t, "one set", asked, None))
    assert t("error.one_set") in visible(steps[-1][0]) and len(steps) == 1


def test_a_box_that_is_full_takes_no_more() -> None:
    full = "\n".join(f"{{text}} {n} [MASK]" for n in range(400))
    for more in (
        lambda: grid_plan.added("gt", full, ["{text} one more [MASK]"]),
        lambda: carted(full, "{text} [MASK]!"),
    ):
        with pytest.raises(ParadigmError) as caught:
            more()
        assert caught.value.kind == "too_much_text"


def test_downloads_are_what_the_command_line_reads(t: Text) -> None:
    _, found = computed(t)
    saved = dict(re.findall(r'<pre id="save-([\w.]+)" hidden="">(.*?)</pre>', downloads(t, found), re.S))
    assert Plan.from_json(html.unescape(saved["plan.json"])) == found.plan
    rows = list(csv.DictReader(io.StringIO(html.unescape(saved["grid.csv"]))))
    assert sorted(float(row["accuracy"]) for row in rows) == sorted(cell.accuracy for cell in found.cells)
    assert json.loads(html.unescape(saved["grid.json"]))["summary"]["spread"]["n"] == 4


def test_a_cell_opens_in_the_playground(t: Text) -> None:
    _, found = computed(t)
    card = html.unescape(str(detail(t, found, "1:0", "/zh")))
    assert "/zh?lesson=playground&pt=%5BMASK%5D+%7Btext%7D&pneg=bad&ppos=good" in card
    assert visible(detail(t, found, "7:7", "/")) == visible(detail(t, None, "", "/")) == t("grid.detail.none")


def test_tuned(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, found = computed(t, gmode="tuned", gk=1, gseeds=2, gv="negative=bad;positive=good")
    assert [len(cell.accuracies) for cell in found.cells] == [2, 2]
    assert (found.plan.shots, found.plan.seeds, found.others) == (1, (0, 1), ())
    assert all("±" in row for row in re.findall(r"<tr>.*?</tr>", steps[-1][6])[1:])
    assert t("list").join(percent(value, 1) for value in found.cells[0].accuracies) in visible(
        detail(t, found, "0:0", "/")
    )
    assert not DESK.tickets
    assert steps[-1][5]["result"] == t("grid.prior.none") and not steps[-1][5]["figure"]["data"][0]["x"]


def test_classes_are_known_by_their_names(t: Text, tmp_path: Path) -> None:
    """In Chinese, as in "fresh" and "rotten", the positive class comes first by the alphabet."""
    reviews = grid_plan.built_in("test").take(range(40))
    _, ours = computed(t, reviews, gset="own")
    for negative, positive in (("负面", "正面"), ("rotten", "fresh"), ("negative", "positive")):
        file = tmp_path / "own.tsv"
        names = [(negative, positive)[int(label)] for label in reviews.labels]
        rows = [f"{name}\t{text}\n" for name, text in zip(names, reviews.texts, strict=True)]
        file.write_text("".join(rows), encoding="utf8")
        own = grid_plan.read_upload(str(file))
        assert own.labels == reviews.labels
        _, found = computed(t, own, gset="own")
        assert [cell.accuracy for cell in found.cells] == [cell.accuracy for cell in ours.cells]
        assert grid_plan.sets({"gset": "own"}, own).same_labels


def test_what_goes_with_which_unknown_class_is_said(t: Text) -> None:
    said = visible(grid_plan.about(t, Dataset("own.tsv", ("a", "b"), ("x", "y"))))
    assert t("grid.own.order", negative="x", positive="y").strip() in said
    many = visible(grid_plan.about(t, Dataset("own.tsv", ("a", "b", "c"), ("0", "1", "2"))))
    assert t("list").join("012") in many and t("label.1") not in many


def test_a_file_that_does_not_fit_is_refused_whole() -> None:
    many = "\n".join(f"{{text}} Film number {n} was really [MASK]." for n in range(200))
    with pytest.raises(ParadigmError) as error:
        grid_plan.with_file("gt", "", many)
    assert error.value.kind == "too_much_text"
    assert grid_plan.count("gt", "{text} [MASK]\n\n{text} [MASK]\n") == 1


def test_too_many_trainings_are_refused(t: Text) -> None:
    (said, *_) = gathered(grid_sweep.run(t, "me", {**DEFAULTS, "gmode": "tuned", "gseeds": 5}, None))[0]
    assert "240" in visible(said) and "60" in visible(said)


def test_more_cells_than_a_picture_holds_are_refused(t: Text) -> None:
    many = {
        "gt": "\n".join(f"{{text}} {n} [MASK]" for n in range(80)),
        "gv": "\n".join(f"negative=n{n};positive=p{n}" for n in range(20)),
    }
    ((said, *_),) = gathered(grid_sweep.run(t, "me", {**DEFAULTS, **many}, None))
    assert f"{grid_plan.MOST_CELLS:,}" in visible(said) and "sweep" in visible(said)


def test_ones_own_sentences(t: Text, tmp_path: Path) -> None:
    file = tmp_path / "own.tsv"
    file.write_text(
        "".join(f"{label}\tThat is {label} {n}.\n" for n in range(4) for label in ("ja", "nein", "hm")), encoding="utf8"
    )
    own = grid_plan.read_upload(str(file))
    words = {"gset": "own", "gv": "ja=yes;nein=no;hm=maybe"}
    _, found = computed(t, own, **words)
    assert found.labels == ("hm", "ja", "nein") and found.cells[0].n == 12
    assert found.plan.test == "own.tsv" and "own.tsv" in visible(grid_sweep._pictures(t, found)[0])
    for problem, mine, kind in (
        ({**words, "gmode": "tuned"}, own, "other_labels"),
        ({**words}, None, "no_upload"),
    ):
        (step,) = gathered(grid_sweep.run(t, "me", state(**problem), mine))
        assert t(f"error.{kind}") in visible(step[0])
    (step,) = gathered(grid_sweep.run(t, "me", state(gset="own"), own))
    assert t("error.labels_mismatch", offending="negative, positive") in visible(step[0])


# Stopping -----------------------------------------------------------------------------------------------------------


def numbers(told):
    for number in range(1000):
        told(number)
        yield number


def test_work_ends_when_it_is_stopped_and_when_a_newer_one_begins() -> None:
    async def until(n: int, then) -> list:
        seen: list = []
        async with aclosing(until_replaced(work("me", "kind", numbers))) as items:
            async for item in items:
                if not isinstance(item, Tick):
                    seen.append(item)
                    if len(seen) == n:
                        then()
        return seen

    async def replaced() -> tuple[list, list]:
        newer: list = []

        def begin() -> None:
            newer.append(asyncio.create_task(until(3, lambda: stop("me", "kind"))))

        older = await until(2, begin)
        return older, await newer[0]

    assert asyncio.run(until(5, lambda: stop("me", "kind"))) == [0, 1, 2, 3, 4]
    assert asyncio.run(until(5, lambda: stop("you", "kind"))) == list(range(1000))
    older, newer = asyncio.run(replaced())
    assert len(older) < 1000 and newer == [0, 1, 2]


def test_an_older_run_says_nothing_once_a_newer_one_has_begun() -> None:
    """Its last pictures would take the place of the newer one's."""

    async def run():
        async with aclosing(work("me", "kind", numbers)) as items:
            async for item in items:
                if not isinstance(item, Tick):
                    yield item
        yield "the end"

    async def older(*, stopped: bool, replaced: bool) -> list:
        said: list = []
        async for item in until_replaced(run()):
            said.append(item)
            if item == 2 and stopped:
                stop("me", "kind")
            if item == 2 and replaced:
                newer = work("me", "kind", numbers)
                await anext(newer)
                await newer.aclose()  # faster than the older one's present step
        return said

    assert asyncio.run(older(stopped=False, replaced=True)) == [0, 1, 2]
    assert asyncio.run(older(stopped=True, replaced=True)) == [0, 1, 2]
    assert asyncio.run(older(stopped=True, replaced=False)) == [0, 1, 2, "the end"]


def test_a_closed_browser_ends_the_work() -> None:
    told_last: list[int] = []

    def slow(told):
        for number in numbers(told):
            told_last.append(number)
            yield number

    async def closed() -> None:
        items = work("me", "kind", slow, trains=True)
        async for item in items:
            if item == 2:
                break
        await items.aclose()
        assert not DESK.tickets

    asyncio.run(closed())
    assert told_last == [0, 1, 2]


def test_a_browser_that_is_closed_within_a_step_gives_its_turn_back_when_the_step_is_over() -> None:
    """Else the next training would run beside it, and its further steps with nobody to see them."""
    begun, go_on, steps = Event(), Event(), []

    def training(told):
        for number in range(5):
            steps.append(number)
            begun.set()
            go_on.wait(10)
            told(number)
        yield "the only item"

    async def closed() -> None:
        items = work("me", "kind", training, trains=True)
        assert isinstance(await anext(items), Tick)
        assert begun.wait(10)
        await items.aclose()
        assert len(DESK.tickets) == 1
        go_on.set()
        while DESK.tickets:
            await asyncio.sleep(0.01)

    asyncio.run(closed())
    assert steps == [0]


def test_a_stopped_sweep_keeps_its_rows(t: Text) -> None:
    async def stopped() -> list:
        steps = []
        run = grid_sweep.run(t, "me", state(gt="\n".join(e.source for e in gallery.TEMPLATES)), None)
        async with aclosing(run):
            async for step in run:
                steps.append(step)
                if len(steps) == 4:
                    stop("me", grid_sweep.KIND)
        return steps

    last = asyncio.run(stopped())[-1]
    found = last[-1]
    assert 0 < len(found.cells) < found.total and not found.complete
    assert str(len(found.cells)) in visible(last[0])
    (refused,) = gathered(grid_curse.run(t, "me", found))
    assert t("grid.curse.first") in visible(refused[0])


# The experiments ----------------------------------------------------------------------------------------------------


def test_winners_curse(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_curse, "DRAWS", 3)
    _, found = computed(t)
    said, value = gathered(grid_curse.run(t, "me", found))[-1]
    curse = winners_curse(found.plan, found.cells, draws=3)
    lines = [trace["y"] for trace in value["figure"]["data"][:3]]
    assert lines == [[draw.chosen_on, draw.held_out] for draw in curse.draws]
    assert f"{100 * curse.drop:.1f}" in value["result"] and percent(curse.best, 1) in value["result"]
    assert "32" in visible(said)
    _, tuned = computed(t, gmode="tuned", gk=1, gseeds=1, gv="negative=bad;positive=good", gt="{text} [MASK]")
    assert t("grid.curse.zero") in visible(gathered(grid_curse.run(t, "me", tuned))[0][0])


def test_one_word(t: Text) -> None:
    shown = grid_one_word.show(t, state(ot="{text} It was [MASK].", op=1))
    assert re.findall(r'aria-pressed="(\w+)">(\w+)<', shown) == [("false", "It"), ("true", "was")]
    asked = state(ot="{text} It was [MASK].", op=1, ow="is, felt was looks", ov="negative=bad;positive=good")
    _, drawn = gathered(grid_one_word.run(t, "me", asked, None))[-1]
    words = ("was", "is", "felt", "looks")
    made = Plan(
        tuple(f"{{text}} It {word} [MASK]." for word in words),
        ("negative=bad;positive=good",),
        n=50,
        backbone=models.Backbone.source,
    )
    accuracies = [cell.accuracy for cell in sweep(made)]
    assert percent(max(accuracies), 1) in visible(drawn) and percent(accuracies[0], 1) in visible(drawn)
    placed = dict.fromkeys(words)
    for low, high, row in re.findall(r"<dt>([\d.]+)–([\d.]+)%</dt><dd>(.*?)</dd>", drawn):
        for word in re.findall(r">([^<]+)</span>", row):
            placed[word] = (float(low), float(high))
    for word, accuracy in zip(words, accuracies, strict=True):
        assert placed[word][0] - 1e-6 <= 100 * accuracy < placed[word][1] + 1e-6
    assert drawn.count("original") == 1
    assert t("grid.word.typed") in visible(drawn)


def test_one_word_of_the_models_own(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_one_word, "TOP", 5)
    _, drawn = gathered(grid_one_word.run(t, "me", state(ot="{text} It was [MASK].", op=0), None))[-1]
    assert len(re.findall(r"<span", re.search(r"<dl.*</dl>", drawn, re.S).group())) == 6
    for ot, kind in (("{text} [MASK]", "no_word"), ("{text} so", "no_mask")):
        (step,) = gathered(grid_one_word.run(t, "me", state(ot=ot), None))
        assert t(f"error.{kind}") in visible(step[0])


def test_label_words(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(train, test, *, backbone, on_step):
        for place, condition in enumerate(CONDITIONS):
            for n in range(1, 6):
                yield Row(condition, tuple(0.8 - 0.02 * place + 0.001 * seed * (place % 2) for seed in range(n)))

    monkeypatch.setattr(grid_label_words, "label_words", rows)
    steps = gathered(grid_label_words.run(t, "me"))
    complete = [Row(c, tuple(0.8 - 0.02 * p + 0.001 * s * (p % 2) for s in range(5))) for p, c in enumerate(CONDITIONS)]
    figure, listed = steps[-2][1:]
    ours = next(trace for trace in figure["figure"]["data"] if trace.get("marker", {}).get("symbol") == "circle")
    assert ours["x"][::-1] == [row.accuracy for row in complete]
    assert all(f"{100 * c.published:.1f}%" in visible(listed) for c in CONDITIONS)
    assert "355M" in figure["result"] and t("recorded") not in listed
    found = findings(complete)
    assert all(one.reproduced for one in found)
    assert t("grid.lm.no", what="")[:8] not in figure["result"]
    assert all(f"{100 * one.ours:+.1f}".replace("-", "−") in figure["result"] for one in found)
    swapped = [Row(row.condition, complete[5 - place].accuracies) for place, row in enumerate(complete)]
    assert t("grid.lm.yes", what="")[:8] not in grid_label_words.conclusion(t, swapped)
    assert grid_label_words.conclusion(t, complete[:5]) == t("grid.lm.incomplete")


def test_recorded_label_words_say_so(t: Text, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure, listed = grid_label_words.pictures(t, (), fresh=False)
    assert figure["result"] == t("grid.lm.incomplete") and "–" in visible(listed)
    record = tmp_path / "label_words.json"
    record.write_text(
        json.dumps({"rows": [{"name": c.name, "accuracies": [0.5] * 5} for c in CONDITIONS]}), encoding="utf8"
    )
    monkeypatch.setattr(grid_label_words, "RECORD", record)
    monkeypatch.setattr(models.Backbone, "source", None)
    grid_label_words.recorded.cache_clear()
    _, listed = grid_label_words.pictures(t, grid_label_words.recorded(), fresh=False)
    grid_label_words.recorded.cache_clear()
    assert listed.count(f">{t('recorded')}<") == len(CONDITIONS)


def test_defaults_of_the_one_word_experiment() -> None:
    words = [place.word for place in grid_one_word.places(Template.parse(str(FIELDS["ot"].default)))]
    assert words[int(FIELDS["op"].default)] == "it"
