"""Which of the two built-in sets of reviews is learned from: one choice, shown in each tab that can learn from both.

Naive Bayes and the LSTM always can; fine-tuning and the prompt where the backbone reads Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr

from paradigms.words import HAN_CHARACTER

from . import models
from .parts import panel
from .state import CHINESE, DEFAULTS, FIELDS, SETS, decode
from .text import Text
from .view import el

TEXTS = ("s", "word")
QUESTION = ("t", "neg", "pos")  # of tab 4


@dataclass
class Places:
    """What follows the choice on one page."""

    radios: list[gr.Radio] = field(default_factory=list)  # one a tab
    sliders: list[tuple[str, gr.Column]] = field(default_factory=list)  # (set, where its slider stands)

    def shown(self, name: str) -> list[Any]:
        return [name for _ in self.radios] + [gr.update(visible=own == name) for own, _ in self.sliders]

    @property
    def components(self) -> list[Any]:
        return [*self.radios, *(column for _, column in self.sliders)]


PLACES: WeakKeyDictionary[Any, Places] = WeakKeyDictionary()


def written_in(name: str, text: str) -> bool:
    """Whether a text is in the language of the set `name`, as far as its characters tell; an empty one always is."""
    return not text.strip() or bool(HAN_CHARACTER.search(text)) == (name == "reviews-zh")


def followers() -> tuple[str, ...]:
    """The text boxes that follow the choice: the question of tab 4 too, where its backbone reads both sets."""
    return (*TEXTS, *QUESTION) if models.Backbone.reads_chinese else TEXTS


def follow(name: str, state: Mapping[str, Any]) -> list[str]:
    """What the `followers` say once `name` is chosen: in the other language they give way to the set's own examples."""
    own = {**DEFAULTS, **SETS[name], **(CHINESE if name == "reviews-zh" else {})}
    return [state[key] if written_in(name, state[key]) else own[key] for key in followers()]


def key(method: str, name: str) -> str:
    """Under which the desk and a session know what `method` trains on the reviews `name`."""
    return method if name == DEFAULTS["set"] else f"{method} on {name}"


def for_backbone(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state as the tabs of the backbone take it: a backbone that reads no Chinese stays with the English set."""
    return state if models.Backbone.reads_chinese else {**state, "set": DEFAULTS["set"]}


def named(t: Text, name: str) -> str:
    """What a title of the backbone's tabs ends with where there are two sets: ` · Chinese reviews`."""
    return f" · {t(f'set.{name}')}" if models.Backbone.reads_chinese else ""


def backbone_choice(t: Text, page: Any, tab: str, note: str = "set.note") -> dict[str, gr.Radio]:
    """The choice in a tab of the backbone, as the input `set` of its handlers; none where no Chinese is read."""
    return {"set": choice(t, page, tab, note)} if models.Backbone.reads_chinese else {}


def choice(t: Text, page: Any, tab: str, note: str = "set.note") -> gr.Radio:
    """The choice. One tab gives its own to the page as the control `set`; all of a page's move together."""
    with gr.Column(min_width=280):
        radio = gr.Radio(
            [(t(f"set.choice.{name}"), name) for name in SETS],
            value=DEFAULTS["set"],
            label=t("set"),
            elem_id=f"{tab}-set",
        )
        panel(f"{tab}-set-note", el("p", t(note, n=len(models.train_set("reviews-zh"))), cls="caption"))
    places = PLACES.setdefault(page, Places())
    places.radios.append(radio)
    page.after(lambda: _wire(page, radio, places))
    return radio


def sliders(page: Any, name: str, slider: Callable[[str], gr.Slider]) -> dict[str, gr.Slider]:
    """A slider for each set, the chosen one's in sight; `slider` makes the one of a field."""
    made = {}
    for of, opening in SETS.items():
        with gr.Column(visible=of == DEFAULTS["set"], min_width=200) as column:
            made[name + opening["ends"]] = slider(name + opening["ends"])
        PLACES.setdefault(page, Places()).sliders.append((of, column))
    return made


def _wire(page: Any, radio: gr.Radio, places: Places) -> None:
    texts = [page.controls[key] for key in followers()]

    def choose(name: object, *values: Any) -> list[Any]:
        chosen = str(FIELDS["set"].clean(name))
        state = {key: FIELDS[key].clean(value) for key, value in zip(followers(), values, strict=True)}
        return [*follow(chosen, state), *places.shown(chosen)]

    radio.input(choose, [radio, *texts], [*texts, *places.components], queue=False, **page.quietly).then(**page.live)
    if radio is places.radios[0]:  # once a page

        def opened(request: gr.Request) -> list[Any]:
            return places.shown(decode(dict(request.query_params))["set"])

        gr.on(None, opened, None, places.components, queue=False, **page.quietly)
