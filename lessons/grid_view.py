"""What a sweep found, as HTML and charts: the numbers above the grid, its pictures, the table, one cell in detail."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from json import dumps
from statistics import mean
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.plan import Plan
from paradigms.prompt.openprompt import parse_template, parse_verbalizer
from paradigms.sweep import Cell, Summary
from paradigms.sweep_report import as_csv, as_dict

from . import figures_grid as figures
from .figures import folded
from .grid_plan import words
from .parts import figure_value
from .prompt_view import SIDES
from .state import encode
from .text import Text
from .view import el, meter, percent, pick, signed, status_line


@dataclass(frozen=True)
class Found:
    """A sweep as far as it has come, kept for its browser."""

    plan: Plan
    labels: tuple[str, ...]
    majority: float
    cells: tuple[Cell, ...]
    others: tuple[Cell, ...] = ()  # the same without calibration, or with it where `cells` are without

    @property
    def total(self) -> int:
        return len(self.plan.templates) * len(self.plan.verbalizers)

    @property
    def complete(self) -> bool:
        return len(self.cells) == self.total and all(len(c.accuracies) == len(self.plan.seeds) for c in self.cells)

    @property
    def summary(self) -> Summary:
        return Summary.of(self.plan, self.cells, self.majority)

    def name(self, t: Text, cell: Cell) -> str:
        return f"{self.plan.templates[cell.row]} · {words(t, self.plan.verbalizers[cell.column])}"


def how(t: Text, found: Found) -> str:
    """What the numbers are: sentences, labelled examples, calibration."""
    plan = found.plan
    n = found.cells[0].n if found.cells else plan.n
    of = t(f"grid.set.{plan.split}") if plan.test == "reviews" else t("grid.set.own", file=plan.test)
    parts = [t("grid.how.sentences", n=n, set=of)]
    if plan.shots:
        numbers = {"k": plan.shots, "n": plan.shots * len(found.labels), "seeds": len(plan.seeds)}
        least = min((len(cell.accuracies) for cell in found.cells), default=len(plan.seeds))
        key = "grid.how.tuned" if least == len(plan.seeds) else "grid.how.tuned.partly"
        parts.append(t(key, **numbers, least=least))
    else:
        parts.append(t("grid.how.zero"))
    if plan.calibrate:
        parts.append(t("grid.how.calibrated", what=t(f"grid.cal.{plan.calibrate}")))
    return t("semicolon").join(parts)


def summary(t: Text, found: Found) -> Markup:
    """Best, median, worst, standard deviation, and the majority line, with what they were measured on."""
    got = found.summary
    spread = got.spread

    def tile(name: str, value: str, note: object = None) -> Markup:
        return el("div", el("dt", t(f"grid.{name}")), el("dd", value), el("dd", note, cls="note"), cls=f"tile {name}")

    tiles = [
        tile("best", percent(spread.best, 1), _where(t, found, got.best)),
        tile("median", percent(spread.median, 1), t("grid.median.note", n=spread.n)),
        tile("worst", percent(spread.worst, 1), _where(t, found, got.worst)),
        tile("deviation", t("grid.points", n=f"{100 * spread.deviation:.1f}"), t("grid.deviation.note")),
        tile("majority", percent(found.majority, 1), t("majority")),
    ]
    return el("div", el("dl", tiles, cls="grid-tiles"), el("p", how(t, found), cls="caption"))


def _where(t: Text, found: Found, cell: Cell) -> Markup:
    low, high = cell.ci95
    bounds = f"[{100 * low:.1f}–{100 * high:.1f}]"
    return el("span", el("span", bounds, cls="number"), " ", pick(found.name(t, cell), figures.key(cell)))


def pictures(t: Text, found: Found) -> tuple[Any, ...]:
    """(heat map, spread per template, spread per verbalizer)."""
    templates, verbalizers = found.plan.templates, [words(t, v) for v in found.plan.verbalizers]
    got, chance = found.summary, 1 / len(found.labels)
    heat = figures.heat(templates, verbalizers, found.cells, chance)
    said = t(
        "grid.heat.result" if len(found.cells) == found.total else "grid.heat.partial",
        best=percent(got.best.accuracy, 1),
        worst=percent(got.worst.accuracy, 1),
        points=f"{100 * (got.best.accuracy - got.worst.accuracy):.1f}",
        n=got.spread.n,
        total=found.total,
    )
    values = [figure_value(heat, said)]
    for what, names, others, spreads in (
        ("template", templates, verbalizers, got.per_template),
        ("verbalizer", verbalizers, templates, got.per_verbalizer),
    ):
        texts = {"what": what, "accuracy": t("accuracy"), "majority": t("majority")}
        ranges = [spread.best - spread.worst for spread in spreads if spread]
        result = t(f"grid.strip.{what}.result", points=f"{100 * mean(ranges):.1f}")
        values.append(figure_value(figures.strip(names, others, found.cells, found.majority, texts), result))
    return tuple(values)


def not_calibrated(t: Text, n_labels: int = 2) -> dict[str, object]:
    """The same picture before anything is known."""
    names = {"prior": t("grid.prior.axis.many"), "gain": t("grid.gain.axis")}
    return figure_value(figures.prior([], [], [], 1 / n_labels, names), t("grid.prior.none"))


def calibration(t: Text, found: Found, *, last: bool = True) -> Any:
    """The prior of every cell against what taking it away changes; known when a zero-shot grid is complete."""
    if not found.others:
        return not_calibrated(t, len(found.labels)) if last else gr.skip()
    plain, calibrated = (found.others, found.cells) if found.plan.calibrate else (found.cells, found.others)
    by_key = {figures.key(cell): cell.accuracy for cell in plain}
    two, names_of = len(found.labels) == 2, t.labels(found.labels)
    points = [
        ((cell.prior[-1] if two else max(cell.prior)), 100 * (cell.accuracy - by_key[figures.key(cell)]))
        for cell in calibrated
        if cell.prior is not None
    ]
    names = {
        "prior": t("grid.prior.axis", label=escape(names_of[-1], quote=False)) if two else t("grid.prior.axis.many"),
        "gain": t("grid.gain.axis"),
    }
    texts = [folded(found.name(t, cell), 44) for cell in calibrated]
    figure = figures.prior(points, [figures.key(cell) for cell in calibrated], texts, 1 / len(found.labels), names)
    gains = [gain for _, gain in points]
    far = max(range(len(points)), key=lambda i: abs(points[i][0] - 1 / len(found.labels)))
    leaning = calibrated[far].prior or ()
    most = max(range(len(leaning)), key=leaning.__getitem__)
    result = t(
        "grid.prior.result",
        what=t(f"grid.cal.{found.plan.calibrate or 'average'}"),
        before=percent(mean(by_key.values()), 1),
        after=percent(mean(cell.accuracy for cell in calibrated), 1),
        better=sum(gain > 0 for gain in gains),
        worse=sum(gain < 0 for gain in gains),
        n=len(gains),
        share=percent(leaning[most], 0),
        label=names_of[most],
        cell=found.name(t, calibrated[far]),
    )
    return figure_value(figure, result)


def table(t: Text, found: Found) -> Markup:
    """All cells, best first; the browser sorts them by the column whose name is clicked."""
    tuned = bool(found.plan.shots)
    columns = ["template", "verbalizer", "accuracy", "interval", *(["deviation"] if tuned else [])]
    head = [
        el(
            "th",
            el("button", t(f"grid.column.{name}"), type="button", cls="sorts"),
            scope="col",
            aria_sort=_sorted(name),
        )
        for name in columns
    ]
    body = []
    for cell in sorted(found.cells, key=lambda cell: -cell.accuracy):
        low, high = cell.ci95
        body.append(
            el(
                "tr",
                el("th", pick(found.plan.templates[cell.row], figures.key(cell), cls="plain"), scope="row"),
                el("td", words(t, found.plan.verbalizers[cell.column])),
                el("td", percent(cell.accuracy, 1), data_value=cell.accuracy),
                el("td", f"[{100 * low:.1f}–{100 * high:.1f}]", data_value=low),
                el("td", f"± {100 * cell.deviation:.1f}", data_value=cell.deviation) if tuned else None,
            )
        )
    return el("div", el("table", el("thead", el("tr", head)), el("tbody", body)), cls="scroll grid-table", tabindex="0")


def _sorted(name: str) -> str:
    return "descending" if name == "accuracy" else "none"


def downloads(t: Text, found: Found) -> Markup:
    """The cells as CSV, everything as JSON, and the plan that the command line runs."""
    everything = dumps(as_dict(found.plan, found.cells, found.summary), ensure_ascii=False, indent=1)
    files = {
        "grid.csv": as_csv(found.plan, found.cells),
        "grid.json": everything + "\n",
        "plan.json": found.plan.to_json() + "\n",
    }
    buttons = [
        el("button", t("grid.save", file=file), type="button", cls="pick", data_save=file, data_of=f"save-{file}")
        for file in files
    ]
    contents = [el("pre", content, id=f"save-{file}", hidden=True) for file, content in files.items()]
    return el("div", el("p", buttons, el("span", t("grid.save.note"), cls="caption"), cls="chips"), contents)


def detail(t: Text, found: Found | None, choice: str, path: str) -> Markup:
    """One cell: its accuracy, its seeds, the prior that was taken away, and the way into the playground."""
    cell = next((cell for cell in found.cells if figures.key(cell) == choice), None) if found else None
    if found is None or cell is None:
        return el("p", t("grid.detail.none"), cls="hint")
    low, high = cell.ci95
    seeds = t("list").join(percent(value, 1) for value in cell.accuracies)
    template, source = found.plan.templates[cell.row], found.plan.verbalizers[cell.column]
    return el(
        "section",
        el("h3", template),
        el(
            "p",
            words(t, source),
            " · ",
            el("strong", percent(cell.accuracy, 1)),
            f" [{100 * low:.1f}–{100 * high:.1f}]",
        ),
        el("p", t("grid.detail.seeds", seeds=seeds), cls="caption") if len(cell.accuracies) > 1 else None,
        _prior(t, found, choice),
        _into_playground(t, template, source, path),
        cls="card hue-grid",
    )


def _prior(t: Text, found: Found, choice: str) -> Markup | None:
    """What the question says of nothing, class by class."""
    both = [*found.cells, *found.others]
    prior = next((cell.prior for cell in both if figures.key(cell) == choice and cell.prior is not None), None)
    if prior is None:
        return None
    bars = [
        el(
            "span",
            el("span", name, cls="name"),
            meter(share, cls=SIDES[place % len(SIDES)]),
            el("span", percent(share, 1), cls="number"),
            cls="bar",
        )
        for place, (name, share) in enumerate(zip(t.labels(found.labels), prior, strict=True))
    ]
    own = next(cell.accuracy for cell in found.cells if figures.key(cell) == choice)
    other = next((cell.accuracy for cell in found.others if figures.key(cell) == choice), None)
    said = t("grid.detail.prior")
    if other is not None:
        gain = own - other if found.plan.calibrate else other - own
        said = t("grid.detail.prior.gain", points=signed(100 * gain, 1))
    return el("div", el("p", said, cls="caption"), el("div", bars, cls="bars"))


def _into_playground(t: Text, template: str, source: str, path: str) -> Markup | None:
    verbalizer = parse_verbalizer(source)
    if verbalizer.labels != ["negative", "positive"]:
        return None
    (_, negative), (_, positive) = verbalizer.label_words
    state = {"pt": parse_template(template).source, "pneg": ", ".join(negative), "ppos": ", ".join(positive)}
    link = f"{path}?{encode({'lesson': 'playground', **state})}"
    return el("p", el("a", t("grid.detail.playground"), href=link))


def progress(t: Text, done: float, total: float, said: str, *, running: bool) -> Markup:
    """A bar and a line."""
    share = done / total if total else 0.0
    bar = el("progress", value=f"{share:.3f}", max="1", aria_label=said) if running else None
    return el("div", bar, status_line("running" if running else "", said), cls="grid-progress")
