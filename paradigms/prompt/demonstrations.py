"""In-context learning: answered examples before the question, and no update at all (Brown et al. 2020, section 2).

    d_1 ... d_k T(x),   d_i = T(x_i) with v(y_i) at [MASK]

For the model the demonstrations are nothing but a longer template, and so they are here. The same prompts can be tuned
with: at every step each training example gets other demonstrations, drawn from the rest (Gao et al. 2021, section 6;
there they stand behind the input, are compared by Sentence-BERT, and several draws are averaged).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from torch import Tensor, nn

from ..base import TrainStep, training_set
from ..causal_lm import fill, language_model
from ..engine import ENGINE
from ..errors import ParadigmError, checked
from ..masked_lm import BF16_FROM, MaskedLM
from ..tokens import Encoded, piece_ids
from .calibration import content_free
from .classifier import PromptClassifier, PromptExplanation
from .template import DEFAULT_TEMPLATE, Border, Literal, Mask, Part, Sentence, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer

CHOOSE = ("similar", "random", "given")
BREAK = Literal("\n")  # between demonstrations; for a word-piece tokenizer a space like any other


@dataclass(frozen=True)
class Demonstration:
    """An answered example."""

    text: str
    label: str
    word: str  # its answer: the first label word of its class
    n_tokens: int  # that it takes, filled and answered, at most
    similarity: float | None = None  # cosine to the question, where that decides


@dataclass(frozen=True)
class Shown:
    """The demonstrations of one question in the order of the prompt, and those for which there was no room."""

    shown: tuple[Demonstration, ...]
    left_out: tuple[Demonstration, ...]


@dataclass(frozen=True)
class DemonstrationsExplanation(PromptExplanation):
    """A prompt's evidence, and the demonstrations that stood before it."""

    description: str = ""
    shown: tuple[Demonstration, ...] = ()
    left_out: tuple[Demonstration, ...] = ()


