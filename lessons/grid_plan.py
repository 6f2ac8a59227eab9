"""From the boxes of the grid tab to a plan, and from the gallery into the boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from paradigms import data
from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.plan import Plan, draw
from paradigms.prompt import gallery
from paradigms.prompt.gallery import Entry
from paradigms.prompt.openprompt import parse_templates, parse_verbalizer, parse_verbalizers, source_of
from paradigms.prompt.verbalizer import named, polar

from . import models
from .errors import say
from .state import FIELDS
from .text import Text
from .view import el, pick

GALLERY: dict[str, tuple[Entry, ...]] = {"gt": gallery.TEMPLATES, "gv": gallery.VERBALIZERS}
MOST_TRAININGS = 60  # that one press of a button may ask for: the others of a class want to train too
MOST_CELLS = 1_500  # of a picture: more are for the command line


class TooMany(ParadigmError):
    """More than a page is for. `kind`: too_many_cells, too_many_trainings, too_much_text, other_labels,
    no_upload."""


@dataclass(frozen=True)
class Sets:
    """What a plan is carried out on."""

    train: Dataset
    test: Dataset  # all of it

    @property
    def same_labels(self) -> bool:
        """Whether what is learned from `train` says anything about `test`."""
        return self.train.classes == self.test.classes


@lru_cache(maxsize=4)
def built_in(split: str) -> Dataset:
    return data.load("reviews", split)


def sets(state: Mapping[str, Any], own: Dataset | None) -> Sets:
    """The training reviews, and the held-out sentences that were chosen; raises TooMany where there are none."""
    if state["gset"] != "own":
        return Sets(models.train_set(), built_in(state["gset"]))
    if own is None:
        raise TooMany("no_upload", "no file of sentences has been loaded yet")
    return Sets(models.train_set(), own)


def plan(state: Mapping[str, Any], chosen: Sets) -> Plan:
    """What the boxes ask for. Raises ParadigmError, with the line in `details` where a line is to blame."""
    own = state["gset"] == "own"
    made = Plan(
        templates=tuple(template.source for template in parse_templates(state["gt"])),
        verbalizers=tuple(map(source_of, parse_verbalizers(state["gv"]))),
        test=chosen.test.name if own else "reviews",
        split="test" if own else state["gset"],
        n=state["gn"],
        shots=state["gk"] if state["gmode"] == "tuned" else 0,
        seeds=tuple(range(state["gseeds"])) if state["gmode"] == "tuned" else (0,),
        calibrate=None if state["gcal"] == "off" else state["gcal"],
        backbone=models.Backbone.source,
    )
    if (n := len(made.templates) * len(made.verbalizers)) > MOST_CELLS:
        raise TooMany("too_many_cells", f"{n} cells, at most {MOST_CELLS}", n=f"{n:,}", most=f"{MOST_CELLS:,}")
    made.parsed_verbalizers(chosen.test.classes)
    if made.shots:
        if not chosen.same_labels:
            raise TooMany("other_labels", "the loaded sentences have other labels than the training reviews")
        if (n := trainings(made)) > MOST_TRAININGS:
            raise TooMany("too_many_trainings", f"{n} trainings, at most {MOST_TRAININGS}", n=n, most=MOST_TRAININGS)
    return made


def trainings(made: Plan) -> int:
    """How many trainings a plan asks for."""
    return len(made.templates) * len(made.verbalizers) * len(made.seeds) if made.shots else 0


def sentences(made: Plan, chosen: Sets) -> Dataset:
    return draw(chosen.test, made.n)


# Boxes --------------------------------------------------------------------------------------------------------------


def lines(box: str) -> list[str]:
    return [line.strip() for line in box.split("\n") if line.strip()]


def added(field: str, box: str, sources: Sequence[str]) -> str:
    """The box with some lines more, each once; raises TooMany where they do not all fit."""
    return fitting(field, "\n".join(dict.fromkeys([*lines(box), *sources])))


def toggled(field: str, box: str, choice: str) -> str:
    """The box after a click in the gallery: on an entry, on `tag:NAME`, or on `none`."""
    if choice == "none":
        return ""
    if choice.startswith("tag:"):
        return added(field, box, [entry.source for entry in GALLERY[field] if entry.tag == choice[4:]])
    if choice in lines(box):
        return "\n".join(line for line in lines(box) if line != choice)
    return added(field, box, [choice]) if choice in {entry.source for entry in GALLERY[field]} else box


def loaded(field: str, content: str) -> list[str]:
    """The lines that a file brings; raises ParadigmError with the line."""
    if field == "gt":
        return [template.source for template in parse_templates(content)]
    return [source_of(verbalizer) for verbalizer in parse_verbalizers(content)]


def count(field: str, box: str) -> int:
    """How many templates or verbalizers a box asks for, each once; its lines while one of them is wrong."""
    try:
        return len(loaded(field, box))
    except ParadigmError:
        return len(lines(box))


def with_file(field: str, box: str, content: str) -> str:
    """The box with the lines that a file brings; raises TooMany where they do not all fit, and ParadigmError with the
    line where one is wrong."""
    return added(field, box, loaded(field, content))


def fitting(field: str, box: str) -> str:
    """What a box is to hold; raises TooMany where it is more than the box takes: its end would be lost."""
    if len(box) > (longest := FIELDS[field].longest):
        message = f"{len(box)} characters, at most {longest} fit"
        raise TooMany("too_much_text", message, length=f"{len(box):,}", limit=f"{longest:,}")
    return box


def gallery_chips(t: Text, field: str, box: str) -> Markup:
    """The gallery, tag by tag; what stands in the box is pressed."""
    chosen = set(lines(box))
    groups = []
    for tag in gallery.TAGS:
        entries = [entry.source for entry in GALLERY[field] if entry.tag == tag]
        if entries:
            every = pick(t("grid.all_of", tag=t(f"grid.tag.{tag}")), f"tag:{tag}", cls="grid-tag")
            chips = [
                pick(words(t, source) if field == "gv" else source, source, pressed=source in chosen)
                for source in entries
            ]
            groups.append(el("div", every, chips, cls="chips"))
    return el("div", groups, el("div", pick(t("grid.none"), "none"), cls="chips"), cls="grid-gallery")


def words(t: Text, source: str) -> str:
    """A verbalizer as a reader wants it: `terrible / great, fun`, in the order in which its labels are written; with
    the labels' names where they are not the two usual ones."""
    verbalizer = parse_verbalizer(source)
    if verbalizer.labels == ["negative", "positive"]:
        return " / ".join(", ".join(row) for _, row in verbalizer.label_words)
    names = t.labels(verbalizer.labels)
    return " / ".join(f"{name}: {', '.join(row)}" for name, (_, row) in zip(names, verbalizer.label_words, strict=True))


