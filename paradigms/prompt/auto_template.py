"""The template searched for, the label words given: three ways.

"generate"  LM-BFF's, words written between sentence and slot by the language model itself, see `generate_template`
"gradient"  AutoPrompt's, trigger words swapped along the gradient, see `autoprompt`
"edit"      GrIPS's, from a given template to its best neighbour, see `edit_template`

LM-BFF fine-tunes with what it finds, and so do we after "generate" and "edit"; AutoPrompt leaves the model alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..base import TrainStep
from .autoprompt import autoprompt
from .candidates import Examples, SearchStep
from .edit_template import edit_template
from .generate_template import FRAME, generate_template
from .searched import Searched
from .template import DEFAULT_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer

# Half a minute on one core with 16 examples of each of two classes.
ROUNDS = {"generate": 4, "gradient": 12, "edit": 2}
WIDTH = {"generate": 8, "gradient": 8, "edit": 2}


class AutoTemplate(Searched):
    """See Searched for the parameters.

    template: where the search starts. "generate" and "gradient" put words right before its [MASK] (None:
    "{text} [MASK]."); "edit" changes its words (None: the usual template).
    rounds, width: how far the search goes and how broadly, None for its own measure: fills of up to `rounds` words with
    a beam of `width`; `rounds` swaps with `width` words tried at each; `rounds` moves with `width` words proposed for
    each place.
    """

    TUNED: ClassVar = {"generate": "all", "gradient": "nothing", "edit": "all"}

    def __init__(
        self,
        search: str = "generate",
        template: Template | str | None = None,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        tune: str | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
        rounds: int | None = None,
        width: int | None = None,
    ):
        super().__init__(search, template, verbalizer, backbone, tune, steps, batch_size, lr, seed)
        self.rounds = rounds
        self.width = width

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        Verbalizer.of(self.verbalizer).require_names(labels)
        yield from super().fit_steps(texts, labels)

    def _search(self, examples: Examples) -> Iterator[SearchStep]:
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(examples.classes)
        template = self._by_hand() if self.search == "edit" else self._template_or(FRAME)
        rounds, width = self.rounds or ROUNDS[self.search], self.width or WIDTH[self.search]
        if self.search == "gradient":
            return autoprompt(examples, template, verbalizer, rounds, width, self.seed)
        search = generate_template if self.search == "generate" else edit_template
        return search(examples, template, verbalizer, rounds, width)

    def _by_hand(self) -> Template:
        """Where editing starts; what is generated or swapped grows out of a frame, which nobody would write by hand."""
        return self._template_or(DEFAULT_TEMPLATE) if self.search == "edit" else super()._by_hand()
