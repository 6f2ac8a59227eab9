"""The one kind of error that bad input raises."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any


class ParadigmError(ValueError):
    """Bad input, said in a way a page can translate.

    `kind` names what is wrong, `where` the place (a template, a file and line, a label), `position` the first
    character concerned (None where there is none), `offending` the text itself, `details` whatever else the sentence
    needs (a count, the pieces of a word).
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        where: str = "",
        position: int | None = None,
        offending: str = "",
        **details: Any,
    ):
        super().__init__(message)
        self.kind = kind
        self.where = where
        self.position = position
        self.offending = offending
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """So that an error of a worker process reaches the one that waits: exceptions alone keep no keywords."""
        again = partial(type(self), where=self.where, position=self.position, offending=self.offending, **self.details)
        return again, (self.kind, str(self))


def checked(value: str, name: str, known: Collection[str]) -> str:
    """`value` of the option `name` if it is one of the `known` ones; else raises ParadigmError("bad_option"), which
    says what they are."""
    if value not in known:
        message = f"{name}={value!r} is none of {', '.join(known)}"
        raise ParadigmError("bad_option", message, where=name, offending=str(value))
    return value


def at_least(value: Any, name: str, least: float) -> Any:
    """`value` of the option `name` if it is not below `least`; else raises ParadigmError("bad_option")."""
    if not value >= least:
        raise ParadigmError("bad_option", f"{name}={value!r} is below {least}", where=name, offending=str(value))
    return value
