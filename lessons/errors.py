"""An error of `paradigms` as a sentence in the reader's language."""

from __future__ import annotations

from paradigms.data import DataError
from paradigms.errors import ParadigmError

from .text import WORDS, Text


def say(error: ParadigmError, t: Text) -> str:
    """What is wrong and where, counted from 1; an error without a sentence of its own gives its English message."""
    key = f"error.{error.kind}"
    if key not in WORDS:
        return t("error.other", message=error)
    written = {"pieces": " ".join, "labels": lambda labels: t("list").join(t.labels(labels))}
    details = {name: written.get(name, str)(value) for name, value in error.details.items()}
    # Characters are counted from 0 in `paradigms`, the lines of a file from 1.
    position = "" if error.position is None else error.position + (not isinstance(error, DataError))
    where = t.label(error.where)
    return t(key, **{"offending": error.offending, "position": position, "where": where, **details})
