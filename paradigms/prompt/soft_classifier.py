"""What all soft prompts share: label words at [MASK], a language model that stays as it is unless told, and a few
trained vectors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from ..base import TextClassifier, TrainStep, classes_of, training_set
from ..masked_lm import MaskedLM, evaluating, length_sorted, use_bf16
from ..tokens import Encoded
from ..training import Schedule, n_trainable, train_steps
from .classifier import class_logits
from .soft import PromptTable, PseudoToken, initial_rows, pseudo_tokens, with_prompt
from .template import Template
from .verbalizer import Verbalizer
from .what_is_trained import fingerprint, require_same


@dataclass(frozen=True)
class SoftExplanation:
    """What the model read and what it made of it. T: tokens, C: classes."""

    tokens: tuple[str, ...]  # (T,) pseudo-tokens as [P1], [P2], ...
    mask_position: int
    truncated: int  # word pieces of the sentence that did not fit
    logits: tuple[float, ...]  # (C,)
    probabilities: tuple[float, ...]  # (C,) their softmax
    pseudo_tokens: tuple[PseudoToken, ...]


class SoftPrompt(TextClassifier):
    """Base of the methods that train a prompt. Subclasses say where it starts and what is trained.

    `prompt_` is the trained module, `lm_` the language model that reads it.
    """

    template: Template | str
    verbalizer: Verbalizer | str | Mapping[str, Any]
    backbone: str | None
    steps: int
    batch_size: int
    lr: float | None
    seed: int
    prompt_: Any  # a PromptTable, or what a subclass has in its place
    start_: Tensor  # where it began

    @abstractmethod
    def _build(self, start: Tensor | None = None) -> None:
        """Make `lm_` and `prompt_`, from given rows where there are some, and set what requires a gradient."""

    def begin(self, labels: Sequence[str]) -> Self:
        """The classifier before its first step: it has its labels and its prompt, and can be asked."""
        with self._unchanged_if_refused():
            self.classes_, _ = classes_of(labels)
            self._build()
            self.trainable_parameters_ = n_trainable(self._trained())
        return self

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """Cross-entropy of the classes; the prompt encoder, if there is one, is dropped at the end or when stopped."""
        texts, _, gold_rows = training_set(texts, labels)
        Verbalizer.of(self.verbalizer).require_names(labels)
        with self._unchanged_if_refused():
            chosen = Schedule(self.steps, self.batch_size, self._rate(), weight_decay=0.0)
            trained = self.begin(labels)._trained()
            encoded = self._encode(texts)
        gold = torch.from_numpy(gold_rows)

        def loss_of(rows: list[int]) -> tuple[Tensor, int]:
            # The table itself stays in fp32: only matrix products are bf16.
            with torch.autocast("cpu", torch.bfloat16, enabled=use_bf16(len(texts))):
                logits = self._logits([encoded[row] for row in rows])  # (B, C)
            return nn.functional.cross_entropy(logits, gold[rows]), int((logits.argmax(dim=1) == gold[rows]).sum())

        try:
            lengths = [len(item.input_ids) for item in encoded]
            yield from train_steps(trained, lengths, loss_of, chosen, self.seed, self._share_of_rate)
        finally:
            self._finish()

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        encoded = self._encode(texts)
        probabilities = np.empty((len(encoded), len(self.classes_)))
        with evaluating(self.prompt_), evaluating(self.lm_.model, use_bf16(len(encoded))):
            for rows in length_sorted([len(item.input_ids) for item in encoded]):
                logits = self._logits([encoded[row] for row in rows])
                probabilities[rows] = logits.double().softmax(dim=1).numpy()
        return probabilities

    def explain(self, text: str) -> SoftExplanation:
        self._require_fitted()
        (encoded,) = self._encode([text])
        with evaluating(self.prompt_), evaluating(self.lm_.model):
            logits = self._logits([encoded])[0]
        return SoftExplanation(
            tokens=self._tokens(encoded),
            mask_position=encoded.mask_position,
            truncated=encoded.truncated,
            logits=tuple(logits.tolist()),
            probabilities=tuple(logits.double().softmax(dim=0).tolist()),
            pseudo_tokens=self.pseudo_tokens(),
        )

    def pseudo_tokens(self, top_k: int = 5) -> tuple[PseudoToken, ...]:
        """The nearest words of each pseudo-token of the input, and how far it has moved."""
        self._require_fitted()
        with torch.no_grad():
            return pseudo_tokens(self.lm_, self.start_, self.prompt_(), top_k)

    # Where a subclass differs.

    def _trained(self) -> nn.Module:
        """Whatever requires a gradient in it is trained. The prompt is one of the language model's embeddings."""
        return self.lm_.model

    def _rate(self) -> float:
        """The learning rate at its highest."""
        assert self.lr is not None
        return self.lr

    def _share_of_rate(self, weight: nn.Parameter) -> float:
        """Of the learning rate, for one weight."""
        return 1.0

    def _finish(self) -> None:
        """After training: drop what was needed for it only."""
        self.prompt_.write_back()

    def _soft_template(self) -> Template:
        """The template with its pseudo-tokens."""
        return Template.of(self.template)

    def _logits(self, encoded: Sequence[Encoded]) -> Tensor:
        """Class logits in fp32, shape (B, C), from the label words at [MASK]."""
        states = self.lm_.states_at_mask(self.lm_.batch(encoded))  # (B, H)
        verbalizer, word_ids = self._label_words()
        return class_logits(self.lm_.decode(states.float(), word_ids), torch.tensor(verbalizer.class_of_word), "sum")

    # What they build it from.

    def _read_prompt(self, lm: MaskedLM, start: Tensor, encoder: nn.Module | None = None) -> None:
        """`prompt_` starting at the rows `start`, and `lm_` reading it."""
        self.start_ = start
        self.prompt_ = PromptTable(start, encoder)
        self.lm_ = with_prompt(lm, self.prompt_)

    def _initial_rows(self, lm: MaskedLM, init: str) -> Tensor:
        random = torch.Generator().manual_seed(int(self.seed))
        _, word_ids = self._label_words(lm)
        return initial_rows(lm, self._soft_template().soft_pieces(lm.tokenizer), init, word_ids, random)

    def _label_words(self, lm: MaskedLM | None = None) -> tuple[Verbalizer, list[int]]:
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(list(self.classes_))
        spaced = self._soft_template().spaced_mask()
        return verbalizer, verbalizer.token_ids((lm or self.lm_).tokenizer, spaced=spaced)

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        template, lm = self._soft_template(), self.lm_
        return template.encode(texts, lm.tokenizer, lm.max_length, first_soft=lm.model.config.vocab_size)

    def _tokens(self, encoded: Encoded) -> tuple[str, ...]:
        vocabulary, tokenizer = self.lm_.model.config.vocab_size, self.lm_.tokenizer
        return tuple(
            tokenizer.convert_ids_to_tokens(token) if token < vocabulary else f"[P{token - vocabulary + 1}]"
            for token in encoded.input_ids
        )

    def _state(self):
        with torch.no_grad():
            prompt = {"start": self.start_.numpy(), "prompt": self.prompt_().numpy()}
        return prompt, {"backbone": fingerprint(MaskedLM.load(self.backbone))}

    def _restore(self, arrays, extra):
        # A prompt is a few vectors in the space of one model, and noise to every other.
        require_same(MaskedLM.load(self.backbone), extra["backbone"])
        self._build(torch.from_numpy(arrays["start"]))
        self._finish()
        self.prompt_.rows.data = torch.from_numpy(arrays["prompt"])


def in_front(template: Template | str, length: int) -> Template:
    """`[P; X]`: the template with `length` pseudo-tokens before it, or itself where it says their places."""
    template = Template.of(template)
    return template if template.n_soft else Template.parse(f"[soft:{length}] {template.source}")