def hint(t: Text, field: str, box: str) -> Markup:
    """How many lines the box has, or which one is wrong and why."""
    try:
        n = len(loaded(field, box))
    except ParadigmError as error:
        return wrong(t, error)
    return el("p", t(f"grid.count.{field}", n=n), cls="hint")


def wrong(t: Text, error: ParadigmError) -> Markup:
    """An error of the boxes, with its line."""
    said = say(error, t)
    if "line" in error.details:
        said = t("grid.line", line=error.details["line"], said=said)
    return el("p", said, cls="hint wrong", role="alert")


# Files --------------------------------------------------------------------------------------------------------------


def read_upload(file: str) -> Dataset:
    """Labelled sentences of one's own; raises ParadigmError. Classes whose names say which is which are called as the
    built-in ones are, so that what is learned from the training reviews goes for them as well."""
    given = data.parse(content(file), Path(file).name, where=Path(file).name, comma=file.lower().endswith(".csv"))
    if not named(given.classes):
        return given
    ours = dict(zip(polar(given.classes), polar(models.train_set().classes), strict=True))
    return replace(given, labels=tuple(ours[label] for label in given.labels))


def about(t: Text, sentences: Dataset) -> Markup:
    """What was loaded; of two classes whose names do not tell, also which label words go with which."""
    labels = t("list").join(t.labels(sentences.classes))
    said = t("grid.own.loaded", file=sentences.name, n=f"{len(sentences):,}", labels=labels)
    if len(sentences.classes) == 2 and sentences.classes != models.train_set().classes:
        negative, positive = polar(sentences.classes)
        said += t("grid.own.order", negative=negative, positive=positive)
    return el("p", said, cls="hint")


def content(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise data.DataError("not_utf8", f"{Path(file).name} is not UTF-8 text", where=Path(file).name) from error
