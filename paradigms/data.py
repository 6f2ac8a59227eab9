"""Labelled texts: the built-in reviews, files, the hub, and the seeded few-shot draw.

A file is `label<TAB>text`, with or without a header that says so (or `sentence<TAB>label`, with one), or CSV with a
header that has the columns `label` and `text` (or `sentence`). Labels are strings.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .errors import ParadigmError
from .hub import reachable

ASSETS = Path(__file__).resolve().parent.parent / "assets"
REVIEWS = ASSETS / "reviews"
BUILT_IN = {"reviews": REVIEWS, "reviews-zh": ASSETS / "reviews_zh"}  # English; Chinese, without a dev split

# Sets known by name on the hub: (repository, column of the text, split to report on).
HUB = {
    "sst2": ("stanfordnlp/sst2", "sentence", "validation"),
    "rotten_tomatoes": ("cornell-movie-review-data/rotten_tomatoes", "text", "test"),
    "imdb": ("stanfordnlp/imdb", "text", "test"),
}


class DataError(ParadigmError):
    """Labelled texts that cannot be used. `kind`: not_found, not_utf8, no_tab, empty_text, empty_label, no_columns,
    bad_csv, many_cells, empty_file, too_few, no_hub; `where` is the file or set, `position` the line, 1 being the
    first; of not_utf8 the byte."""


# What the sentences of the challenge set test, one thing each.
CHALLENGE = (
    "negation",
    "double_negation",
    "contrast",
    "irony",
    "comparison",
    "intensity",
    "thwarted_expectation",
    "idiom",
    "numbers",
    "other_domain",
)


@dataclass(frozen=True)
class Example:
    """A sentence of the challenge set. The two sentences of a minimal pair share a `pair`, else it is empty."""

    label: str
    text: str
    phenomenon: str
    pair: str


@dataclass(frozen=True)
class Dataset:
    """Texts with their labels, in one order."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def classes(self) -> list[str]:
        return sorted(set(self.labels))

    @property
    def majority(self) -> float:
        """The accuracy of always answering the most frequent label."""
        return max(Counter(self.labels).values()) / len(self.labels)

    def take(self, rows: Sequence[int]) -> Dataset:
        """Some rows of it, in the order asked for."""
        return replace(self, texts=tuple(self.texts[i] for i in rows), labels=tuple(self.labels[i] for i in rows))


def load(source: str | Path, split: str = "train") -> Dataset:
    """A data set by name (one of BUILT_IN or HUB) or from a file, whose split is the file itself.

    `split` is `train`, `dev` or `test`; a set of the hub has `train` and what it reports on.
    """
    if str(source) in BUILT_IN:
        return read(BUILT_IN[str(source)] / f"{split}.tsv", name=str(source))
    if str(source) in HUB and not Path(source).exists():
        return _from_hub(str(source), split)
    return read(source)


def load_challenge() -> list[Example]:
    """The built-in challenge set: `label<TAB>text<TAB>phenomenon<TAB>pair` with a header."""
    with (REVIEWS / "challenge.tsv").open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [Example(row["label"], row["text"], row["phenomenon"], row["pair"]) for row in rows]


def read(file: str | Path, name: str | None = None) -> Dataset:
    """A `label<TAB>text` or CSV file; raises DataError with the file and line. A first row that names the two columns
    is a header; a CSV file has to have one."""
    file = Path(file)
    try:
        content = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError("not_found", f"no file {file}", where=str(file)) from error
    except UnicodeDecodeError as error:
        raise DataError("not_utf8", f"{file} is not UTF-8 text", where=str(file), position=error.start) from error
    return parse(content, name or file.name, where=str(file), comma=file.suffix.lower() == ".csv")


