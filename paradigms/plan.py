"""What a sweep is to do, as one object a file can hold: the page exports it, `python -m paradigms sweep` runs it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from .base import LARGEST_SEED
from .data import Dataset, load
from .errors import ParadigmError
from .prompt.calibration import CONTENT_FREE
from .prompt.openprompt import parse_template, parse_verbalizer
from .prompt.template import Template
from .prompt.verbalizer import Verbalizer
from .prompt.what_is_trained import TRAIN

MODES = tuple(train for train in TRAIN if train != "nothing")


class PlanError(ParadigmError):
    """A plan that cannot be carried out. `kind`: not_found, not_json, unknown_key, missing_key, wrong_type,
    out_of_range; `where` is the key, or the file, `position` the character of a file that is not JSON."""


@dataclass(frozen=True)
class Plan:
    """Templates x verbalizers, and how each pair is measured.

    train, test: a set's name (`data.BUILT_IN`, `data.HUB`) or a file; `split` is which part of `test`.
    n: held-out sentences, drawn once and the same for every pair; 0 means all.
    shots: labelled examples per class of `train`; 0 is zero-shot. seeds: one draw and training each, no two the same.
    mode: what a training changes, one of MODES. calibrate: a key of `calibration.CONTENT_FREE`, or None.
    """

    templates: tuple[str, ...]
    verbalizers: tuple[str, ...]
    train: str = "reviews"
    test: str = "reviews"
    split: str = "test"
    n: int = 200
    shots: int = 0
    seeds: tuple[int, ...] = (0,)
    mode: str = "all"
    calibrate: str | None = None
    backbone: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("n", 0), ("shots", 0)):
            if getattr(self, name) < least:
                raise _out_of_range(name, getattr(self, name), f"at least {least}")
        for name in ("templates", "verbalizers", "seeds"):
            if not getattr(self, name):
                raise _out_of_range(name, "", "not empty")
        if not all(0 <= seed <= LARGEST_SEED for seed in self.seeds):
            raise _out_of_range("seeds", list(self.seeds), f"numbers from 0 to {LARGEST_SEED}")
        if len(set(self.seeds)) < len(self.seeds):
            raise _out_of_range("seeds", list(self.seeds), "all different")
        choices = {"split": ("train", "dev", "test"), "mode": MODES, "calibrate": (None, *CONTENT_FREE)}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise _out_of_range(name, getattr(self, name), f"one of {', '.join(map(str, allowed))}")

    @classmethod
    def from_json(cls, content: str) -> Self:
        """The plan that `to_json` wrote; what it leaves out has its default. Raises PlanError."""
        try:
            value = json.loads(content)
        except json.JSONDecodeError as error:
            message = f"the plan is not JSON: line {error.lineno}, {error.msg}"
            raise PlanError("not_json", message, position=error.pos) from error
        if not isinstance(value, dict):
            raise PlanError("wrong_type", "a plan is a JSON object", offending=str(value)[:80])
        known = {field.name: str(field.type) for field in fields(cls)}
        for name in value:
            if name not in known:
                message = f"a plan has no {name!r}; it has {', '.join(known)}"
                raise PlanError("unknown_key", message, where=name, offending=name)
        for name in ("templates", "verbalizers"):
            if name not in value:
                raise PlanError("missing_key", f"the plan has no {name}", where=name)
        return cls(**{name: _typed(name, item, known[name]) for name, item in value.items()})

    @classmethod
    def read(cls, file: str | Path) -> Self:
        """The plan in a file; raises PlanError with the file's name."""
        try:
            return cls.from_json(Path(file).read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise PlanError("not_found", f"no plan in {file}", where=str(file)) from error
        except PlanError as error:
            where, position, offending = error.where or str(file), error.position, error.offending
            message = f"{file}: {error}"
            raise PlanError(error.kind, message, where=where, position=position, offending=offending) from error

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    def parsed_templates(self) -> tuple[Template, ...]:
        return tuple(map(parse_template, self.templates))

    def parsed_verbalizers(self, classes: list[str]) -> tuple[Verbalizer, ...]:
        """The verbalizers over the labels of a data set."""
        return tuple(parse_verbalizer(source).for_labels(classes) for source in self.verbalizers)

    def train_set(self) -> Dataset:
        return load(self.train, "train")

    def test_set(self) -> Dataset:
        return load(self.test, self.split)


def draw(data: Dataset, n: int) -> Dataset:
    """`n` sentences drawn at random, the same ones every time, to which a larger `n` adds; all of them for 0. In a
    file that is sorted by label the first `n` would be of one class."""
    if n == 0 or n >= len(data):
        return data
    return data.take(sorted(np.random.default_rng(0).permutation(len(data))[:n].tolist()))


def _typed(name: str, value: Any, kind: str) -> Any:
    """A JSON value as its field holds it."""
    items = value if isinstance(value, list) else [value]
    wanted: type = int if "int" in kind else str
    fits = all(isinstance(item, wanted) and not isinstance(item, bool) for item in items)
    if value is None and "None" in kind:
        return None
    if not fits or isinstance(value, list) != kind.startswith("tuple"):
        plural = "a list of " if kind.startswith("tuple") else ""
        message = f"{name} of the plan has to be {plural}{'whole numbers' if wanted is int else 'text'}"
        raise PlanError("wrong_type", message, where=name, offending=json.dumps(value)[:80])
    return tuple(value) if isinstance(value, list) else value


def _out_of_range(name: str, value: Any, wanted: str) -> PlanError:
    message = f"{name} of the plan has to be {wanted}" + (f", not {value!r}" if value != "" else "")
    return PlanError("out_of_range", message, where=name, offending=str(value))
