"""The one diagram that every tab shares: of which parts a method is made, and what training does to each of them.

A sentence passes four places: a prompt is put around it (which a prompt encoder may have made), the language model
reads both, a head turns its state into a label. A method differs from another in what stands there, what of it is
frozen or trained, and what is thrown away afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from .text import Text
from .view import el

if TYPE_CHECKING:
    from paradigms.prompt.what_is_trained import Count

PLACES = ("encoder", "prompt", "model", "head")  # prompt encoder, prompt, language model, head: as the data flows


@dataclass(frozen=True)
class Part:
    """What stands in one of PLACES.

    name: the end of its text's key, `anatomy.part.NAME`; after: what becomes of it when training is over: it is
    "kept", "dropped" (thrown away: not needed to answer) or what was trained is "merged" into the part;
    copies: how many of it there are.
    """

    place: str
    name: str
    total: int  # parameters, counted from the model itself
    trained: int = 0  # how many of them training changes
    after: str = "kept"
    copies: int = 1

    @property
    def state(self) -> str:
        """none (it has no parameters), frozen, partly or trained."""
        if not self.total:
            return "none"
        return "frozen" if not self.trained else "trained" if self.trained == self.total else "partly"


def language_model(counts: Mapping[str, Count], **kept: Any) -> list[Part]:
    """The parts of a prompted masked language model from `what_is_trained.counts`; `kept` goes to both of them."""
    model, head = counts["model"], counts["head"]
    if lora := counts.get("lora"):
        whole = Part("model", "bert_lora", model.total + lora.total, lora.trained, **{"after": "merged", **kept})
    else:
        whole = Part("model", "bert", model.total, model.trained, **kept)
    return [whole, Part("head", "mlm_head", head.total, head.trained, **kept)]


def anatomy(t: Text, parts: Sequence[Part], *, hue: str, title: str | None = None) -> Markup:
    """The diagram of a method; a place without a part is drawn empty. `hue` is the end of a class: `hue-prompt`."""
    by_place = {part.place: part for part in parts}
    boxes = [_box(t, place, by_place.get(place)) for place in PLACES]
    return el(
        "section",
        el("h3", title or t("anatomy.title")),
        el("ol", boxes, cls="anatomy-flow"),
        el("p", summary(t, parts), cls="anatomy-sum"),
        cls=f"anatomy hue-{hue}",
    )


def summary(t: Text, parts: Sequence[Part]) -> str:
    """How many parameters there are, how many are trained, how many thrown away, how many a task has to keep."""
    total = sum(part.total * part.copies for part in parts)
    trained = sum(part.trained * part.copies for part in parts)
    dropped = sum(part.total * part.copies for part in parts if part.after == "dropped")
    own = sum(part.trained * part.copies for part in parts if part.after != "dropped")
    said = [
        t(
            "anatomy.sum.trained" if trained else "anatomy.sum.frozen",
            trained=f"{trained:,}",
            total=f"{total:,}",
            share=_share(trained, total),
        )
    ]
    if dropped:
        said.append(t("anatomy.sum.dropped", n=f"{dropped:,}"))
    if own:
        said.append(t("anatomy.sum.own", n=f"{own:,}"))
    return t("space").join(said)


def _share(part: int, whole: int) -> str:
    """A percentage that says 0 of nothing only, and 100 of everything only."""
    if part in (0, whole):
        return "100%" if part else "0%"
    percentage = 100 * part / whole
    if percentage >= 99.995:
        return "> 99.99%"
    return f"{percentage:.2f}%" if percentage >= 0.005 else "< 0.01%"


def _box(t: Text, place: str, part: Part | None) -> Markup:
    heading = el("h4", t(f"anatomy.place.{place}"))
    if part is None:
        return el("li", heading, el("p", t(f"anatomy.none.{place}"), cls="anatomy-name"), cls=f"is-absent at-{place}")
    times = el("span", f"{part.copies} × ", cls="anatomy-times") if part.copies > 1 else None
    numbers = t("anatomy.numbers", n=f"{part.total:,}") if part.total else t("anatomy.numbers.none")
    partly = t("anatomy.partly", n=f"{part.trained:,}") if part.state == "partly" else None
    fill = el("span", cls="fill", style=f"width: {100 * part.trained / part.total:.3f}%") if part.total else None
    return el(
        "li",
        heading,
        el("p", times, t(f"anatomy.part.{part.name}"), cls="anatomy-name"),
        el("p", times, numbers, cls="anatomy-numbers"),
        el("span", fill, cls="anatomy-bar", aria_hidden="true"),
        el("p", partly, cls="anatomy-numbers") if partly else None,
        el(
            "p",
            el("span", t(f"anatomy.state.{part.state}"), cls="anatomy-state") if part.total else None,
            el("span", t(f"anatomy.after.{part.after}"), cls=f"anatomy-after is-{part.after}")
            if part.after != "kept"
            else None,
            cls="anatomy-badges",
        ),
        cls=f"is-{part.state} then-{part.after} at-{place}",
    )