def parse(content: str, name: str, *, where: str = "", comma: bool = False) -> Dataset:
    """The rows of a file's content; blank lines are passed over."""
    rows = _comma_rows(content, where) if comma else _tab_rows(content, where)
    if not rows:
        raise DataError("empty_file", f"{where or name} has no rows", where=where)
    for line, label, text in rows:
        if not label:
            raise DataError("empty_label", f"{where}, line {line}: no label", where=where, position=line)
        if not text:
            raise DataError("empty_text", f"{where}, line {line}: no text", where=where, position=line)
    return Dataset(name, tuple(text for _, _, text in rows), tuple(label for _, label, _ in rows))


def _tab_rows(content: str, where: str) -> list[tuple[int, str, str]]:
    rows = []
    for line, row in enumerate(content.split("\n"), 1):
        if row.strip():
            label, tab, text = row.partition("\t")
            if not tab:
                message = f"{where}, line {line}: no tab between label and text"
                raise DataError("no_tab", message, where=where, position=line, offending=row[:80])
            rows.append((line, label.strip(), text.strip()))
    first = [cell.lower() for cell in rows[0][1:]] if rows else []
    if first in (["label", "text"], ["label", "sentence"]):
        return rows[1:]
    if first in (["text", "label"], ["sentence", "label"]):  # as GLUE's own files have it
        return [(line, label, text) for line, text, label in rows[1:]]
    return rows


def _comma_rows(content: str, where: str) -> list[tuple[int, str, str]]:
    reader = csv.DictReader(io.StringIO(content), strict=True)  # else an open quotation mark swallows what follows
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))  # a text may be a whole book
    rows: list[tuple[int, str, str]] = []
    read = 0  # lines of complete rows
    try:
        label_column, text_column = _columns(reader.fieldnames or [], where)
        read = reader.line_num
        for row in reader:
            read = reader.line_num
            if any(cell.strip() for cell in row.pop(None, [])):  # the cells without a column
                message = f"{where}, line {read}: more cells than columns: quote texts with commas"
                raise DataError("many_cells", message, where=where, position=read)
            rows.append((read, (row[label_column] or "").strip(), (row[text_column] or "").strip()))
    except csv.Error as error:
        message = f"{where}, line {read + 1}: {error}; is a quotation mark left open?"
        raise DataError("bad_csv", message, where=where, position=read + 1) from error
    return rows


def _columns(fields: Sequence[str], where: str) -> tuple[str, str]:
    """What the columns of the label and of the text are called in a CSV file's first line."""
    columns = {column.strip().lower(): column for column in fields}
    text = columns.get("text") or columns.get("sentence")
    if "label" not in columns or text is None:
        message = f"{where}: the columns are {', '.join(columns)}; needed are label and text"
        raise DataError("no_columns", message, where=where, position=1, offending=", ".join(columns))
    return columns["label"], text


def few_shot(data: Dataset, k: int, seed: int) -> Dataset:
    """`k` examples of each class, drawn without replacement: one draw a seed, to which a larger `k` adds. Raises
    DataError("too_few")."""
    drawn = np.random.default_rng(seed).permutation(len(data))
    rows = []
    for label in data.classes:
        of_class = [int(row) for row in drawn if data.labels[row] == label][:k]
        if len(of_class) < k:
            message = f"{data.name} has {len(of_class)} examples of {label!r}, {k} were asked for"
            raise DataError("too_few", message, where=data.name, offending=label, have=len(of_class), asked=k)
        rows += of_class
    return data.take(rows)


def _from_hub(name: str, split: str) -> Dataset:
    repository, column, reported = HUB[name]
    message = f"{name} could not be had from the hub"
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise DataError("no_hub", f"{message}: install the extra 'hub'", where=name) from error
    if not reachable():
        raise DataError("no_hub", f"{message}: it cannot be reached", where=name)
    try:
        rows = load_dataset(repository, split="train" if split == "train" else reported)
    except Exception as error:  # the hub's client raises its own and its transport's errors, all meaning the same here
        raise DataError("no_hub", f"{message}: {type(error).__name__}", where=name) from error
    return Dataset(name, tuple(rows[column]), tuple(map(str, rows["label"])))