class Demonstrations(PromptClassifier):
    """A prompt that opens with answered examples. `fit` keeps the examples to choose from.

    description: a line that says what the task is, before everything else.
    shown: how many demonstrations, the classes taking turns; None: as many as there are. Those that do not fit into
        the model's length are left out, the least suited first, and a question is never its own demonstration.
    choose: "similar", for each question the nearest examples of each class, the nearest one last; "random", one draw
        with the seed for all questions; "given", the examples as they are, in their order.
    backbone: a masked or a causal language model; the other parameters are those of PromptClassifier. With `train`
        other than "nothing" the model is tuned on prompts with demonstrations drawn anew at every step.
    """

    def __init__(
        self,
        template: Template | str = DEFAULT_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        description: str = "",
        shown: int | None = 2,
        choose: str = "similar",
        calibrate: str | None = None,
        train: str = "nothing",
        combine: str = "sum",
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        super().__init__(template, verbalizer, backbone, train, combine, steps, batch_size, lr, seed, calibrate)
        self.description = description
        self.shown = shown
        self.choose = choose

    examples_: tuple[tuple[str, str], ...] = ()  # (text, label); none before `fit`

    @property
    def _backbone(self) -> MaskedLM:
        return language_model(self.backbone)

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """Keep the examples; with `train` other than "nothing" also tune the model on them, one step at a time."""
        checked(self.choose, "choose", CHOOSE)
        if self.shown is not None and self.shown < 0:
            raise ParadigmError(
                "bad_option", f"shown={self.shown} is below 0", where="shown", offending=str(self.shown)
            )
        texts, classes, gold = training_set(texts, labels)
        with self._unchanged_if_refused():
            self._classes = classes
            self.examples_ = tuple(zip(texts, (str(label) for label in classes[gold]), strict=True))
            if self.train != "nothing":
                self._draws = np.random.default_rng(self.seed)
                self._drawn_from = self._pool(), self._vectors(texts) if self.choose == "similar" else None
            yield from super().fit_steps(texts, labels)

    def showing(self, examples: Sequence[tuple[str, str]]) -> Self:
        """A copy that shows these (text, label) in this order, of however many classes they are."""
        copy = clone(self).set_params(choose="given", shown=None)
        copy.classes_ = self.classes_
        for _, label in examples:
            if label not in copy.classes_:
                message = f"{label!r} is none of the labels {', '.join(map(str, copy.classes_))}"
                raise ParadigmError("unknown_label", message, offending=label)
        copy.examples_ = tuple(examples)
        if hasattr(self, "_lm"):
            copy._lm, copy.trainable_parameters_ = self._lm, self.trainable_parameters_
        return copy

    def explain(self, text: str, top_k: int = 10) -> DemonstrationsExplanation:
        """The prompt's evidence, with the demonstrations in their order and those that did not fit."""
        return DemonstrationsExplanation(
            **vars(super().explain(text, top_k)), description=self.description, **vars(self.chosen([text])[0])
        )

    def chosen(self, texts: Sequence[str]) -> list[Shown]:
        """The demonstrations of each question."""
        if not self.examples_ or self.shown == 0:
            return [Shown((), ()) for _ in texts]
        pool = self._pool()
        if self.choose == "given":
            return [self._fit_in(text, [one for one in pool if one.text.strip() != text.strip()]) for text in texts]
        if self.choose == "similar":
            examples = self._vectors([text for text, _ in self.examples_])  # (m, H)
            nearness = (self._vectors(texts) @ examples.T).numpy()  # (n, m), cosines
            return [
                self._fit_in(text, (replace(pool[at], similarity=float(near[at])) for at in self._ranked(-near, text)))
                for text, near in zip(texts, nearness, strict=True)
            ]
        draw = np.random.default_rng(self.seed).permutation(len(pool))
        return [self._fit_in(text, (pool[at] for at in self._ranked(draw, text))) for text in texts]

    def prior(self, calibrate: str | None = None) -> np.ndarray:
        """As for any prompt, with the demonstrations that a question without content would get."""
        return self._priors([""], calibrate)[0]

    def _priors(self, texts: Sequence[str], calibrate: str | None = None) -> np.ndarray:
        """The answer of each text's own demonstrations to a question without content, shape (n, C)."""
        verbalizer, lm = self._verbalizer, self.lm_
        word_ids, _ = self._prepare([], verbalizer)
        inputs = [
            content_free(self._context(one.shown), lm, calibrate or self.calibrate or "average")
            for one in self.chosen([text.strip() or "N/A" for text in texts])
        ]
        probabilities = self._probabilities([item for items in inputs for item in items], word_ids, verbalizer)
        return probabilities.reshape(len(texts), -1, probabilities.shape[1]).mean(axis=1)

    def _pool(self) -> list[Demonstration]:
        """Every example as a demonstration."""
        words = {label: of_label[0] for label, of_label in self._verbalizer.label_words}
        two_a_border = 2 * sum(isinstance(part, Border) for part in self._template.parts)
        # With the break behind it, which a byte-level vocabulary counts as a token.
        written = [_written([*answered(self._template, text, words[label]), BREAK]) for text, label in self.examples_]
        lengths = [len(ids) + two_a_border for ids in piece_ids(self.lm_.tokenizer, written)]
        return [
            Demonstration(text, label, words[label], length)
            for (text, label), length in zip(self.examples_, lengths, strict=True)
        ]

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        """What texts are compared by, shape (n, H), of length 1: what the untrained model makes of the slot of the
        bare template. Texts it would answer alike are near."""
        lm = self._backbone
        states = ENGINE.ask(lm, fill(lm, self._template, texts), hurried=len(texts) < BF16_FROM)
        return nn.functional.normalize(states, dim=1)

    def _ranked(self, distances: np.ndarray, text: str) -> list[int]:
        """Examples from the nearest to the farthest, the classes taking turns: of each class the first, then of each
        the second. The text itself is dropped before turns are counted: a class one example short would give its label
        away."""
        met: Counter[str] = Counter()
        turn = {}
        for example in map(int, np.argsort(distances, kind="stable")):
            other, label = self.examples_[example]
            if other.strip() != text.strip():
                turn[example] = met[label]
                met[label] += 1
        return sorted(turn, key=turn.__getitem__)

    def _fit_in(self, text: str, ranked: Iterable[Demonstration]) -> Shown:
        """The first `shown` of them, as far as there is room beside the question and, for calibration, one without
        content in its place."""
        questions = fill(self.lm_, self._context(()), [text.strip() or "N/A", "N/A"])
        room = self.lm_.max_length - max(len(one.input_ids) for one in questions)
        shown: list[Demonstration] = []
        left_out: list[Demonstration] = []
        for one in islice(ranked, self.shown):
            fits = one.n_tokens <= room
            (shown if fits else left_out).append(one)
            room -= fits * one.n_tokens
        return Shown(tuple(shown[::-1] if self.choose == "similar" else shown), tuple(left_out))

    def _context(self, shown: Sequence[Demonstration]) -> Template:
        """The template behind the description and the demonstrations."""
        parts: list[Part] = [Literal(self.description.strip()), BREAK] if self.description.strip() else []
        for one in shown:
            parts += [*answered(self._template, one.text, one.word), BREAK]
        return Template(self._template.source, (*_merged(parts), *self._template.parts))

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        lm = self.lm_
        fill(lm, self._context(()), [])  # says what is wrong with a template even where there is no text
        return [
            fill(lm, self._context(one.shown), [text])[0] for text, one in zip(texts, self.chosen(texts), strict=True)
        ]

    def _training_batch(self, encoded: Sequence[Encoded], rows: Sequence[int]) -> list[Encoded]:
        """The examples, each behind demonstrations drawn anew: from the nearer half of the others where they are chosen
        by similarity (Gao et al. 2021, section 6.2), from all others else."""
        pool, vectors = self._drawn_from
        batch = []
        for row in rows:
            text = pool[row].text
            order = self._ranked(self._draws.permutation(len(pool)), text)
            if vectors is not None:
                nearer = set(self._ranked(-(vectors @ vectors[row]).numpy(), text)[: max(1, len(pool) // 2)])
                order = [at for at in order if at in nearer]
            context = self._context(self._fit_in(text, [pool[at] for at in order]).shown)
            batch += fill(self.lm_, context, [text])
        return batch

    def _state(self):
        arrays, extra = super()._state()
        return arrays, {**extra, "examples": [list(example) for example in self.examples_]}

    def _restore(self, arrays, extra):
        self.examples_ = tuple((text, label) for text, label in extra["examples"])
        super()._restore(arrays, extra)


def answered(template: Template, text: str, word: str) -> list[Part]:
    """The parts of the template with the sentence in its place and the answer in the slot."""
    written: dict[type, Part] = {Sentence: Literal(text.strip()), Mask: Literal(word)}
    return [written.get(type(part), part) for part in template.parts]


def _merged(parts: Iterable[Part]) -> list[Part]:
    """The same parts, words that stand side by side in one of them."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            merged[-1] = Literal(last.text + part.text)
        else:
            merged.append(part)
    return [part for part in merged if part != Literal("")]


def _written(parts: Iterable[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Literal))
