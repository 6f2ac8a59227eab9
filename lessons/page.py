"""One page in one language: the shared sentence, the lesson tabs, and the wiring between them.

Whatever is typed or moved, the live event of the open tab sends the state of all controls to its handler, which fills
that tab's outputs. Each tab has its own, because an output that is to stay as it is costs Gradio more than a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import gradio as gr

from paradigms.errors import ParadigmError

from . import bayes, compare, context, finetune, grid, lstm, models, origins, pet, playground, prompt, search, soft
from .errors import say
from .parts import panel, picked
from .state import DEFAULTS, FIELDS, decode, encode
from .text import Text
from .view import el, pick

LESSONS: dict[str, ModuleType] = {
    lesson.NAME: lesson
    for lesson in (compare, bayes, lstm, origins, finetune, prompt, playground, grid, context, pet, search, soft)
}
EXAMPLES = (
    "I like the Disney films very much.",
    "Not one joke in it is funny.",
    "A slow start, but the last hour is magnificent.",
    "I wanted to love it and left after forty minutes.",
)
PATHS = {"en": "/", "zh": "/zh"}
# Of events that share an id the lowest limit holds, and an event without one has 1, so all of them name it.
LIVE: dict[str, Any] = {"concurrency_id": "live", "concurrency_limit": 16}
# What is sent at every key does without the queue, which costs more than the answer, and without a thread for each
# control and output: `clean` takes any value, and HTML is shown as it is.
AT_ONCE: dict[str, Any] = {"queue": False, "preprocess": False, "postprocess": False}
# Which tab is open is the browser's to say: it sends that tab's event, and with it what all controls say as one value.
# An input of Gradio's own for each of them would cost the server more than the rest of the call.
ASK = "(...values) => window.cloze.ask(values)"
# A control that is typed in or moved sends what it says alone: to look all of them up takes the browser longer than the
# answer takes the server. A text box in which somebody types does so without Gradio, whose own word comes later.
SAY = "(value) => window.cloze.say(%d, value)"
RESTORED = "(...values) => window.cloze.restored(values)"
ASKED = "() => [window.cloze.values]"


def show(t: Text, lesson: str, state: dict[str, Any], session: str | None = None) -> tuple[str, tuple[Any, ...]]:
    """(what is wrong, what the lesson's outputs show) for a state. Bad input is said below the sentence and leaves
    everything as it is; a lesson that knows a better place says it there itself."""
    try:
        return "", tuple(LESSONS[lesson].show(t, state, session))
    except ParadigmError as error:
        return str(el("p", say(error, t), cls="hint wrong", role="alert")), ()


def link(state: dict[str, Any]) -> str:
    """What the address is told: a link's query behind its question mark, which is there even where nothing follows."""
    return "?" + encode(state)


class Page:
    """The components of one page and the events between them; `build` of a lesson is given it."""

    def __init__(self, demo: gr.Blocks, language: str, root_path: str = ""):
        self.t = Text(language)
        self.language = language
        self.root_path = root_path.rstrip("/")
        self.controls: dict[str, Any] = {}
        self.outputs: dict[str, list[gr.components.Component]] = {}
        self.picks: list[gr.HTML] = []
        # What a lesson shows before all else, and where: a function of the texts and the state.
        self.ahead: dict[str, tuple[Callable[..., Any], list[gr.components.Component]]] = {}
        self.last: list[Callable[[], object]] = []
        self._lay_out()
        self._wire(demo)

    def loads_sentence(self, component: gr.HTML) -> None:
        """A pick in `component` becomes the sentence. For lessons to call while they are built."""
        self.picks.append(component)

    def opened(self, lesson: str) -> Any:
        """When a tab has been opened; the controls of one that is opened for the first time have their values then."""
        return self.tabs[lesson].select(None, js="() => window.cloze.lesson()", **self.quietly)

    def after(self, wire: Callable[[], object]) -> None:
        """Run `wire` when every component and `live` exist: for events of a lesson that end in the live event."""
        self.last.append(wire)

    def _lay_out(self) -> None:
        t = self.t
        gr.HTML(str(self._header()), apply_default_css=False, elem_id="header")
        with gr.Row(elem_id="sentence-row", elem_classes=["live"]):
            self.controls["s"] = gr.Textbox(
                value=DEFAULTS["s"],
                label=t("sentence.label"),
                placeholder=t("sentence.placeholder"),
                max_length=FIELDS["s"].longest,
                lines=1,
                max_lines=4,
                elem_id="sentence",
            )
        examples = [el("span", t("sentence.examples"), cls="caption"), *(pick(text, text) for text in EXAMPLES)]
        self.loads_sentence(panel("examples", el("div", examples, cls="chips")))
        # What the browser sends a lesson's live event from, see `ask` in cloze.js.
        self.asks = {name: self._unseen(f"window.cloze.asks({name!r}, trigger)") for name in LESSONS}
        self.gather = self._unseen("window.cloze.gathers(trigger)")
        self.wrong = panel("wrong")  # has room only where there is something to say
        self.asked = self._unseen("")
        self.link = self._unseen("window.cloze.link(element, props, watch)")
        # For every event. What has been told once how a call is getting on is told again at every key: so that is
        # told to one that is not seen.
        self.quietly: dict[str, Any] = {
            "show_progress": "hidden",
            "show_progress_on": self.link,
            "api_visibility": "private",
        }
        self.tabs: dict[str, gr.Tab] = {}
        with gr.Tabs(selected=DEFAULTS["lesson"], elem_id="lessons"):
            for name, lesson in LESSONS.items():
                with gr.Tab(t(f"tab.{name}"), id=name, elem_id=f"lesson-{name}") as tab:
                    self.tabs[name] = tab
                    controls, self.outputs[name] = lesson.build(t, self)
                    self.controls.update(controls)
        boxes = {
            control.elem_id: number
            for number, control in enumerate(self.controls.values())
            if isinstance(control, gr.Textbox) and control.elem_id
        }
        self._unseen(f"window.cloze.boxes({json.dumps(boxes)})")

    def _header(self):
        t, other = self.t, "zh" if self.language == "en" else "en"
        size = f"{models.Backbone.size() / 1e6:.1f}M"
        path = self.root_path + PATHS[other]
        return el(
            "header",
            el("h1", "Cloze", cls="wordmark"),
            el("span", t("page.tagline"), cls="tagline"),
            el("span", t("page.model", name=models.Backbone.name, size=size), cls="chip"),
            el("a", t("page.other"), href=path, title=t("page.other_title"), lang=other, data_keeps_state=path),
            data_lessons=" ".join(LESSONS),
            lang=self.language,
            data_title=t("page.title"),
            data_full=t("page.full"),
        )

    def _wire(self, demo: gr.Blocks) -> None:
        names, controls = list(self.controls), list(self.controls.values())

        def cleaned(values: list[Any]) -> dict[str, Any]:
            return {name: FIELDS[name].clean(value) for name, value in zip(names, values, strict=True)}

        def ahead(lesson: str) -> Callable[..., Any]:
            first, outputs = self.ahead[lesson]
            return lambda values: first(self.t, cleaned(values)) or [gr.skip() for _ in outputs]

        def live(lesson: str) -> Callable[..., list[Any]]:
            def answer(request: gr.Request, values: list[Any]) -> list[Any]:
                state = cleaned(values)
                wrong, shown = show(self.t, lesson, state, request.session_hash)
                return [link(state), wrong, *(shown or (gr.skip() for _ in self.outputs[lesson]))]

            answer.__annotations__ = {"request": gr.Request}  # which Gradio would evaluate from their text at every key
            return answer

        def restore(request: gr.Request) -> list[Any]:
            state = decode(dict(request.query_params))
            return [link({name: state[name] for name in names}), *(state[name] for name in names)]

        self.live = {"fn": None, "js": ASK, "inputs": controls, **self.quietly}
        for lesson, ask in self.asks.items():
            asked = {"js": ASKED, "inputs": self.asked, **AT_ONCE, **self.quietly}
            told = [self.link, self.wrong, *self.outputs[lesson]]
            if lesson in self.ahead:
                first = ask.select(ahead(lesson), outputs=self.ahead[lesson][1], trigger_mode="always_last", **asked)
                # Two edits may be ahead before the first is answered: without `always_last` the second never would be.
                first.then(live(lesson), outputs=told, trigger_mode="always_last", **asked)
            else:
                ask.select(live(lesson), outputs=told, trigger_mode="always_last", **asked)
        for number, control in enumerate(controls):
            # A text box says `input` at a key press, before it has the new value, and never for a paste or a deletion.
            heard = [control.change if isinstance(control, gr.Textbox) else control.input]
            if isinstance(control, gr.Slider):
                heard.append(control.release)  # all that one put back to its default says
            if isinstance(control, gr.Slider | gr.Number):
                # "1" on the way to "16" may be out of range: Gradio would refuse it, `clean` takes the nearest.
                control.preprocess = lambda payload: payload  # type: ignore[method-assign]
            gr.on(heard, None, control, js=SAY % number, trigger_mode="multiple", **self.quietly)
        self.gather.select(**self.live)
        for component in self.picks:
            component.select(picked, None, self.controls["s"], queue=False, **self.quietly)
        for name in self.tabs:
            self.opened(name).then(**self.live)
        # Without `postprocess`, and with no output that would stay as it is: Gradio would build every component anew
        # for each of sixty browsers.
        opened = demo.load(restore, None, [self.link, *controls], postprocess=False, **LIVE, **self.quietly)
        opened.then(**self.live | {"js": RESTORED})
        for wire in self.last:
            wire()

    def _unseen(self, js: str) -> gr.HTML:
        """What only carries an event."""
        return gr.HTML("", html_template="<span></span>", js_on_load=js, elem_classes=["unseen"])
