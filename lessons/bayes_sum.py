"""The sum behind an answer of naive Bayes, as a picture and in words."""

from __future__ import annotations

from math import exp

from markupsafe import Markup

from paradigms.tfidf_nb import NaiveBayesExplanation, Term

from .figures_bayes import empty_waterfall, waterfall
from .parts import figure_value
from .text import Text
from .view import el, percent, side, signed, written

TERMS = 13  # that stand in the picture by themselves; of more, the strongest 12 do and the others share a bar


def parts_of_sum(explanation: NaiveBayesExplanation) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The terms that stand by themselves, and the weaker ones that are merged."""
    terms = explanation.terms
    alone = len(terms) if len(terms) <= TERMS else TERMS - 1
    return terms[:alone], terms[alone:]


def sum_chart(t: Text, explanation: NaiveBayesExplanation) -> dict[str, object]:
    """The sum as a waterfall: log prior, terms, log-odds."""
    alone, merged = parts_of_sum(explanation)
    label, other = t.label(explanation.label), t.label(explanation.other)
    names = [t("bayes.prior")]
    values = [explanation.log_prior]
    notes = [t("bayes.note.prior", label=label, other=other, value=signed(explanation.log_prior, 3))]
    for term in alone:
        names.append(written(term.term))
        values.append(term.contribution)
        notes.append(
            t(
                "bayes.note.term",
                term=written(term.term),
                tfidf=f"{term.tfidf:.3f}",
                ratio=signed(term.log_ratio, 3),
                value=signed(term.contribution, 3),
            )
        )
    if merged:
        names.append(t("bayes.rest", n=len(merged)))
        values.append(sum(term.contribution for term in merged))
        notes.append(t("comma").join(f"{written(term.term)} {signed(term.contribution)}" for term in merged[:8]))
    names.append(t("bayes.log_odds"))
    notes.append(t("bayes.note.sum", value=signed(explanation.log_odds, 3)))
    x = t("bayes.axis.sum", label=label, other=other)
    return figure_value(waterfall(names, values, notes, x=x, y=t("bayes.axis.term")), in_words(t, explanation))


def in_words(t: Text, explanation: NaiveBayesExplanation) -> str:
    """The sum and the probability it gives, as one sentence."""
    values = {
        "label": t.label(explanation.label),
        "minus": signed(-explanation.log_odds),
        "probability": percent(_logistic(explanation.log_odds), 1),
    }
    if not explanation.terms:
        return t("bayes.result.prior", **values)
    first = explanation.terms[0]
    return t(
        "bayes.result.sum",
        prior=signed(explanation.log_prior),
        n=len(explanation.terms),
        log_odds=signed(explanation.log_odds),
        term=written(first.term),
        value=signed(first.contribution),
        **values,
    )


def sum_table(t: Text, explanation: NaiveBayesExplanation) -> Markup:
    """The sum in words, a line for each bar of the waterfall."""
    alone, merged = parts_of_sum(explanation)
    label, other = t.label(explanation.label), t.label(explanation.other)
    columns = ("term", "tfidf", "ratio", "adds")
    head = el("tr", [el("th", t(f"bayes.column.{name}", label=label, other=other), scope="col") for name in columns])
    rows = [_row(t("bayes.prior"), explanation.log_prior)]
    rows += [
        _row(written(term.term), term.contribution, f"{term.tfidf:.3f}", f"× {signed(term.log_ratio, 3)}")
        for term in alone
    ]
    if merged:
        rows.append(_row(t("bayes.rest", n=len(merged)), sum(term.contribution for term in merged)))
    total = el(
        "tr",
        el("th", t("bayes.log_odds"), scope="row", colspan=3),
        el("td", el("strong", signed(explanation.log_odds, 3)), cls="number"),
    )
    probability = el(
        "tr",
        el("th", f"p({label})", scope="row"),
        el("td", "1 / (1 + e", el("sup", signed(-explanation.log_odds, 3)), ")", colspan=2),
        el("td", el("strong", percent(_logistic(explanation.log_odds), 1)), cls="number"),
    )
    table = el("table", el("thead", head), el("tbody", rows), el("tfoot", total, probability))
    return el("div", table, cls="scroll hue-bayes")


def _row(name: str, value: float, *factors: str) -> Markup:
    """A line of the table; what has no factors has its name in their place."""
    colour = side(value > 0) if round(value, 3) else ""
    return el(
        "tr",
        el("th", name, scope="row", colspan=None if factors else 3),
        [el("td", factor) for factor in factors],
        el("td", signed(value, 3), cls=f"number {colour}".strip()),
    )


def _logistic(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def empty_chart(t: Text, labels: tuple[str, str]) -> dict[str, object]:
    """The picture of no sentence; `labels` are the names of the second and the first class."""
    figure = empty_waterfall(x=t("bayes.axis.sum", label=labels[0], other=labels[1]), y=t("bayes.axis.term"))
    return figure_value(figure, t("sentence.empty"))
