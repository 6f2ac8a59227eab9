"""The space of words of tab 2: the chosen word, its neighbours, and the map they lie on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from markupsafe import Markup

from .figures_lstm import Place, word_plane
from .parts import figure_value
from .text import Text
from .view import el, meter, percent, pick

if TYPE_CHECKING:
    from paradigms.word2vec_lstm import LSTMExplanation, Word2VecLSTM


def word_hint(t: Text, model: Word2VecLSTM, typed: str, asked: Sequence[str], word: str | None) -> Markup:
    """What is known of the chosen word: its rank, or why it is not shown."""
    n_words = len(model.keyed_vectors_)
    if word:
        rank = model.keyed_vectors_.key_to_index[word] + 1
        return el("p", t("lstm.word.known", word=word, rank=f"{rank:,}", n=f"{n_words:,}"), cls="hint")
    if not typed.strip():
        return el("p", t("lstm.word.none"), cls="hint")
    if len(asked) > 1:
        choices = [pick(one, one) for one in dict.fromkeys(asked)]
        return el("p", t("lstm.word.many", n=len(asked)), " ", choices, cls="hint chips")
    said = t("lstm.word.unknown", word=asked[0] if asked else typed.strip(), n=f"{n_words:,}")
    return el("p", said, cls="hint wrong")


def neighbour_bars(t: Text, word: str, near: Sequence[tuple[str, float]], embeddings: str) -> Markup:
    """The nearest words with their cosine as bars; a click on one chooses it."""
    bars = [
        el(
            "span",
            pick(other, other, cls="name"),
            meter(cosine, cls="hue"),
            el("span", f"{cosine:.2f}", cls="number"),
            cls="bar",
        )
        for other, cosine in near
    ]
    return el(
        "section",
        el("h3", t("lstm.near", word=word)),
        el("div", bars, cls="bars"),
        el("p", t("lstm.near.caption"), cls="caption"),
        el("p", t(f"lstm.shown.{embeddings}"), cls="caption"),
        cls="hue-lstm neighbours",
    )


def word_map(
    t: Text, model: Word2VecLSTM, explanation: LSTMExplanation, word: str | None, near: Sequence[tuple[str, float]]
) -> dict[str, object]:
    """The sentence's words, the chosen one and its neighbours on the plane of their two first principal components."""
    sentence = [read.word for read in explanation.words]
    plane = model.word_map([*sentence, *([word] if word else []), *(other for other, _ in near)])
    places = [
        Place(
            name,
            float(x),
            float(y),
            "chosen" if name == word else "sentence" if name in sentence else "neighbour",
        )
        for name, (x, y) in zip(plane.words, plane.points, strict=True)
    ]
    first, second = plane.explained
    figure = _plane(t, places, percent(first), percent(second))
    said = []
    if word and near:
        said.append(t("lstm.result.map.near", word=word, near=near[0][0], cosine=f"{near[0][1]:.2f}"))
    if len(places) > 1:
        size = model.keyed_vectors_.vector_size
        said.append(t("lstm.result.map", n=len(places), share=percent(first + second), size=size))
    else:
        said.append(t("lstm.result.map.none"))
    if unknown := dict.fromkeys(read.word for read in explanation.words if not read.known):
        said.append(t("lstm.result.map.unknown", words=t("list").join(unknown)))
    return figure_value(figure, t("space").join(said))


def empty_map(t: Text) -> dict[str, object]:
    """The map before there is a model."""
    return figure_value(_plane(t, [], "–", "–"), t("lstm.untrained.word"))


def _plane(t: Text, places: Sequence[Place], first: str, second: str) -> go.Figure:
    """`first` and `second` are the shares of the variance that the two axes show."""
    names = {role: t(f"lstm.role.{role}") for role in ("sentence", "neighbour", "chosen")}
    return word_plane(places, x=t("lstm.axis.pc1", share=first), y=t("lstm.axis.pc2", share=second), names=names)
