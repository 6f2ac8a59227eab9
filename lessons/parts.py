"""The few building blocks of a page that Gradio does not have: charts drawn in place, panels with clickable words."""

from __future__ import annotations

import gradio as gr
import plotly.graph_objects as go
from markupsafe import Markup

from .text import Text
from .view import el

# The end of the CSS class that gives a paradigm its colour: `hue-bayes`.
HUE = {"tfidf-nb": "bayes", "word2vec-lstm": "lstm", "bert-finetune": "finetune", "prompt": "prompt"}
KEEP = "".join(
    f'<button type="button" class="pick" data-image="{kind}">{kind.upper()}</button>' for kind in ("svg", "png")
)
CHART = f'<div class="plot" role="img"></div><p class="keep">{KEEP}</p><p class="result"></p>'


def chart(name: str, value: dict[str, object] | None = None) -> gr.HTML:
    """A place for a figure; its value comes from `figure_value`. Hears `.select` when a point is clicked."""
    return gr.HTML(
        value=value,
        html_template=CHART,
        js_on_load="window.cloze.chart(element, props, watch, (name, data) => trigger('select', data))",
        elem_id=name,
        elem_classes=["chart"],
        apply_default_css=False,
    )


def figure_value(figure: go.Figure, result: str) -> dict[str, object]:
    """What a chart shows: the figure, and its result in one sentence for those who cannot see it."""
    return {"figure": figure.to_plotly_json(), "result": result}


def panel(name: str, value: Markup | str = "", *, classes: tuple[str, ...] = ()) -> gr.HTML:
    """A place for HTML from `view`. Hears `.select` when a `view.pick` button in it is clicked."""
    return gr.HTML(
        value=str(value),
        js_on_load="window.cloze.picks(element, (name, data) => trigger('select', data))",
        elem_id=name,
        elem_classes=["panel", *classes],
        apply_default_css=False,
    )


def picked(event: gr.EventData) -> str:
    """What was picked in a panel or a chart."""
    return str(event._data.get("value", "")) if isinstance(event._data, dict) else ""


def intro(name: str, t: Text, formula: Markup) -> Markup:
    """The head of a lesson: its idea, a fold with the formula, the paper. `name` is the prefix of its texts."""
    return el(
        "div",
        el("h2", t(f"tab.{name}"), cls="unseen"),  # for who goes by headings; others see the tab
        el("p", t(f"{name}.idea"), cls="idea"),
        el(
            "details",
            el("summary", t("how")),
            el("div", formula, cls="formula"),
            el("p", t(f"{name}.how")),
            el("p", t("source"), t("colon"), t(f"{name}.source"), cls="source"),
        ),
        cls=f"intro hue-{name}",
    )
