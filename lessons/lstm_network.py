"""What is behind the fold of tab 2: the network as a row of boxes, word2vec's objective and the LSTM cell in MathML."""

from __future__ import annotations

import json

from markupsafe import Markup

from paradigms.record import TRAINED
from paradigms.vectors import BUILT_IN, SIZE

from .lstm_models import METHOD
from .text import Text
from .view import el


def network(t: Text) -> Markup:
    """The diagram and the equations."""
    return el("div", diagram(t), skip_gram(), cell(), answer())


def diagram(t: Text) -> Markup:
    """The network from words to probabilities, each box with its size and what is learned in it."""
    saved = json.loads((TRAINED / METHOD / "classifier.json").read_text(encoding="utf8"))
    hidden, directions = saved["params"]["hidden"], 1 + saved["params"]["bidirectional"]
    n_classes = len(saved["classes"])
    values = directions * hidden
    # torch has two biases for each of the four gates: 4 H (E + H + 2) numbers in one direction.
    in_lstm = directions * 4 * hidden * (SIZE + hidden + 2)
    in_out = n_classes * (values + 1)
    n_words = (BUILT_IN / "words.txt").read_bytes().count(b"\n")
    boxes = (
        ("vectors", t("lstm.net.vectors.size", words=f"{n_words:,}", size=SIZE), t("lstm.net.no_labels")),
        (
            "lstm",
            t("lstm.net.units", directions=directions, hidden=hidden),
            t("lstm.net.learned", n=f"{in_lstm:,}"),
        ),
        ("max", t("lstm.net.values", n=values), t("lstm.net.nothing")),
        ("out", t("lstm.net.values", n=n_classes), t("lstm.net.learned", n=f"{in_out:,}")),
    )
    arrow = el("span", "→", cls="arrow", aria_hidden="true")
    parts = [el("span", el("b", t("lstm.net.words")), cls="box end")]
    for name, size, learned in boxes:
        box = el("span", el("b", t(f"lstm.net.{name}")), el("span", size), el("small", learned), cls="box")
        parts.append(el("span", arrow, box, cls="part"))
    end = el("span", arrow, el("span", el("b", "p"), cls="box end"), cls="part")
    return el("div", parts, end, cls="network")


# MathML ---------------------------------------------------------------------------------------------------------------


def _i(name: str, *, bold: bool = False) -> Markup:
    """A symbol; bold for vectors and matrices."""
    return el("mi", name, style="font-weight: 700" if bold else None)


def _o(sign: str) -> Markup:
    return el("mo", sign)


def _sub(name: str, *below: object, bold: bool = True) -> Markup:
    return el("msub", _i(name, bold=bold), el("mrow", below))


def _of(function: object, *inside: object) -> Markup:
    return el("mrow", function, el("mo", "("), inside, el("mo", ")"))


def _line(*parts: object) -> Markup:
    return el("math", parts, display="block", displaystyle="true")


_T = _i("t")
_BEFORE = (_T, _o("−"), el("mn", "1"))
_X, _H = _sub("x", _T), _sub("h", _T)


def skip_gram() -> Markup:
    """Mikolov et al. 2013, equation 4, with v for vectors of words and u for those of their contexts."""

    def transposed(which: str) -> Markup:
        return el("msubsup", _i("u", bold=True), _i(which), el("mo", "⊤"))

    v = _sub("v", _i("w"))
    total = el("munderover", _o("∑"), el("mrow", _i("n"), _o("∼"), _i("P")), _i("k"))
    return _line(
        _i("log"),
        _of(_i("σ"), transposed("c"), v),
        _o("+"),
        total,
        _i("log"),
        _of(_i("σ"), _o("−"), transposed("n"), v),
    )


def _gate(name: str) -> Markup:
    return _of(_i("σ"), *_weighed(name))


def _weighed(name: str) -> tuple[object, ...]:
    """W x_t + U h_{t-1} + b for one gate."""
    return (
        _sub("W", _i(name)),
        _X,
        _o("+"),
        _sub("U", _i(name)),
        _sub("h", *_BEFORE),
        _o("+"),
        _sub("b", _i(name)),
    )


def cell() -> Markup:
    """The LSTM cell as it is used today: input, forget and output gate, memory, state."""
    gates = [_line(_sub(name, _T), _o("="), _gate(name)) for name in ("i", "f", "o")]
    memory = _line(
        _sub("c", _T),
        _o("="),
        _sub("f", _T),
        _o("⊙"),
        _sub("c", *_BEFORE),
        _o("+"),
        _sub("i", _T),
        _o("⊙"),
        _of(_i("tanh"), *_weighed("c")),
    )
    state = _line(_H, _o("="), _sub("o", _T), _o("⊙"), _of(_i("tanh"), _sub("c", _T)))
    return el("div", gates, memory, state)


def answer() -> Markup:
    """The greatest value of each unit over the words, one linear layer, softmax."""

    def read(arrow: str) -> Markup:
        return el("msub", el("mover", _i("h", bold=True), _o(arrow)), _T)

    both = el("mrow", _o("["), read("→"), _o(";"), read("←"), _o("]"))
    greatest = el("mrow", el("munder", _i("max"), _T), both)
    return _line(
        _i("p", bold=True), _o("="), _of(_i("softmax"), _i("W", bold=True), greatest, _o("+"), _i("b", bold=True))
    )
