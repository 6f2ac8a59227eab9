"""The tab "Where BERT comes from": words hidden and guessed, a tiny BERT pre-trained live, the real run beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.backbone import BUILT_IN
from paradigms.backbone import NAME as BACKBONE
from paradigms.masked_words import Guess, MaskedSentence, mask_sentence
from paradigms.pretrain import CHOSEN

from . import models, training
from .figures_origins import recorded_curve
from .origins_live import METHOD, idle, kept, pretrain_live
from .parts import chart, figure_value, intro, panel
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el, percent, tabular

NAME = "origins"


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(the masked sentence and what the backbone expects, the session's tiny BERT beside it on the cloze sentence)."""
    lm = models.trained()["prompt"].lm_
    masked = mask_sentence(lm, state["s"], state["mask_seed"])
    if masked is None:
        return str(el("p", t("sentence.empty"), cls="empty")), str(kept(t, state["cloze"], session))
    return str(el("div", *masked_sentence(t, masked), cls="masked")), str(kept(t, state["cloze"], session))


def masked_sentence(t: Text, masked: MaskedSentence) -> list[Markup]:
    """The sentence as training shows it to the model, and a row for each word that is asked for."""
    chosen = {guess.place: guess for guess in masked.guesses}
    pieces = [
        el("span", chosen[i].read, cls="asked", title=t("origins.stood", word=chosen[i].wanted))
        if i in chosen
        else el("span", piece)
        for i, piece in enumerate(masked.pieces)
    ]
    head = [t(f"origins.column.{name}") for name in ("wanted", "read", "expects", "p", "loss")]
    table = tabular(head, [guess_row(t, guess) for guess in masked.guesses])
    said = t("origins.masked.result", n=len(masked.guesses), total=len(masked.pieces), loss=f"{masked.loss:.2f}")
    return [el("p", pieces, cls="pieces"), table, el("p", said, cls="caption")]


def guess_row(t: Text, guess: Guess) -> Markup:
    how = "mask" if guess.hidden else "kept" if guess.read == guess.wanted else "random"
    expects = ", ".join(f"{word} {percent(p)}" for word, p in zip(guess.words, guess.probabilities, strict=True))
    return el(
        "tr",
        el("th", guess.wanted, scope="row"),
        el("td", guess.read, " ", el("span", t(f"origins.how.{how}"), cls="caption")),
        el("td", expects),
        el("td", percent(guess.probability, 1)),
        el("td", f"{guess.loss:.2f}"),
    )


@dataclass(frozen=True)
class Curve:
    """A recorded run of `python -m paradigms pretrain` that goes on from the backbone."""

    command: str
    tokens: tuple[int, ...]
    held_out: tuple[float, ...]  # nats
    zero_shot: tuple[float, ...]  # 0 to 1


@lru_cache(maxsize=1)
def recorded() -> Curve:
    run = json.loads((BUILT_IN / "curve.json").read_text(encoding="utf8"))
    columns = (tuple(point[name] for point in run["points"]) for name in ("tokens", "held_out_loss", "zero_shot"))
    return Curve(run["command"], *columns)


def recorded_chart(t: Text) -> dict[str, object]:
    curve = recorded()
    names = {name: t(f"origins.{name}") for name in ("millions", "loss", "held_out", "zero_shot")}
    result = t(
        "origins.recorded.result",
        name=BACKBONE,
        tokens=f"{curve.tokens[-1]:,}",
        before=f"{curve.held_out[0]:.2f}",
        after=f"{curve.held_out[-1]:.2f}",
        from_=percent(curve.zero_shot[0], 1),
        to=percent(curve.zero_shot[-1], 1),
    )
    return figure_value(recorded_curve(curve.tokens, curve.held_out, curve.zero_shot, names), result)


# The tab ------------------------------------------------------------------------------------------------------------


def formula() -> Markup:
    """L = -1/|M| sum over i in M of log p(w_i | the sentence without M)."""
    return el(
        "p",
        el("i", "L"),
        " = \u2212 1/|",
        el("i", "M"),
        "| \u2211",
        el("sub", el("i", "i"), " \u2208 ", el("i", "M")),
        " log ",
        el("i", "p"),
        "(",
        el("i", "w", el("sub", "i")),
        " | ",
        el("i", "w", el("sub", "1")),
        " \u2026 [MASK] \u2026 ",
        el("i", "w", el("sub", "n")),
        f"),  |M| \u2248 {CHOSEN} n",
    )


def heading(text: str, *more: Markup) -> None:
    gr.HTML(str(el("h2", text, " ", more)), apply_default_css=False, elem_classes=["panel"])


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    heading(t("origins.mask"))
    seed = FIELDS["mask_seed"]
    mask_seed = gr.Slider(
        seed.low, seed.high, DEFAULTS["mask_seed"], step=1, label=t("origins.mask_seed"), elem_id="origins-seed"
    )
    masked = panel("origins-masked")
    heading(t("origins.live"))
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300, elem_classes=["live"]):
            cloze = gr.Textbox(
                DEFAULTS["cloze"],
                label=t("origins.cloze"),
                max_length=FIELDS["cloze"].longest,
                max_lines=2,
                elem_id="origins-cloze",
            )
            with gr.Row():
                begin = gr.Button(t("origins.begin"), variant="primary", elem_id="origins-begin")
                halt = gr.Button(t("train.stop"), elem_id="origins-stop")
            status = panel("origins-status", idle(t).status)
            beside = panel("origins-beside")
        with gr.Column(scale=3, min_width=340):
            curve = chart("origins-curve", idle(t).curve)
            words = panel("origins-words", idle(t).words)
    heading(
        t("origins.recorded"),
        el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=recorded().command)),
    )
    chart("origins-recorded", recorded_chart(t))

    async def learn(request: gr.Request, blank: str):
        assert request.session_hash is not None
        async for tiny in pretrain_live(t, request.session_hash, str(FIELDS["cloze"].clean(blank))):
            yield tiny.status, tiny.curve, tiny.words

    def stop(request: gr.Request) -> None:
        training.stop(request.session_hash, METHOD)

    def wire() -> None:
        begin.click(
            learn,
            [cloze],
            [status, curve, words],
            concurrency_id="training",
            concurrency_limit=None,
            **page.quietly,
        ).then(**page.live)
        halt.click(stop, None, None, queue=False, **page.quietly)

    page.after(wire)
    return {"mask_seed": mask_seed, "cloze": cloze}, [masked, beside]
