"""Paradigm 4, prompt: the pre-trained model answers a cloze question, and label words turn its answer into a label.

    p(y | x) = exp s(v(y)) / sum over y' of exp s(v(y')),   s the logits at [MASK] of T(x)

T is the template, v the verbalizer, here of one word a class (Schick & Schuetze 2021, section 3.1; Gao et al. 2021,
equation 1). Without training this is zero-shot prediction; `fit` is prompt-oriented fine-tuning, with no parameter that
was not there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..base import TextClassifier, TrainStep, texts_of, training_set
from ..errors import checked
from ..masked_lm import MaskedLM, use_bf16
from ..tokens import Encoded
from ..training import n_trainable, schedule, train_steps
from .calibration import CONTENT_FREE, calibrated, content_free
from .template import DEFAULT_TEMPLATE, Template
from .verbalizer import COMBINE, DEFAULT_VERBALIZER, Verbalizer
from .what_is_trained import choose_trained, fingerprint, learned, relearn, require_same

# Learning rates with few and with many examples, chosen on SST-2's training sentences: the fewer numbers may change,
# the faster they may.
RATES = {"all": (2e-5, 8e-5), "head": (2e-4, 2e-4), "bias": (5e-4, 5e-4), "lora": (1e-3, 1e-3)}


@dataclass(frozen=True)
class MaskDistribution:
    """What the model expects at [MASK], over its whole vocabulary of V words."""

    words: tuple[str, ...]  # the top_k most probable, most probable first
    probabilities: tuple[float, ...]  # of those words; all V sum to 1
    log_probabilities: np.ndarray  # (V,), by vocabulary id


@dataclass(frozen=True)
class LabelWord:
    """One label word at the slot."""

    label: str
    word: str
    logit: float
    probability: float  # among all V words
    share: float  # among the label words alone: what it brings to its label


@dataclass(frozen=True)
class PromptExplanation:
    """From the filled input to the label, every number on the way."""

    tokens: tuple[str, ...]  # as the model reads it, special tokens included
    mask_position: int  # index in `tokens`
    truncated: int  # word pieces of the sentence that did not fit
    distribution: MaskDistribution
    label_words: tuple[LabelWord, ...]  # class after class
    covered: float  # the share of all V words that the label words hold
    combine: str  # how the words of a class become one number
    probabilities: tuple[float, ...]  # in the order of classes_
    prior: tuple[float, ...] | None = None  # what calibration took away, in the same order


class PromptClassifier(TextClassifier):
    """A masked language model, a template and a verbalizer.

    template: a Template or its source; verbalizer: a Verbalizer, its source, or a mapping from label to words.
    combine: "sum" or "mean" of the probabilities of a class's words.
    train: what `fit` changes: "all", "head", "bias", "lora" or "nothing", see `what_is_trained`.
    calibrate: the content-free input whose answer is taken away from every other, a key of `calibration.CONTENT_FREE`;
        None leaves the answers as they are.
    """

    def __init__(
        self,
        template: Template | str = DEFAULT_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        train: str = "all",
        combine: str = "sum",
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
        calibrate: str | None = None,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.train = train
        self.combine = combine
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed
        self.calibrate = calibrate

    # Zero-shot, a classifier needs no fit: its classes are the labels of its verbalizer until `fit` sees others.

    trainable_parameters_ = 0

    def __sklearn_is_fitted__(self) -> bool:
        """scikit-learn's own question before a pipeline asks: zero-shot, no fit is needed."""
        return True

    @property
    def classes_(self) -> np.ndarray:
        return self._classes if hasattr(self, "_classes") else np.array(sorted(self._verbalizer.labels), dtype=object)

    @classes_.setter
    def classes_(self, classes: np.ndarray) -> None:
        self._classes = classes

    @property
    def lm_(self) -> MaskedLM:
        """The model that answers: the shared backbone, or the copy that `fit` trained."""
        return self._lm if hasattr(self, "_lm") else self._backbone

    @property
    def _backbone(self) -> MaskedLM:
        return MaskedLM.load(self.backbone)

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """Cross-entropy over the label words at [MASK]. With `train="nothing"` only the labels are learned, no step."""
        checked(self.combine, "combine", COMBINE)
        if self.calibrate is not None:
            checked(self.calibrate, "calibrate", CONTENT_FREE)
        with self._unchanged_if_refused():
            texts, classes, classes_of = training_set(texts, labels)
            Verbalizer.of(self.verbalizer).require_names(labels)
            verbalizer = Verbalizer.of(self.verbalizer).for_labels(list(classes))
            chosen = schedule(len(texts), RATES.get(self.train, (0.0, 0.0)), self.steps, self.batch_size, self.lr)
            trained = None if self.train == "nothing" else self._trainable()
            self.__dict__.pop("_lm", None)
            word_ids, encoded = self._prepare(texts if trained else [], verbalizer)
        self._classes = classes
        self.trainable_parameters_ = n_trainable(trained.model) if trained else 0
        if trained is None:
            return
        self._lm = trained

        lengths = [len(item.input_ids) for item in encoded]
        gold = torch.from_numpy(classes_of)
        class_of_word = torch.tensor(verbalizer.class_of_word)

        def loss_of(rows: list[int]) -> tuple[Tensor, int]:
            with torch.autocast("cpu", torch.bfloat16, enabled=use_bf16(len(texts))):
                states = self._lm.states_at_mask(self._lm.batch(self._training_batch(encoded, rows)))  # (B, H)
            logits = class_logits(self._lm.decode(states, word_ids), class_of_word, self.combine)  # (B, C)
            loss = nn.functional.cross_entropy(logits, gold[rows])
            return self._objective(loss), int((logits.argmax(dim=1) == gold[rows]).sum())

        yield from train_steps(self._lm.model, lengths, loss_of, chosen, self.seed)

    def _objective(self, loss: Tensor) -> Tensor:
        """What a step of training lowers: the cross-entropy of its batch, or that and something else."""
        return loss

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts, verbalizer = texts_of(texts), self._verbalizer
        word_ids, encoded = self._prepare(texts, verbalizer)
        if not encoded:
            return np.empty((0, len(self.classes_)))
        probabilities = self._probabilities(encoded, word_ids, verbalizer)
        return probabilities if self.calibrate is None else calibrated(probabilities, self._priors(texts))

    def prior(self, calibrate: str | None = None) -> np.ndarray:
        """The class probabilities, shape (C,), for the content-free input `calibrate`, by default the classifier's own:
        what calibration divides by. Not calibrated themselves."""
        verbalizer = self._verbalizer
        word_ids, _ = self._prepare([], verbalizer)
        inputs = content_free(self._template, self.lm_, calibrate or self.calibrate or "average")
        return self._probabilities(inputs, word_ids, verbalizer).mean(axis=0)

    def mask_distribution(self, text: str, top_k: int = 10) -> MaskDistribution:
        """The whole vocabulary at [MASK], with the `top_k` most probable words by name."""
        return self._distribution(self.lm_.logits_at_mask(self._encode([text]))[0], top_k)

    def explain(self, text: str, top_k: int = 10) -> PromptExplanation:
        verbalizer = self._verbalizer
        word_ids, (encoded,) = self._prepare([text], verbalizer)
        logits = self.lm_.logits_at_mask([encoded])[0]  # (V,)
        distribution = self._distribution(logits, top_k)
        shares = logits[word_ids].double().softmax(dim=0).numpy()  # (n_words,)
        probabilities = np.exp(distribution.log_probabilities[word_ids])
        labels = [label for label, words in verbalizer.label_words for _ in words]
        of_classes = verbalizer.project(shares[None], self.combine)  # (1, C)
        prior = None if self.calibrate is None else self._priors([text])[0]
        if prior is not None:
            of_classes = calibrated(of_classes, prior)
        return PromptExplanation(
            tokens=tuple(self.lm_.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))),
            mask_position=encoded.mask_position,
            truncated=encoded.truncated,
            distribution=distribution,
            label_words=tuple(
                LabelWord(label, word, float(logits[token]), float(probability), float(share))
                for label, word, token, probability, share in zip(
                    labels, verbalizer.words, word_ids, probabilities, shares, strict=True
                )
            ),
            covered=float(probabilities.sum()),
            combine=self.combine,
            probabilities=tuple(map(float, of_classes[0])),
            prior=None if prior is None else tuple(map(float, prior)),
        )

    def _require_fitted(self) -> None:
        """Zero-shot prediction needs no training."""

    def _trainable(self) -> MaskedLM:
        """A copy of the backbone of which only what `train` names can change."""
        lm = self._backbone.copy()
        choose_trained(lm, self.train, self.seed)
        return lm

    @property
    def _template(self) -> Template:
        return Template.of(self.template)

    @property
    def _verbalizer(self) -> Verbalizer:
        verbalizer = Verbalizer.of(self.verbalizer)
        return verbalizer.for_labels(list(self._classes) if hasattr(self, "_classes") else sorted(verbalizer.labels))

    def _prepare(self, texts: Sequence[str], verbalizer: Verbalizer) -> tuple[list[int], list[Encoded]]:
        """The ids of the label words and the filled templates."""
        word_ids = verbalizer.token_ids(self.lm_.tokenizer, spaced=self._template.spaced_mask())
        return word_ids, self._encode(texts)

    # What a method with other prompts has its own of.

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        """The filled templates."""
        return self._template.encode(texts, self.lm_.tokenizer, self.lm_.max_length)

    def _training_batch(self, encoded: Sequence[Encoded], rows: Sequence[int]) -> list[Encoded]:
        """What a step of training reads for some of the examples."""
        return [encoded[row] for row in rows]

    def _priors(self, texts: Sequence[str]) -> np.ndarray:
        """What calibration divides the probabilities of each text by, shape (n, C) or (1, C)."""
        return self.prior()[None]

    def _probabilities(self, encoded: Sequence[Encoded], word_ids: list[int], verbalizer: Verbalizer) -> np.ndarray:
        """Class probabilities (n, C) of filled templates."""
        logits = self.lm_.logits_at_mask(encoded, word_ids)  # (n, n_words)
        return verbalizer.project(logits.double().softmax(dim=1).numpy(), self.combine)

    def _distribution(self, logits: Tensor, top_k: int) -> MaskDistribution:
        log_probabilities = logits.double().log_softmax(dim=0)  # (V,)
        top = log_probabilities.topk(top_k)
        tokenizer = self.lm_.tokenizer
        words = tuple(
            tokenizer.decode([token]).strip() or tokenizer.convert_ids_to_tokens(token)
            for token in top.indices.tolist()
        )
        return MaskDistribution(words, tuple(top.values.exp().tolist()), log_probabilities.numpy())

    def _state(self):
        if not hasattr(self, "_lm"):
            return {}, {}
        return learned(self._lm, self._backbone), {"backbone": fingerprint(self._backbone)}

    def _restore(self, arrays, extra):
        if arrays:
            require_same(self._backbone, extra["backbone"])
            self._lm = self._trainable()
            relearn(self._lm, arrays)


def class_logits(word_logits: Tensor, class_of_word: Tensor, combine: str) -> Tensor:
    """Class logits (B, C) whose softmax is what `Verbalizer.project` gives, from word logits (B, n_words):
    the log of the sum (or the mean) of the exponentials of a class's words."""
    columns = []
    for label in range(int(class_of_word.max()) + 1):
        of_class = word_logits[:, class_of_word == label]
        total = of_class.logsumexp(dim=1)
        columns.append(total if combine == "sum" else total - np.log(of_class.shape[1]))
    return torch.stack(columns, dim=1)
