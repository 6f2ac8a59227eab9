"""Paradigm 3, pre-train and fine-tune: BERT's [CLS] state into a new classifier, everything trained.

Devlin et al. 2019, section 4.1: the state of [CLS] is the only thing the new layers see. The classifier is that of
RoBERTa's released code (Liu et al. 2019): dropout, dense, tanh, dropout, out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from .base import SavedModelError, TextClassifier, TrainStep, training_set
from .masked_lm import MaskedLM, evaluating, length_sorted, use_bf16
from .salience import Salience, occlusion
from .tokens import Encoded
from .training import n_trainable, schedule, seeded, train_steps

RATES = (1e-4, 8e-5)  # learning rate with few and with many examples, chosen on SST-2's training sentences


class ClassifierHead(nn.Module):
    """The layers that BERT does not have: hidden state of [CLS] (B, H) -> class logits (B, C)."""

    def __init__(self, hidden: int, n_classes: int, dropout: float):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, n_classes)
        for layer in (self.dense, self.out):  # as BERT's own layers were initialised
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, cls: Tensor) -> Tensor:
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(cls)))))


@dataclass(frozen=True)
class FineTuneExplanation:
    """What the model read and how it came to its answer. T: tokens, C: classes."""

    tokens: tuple[str, ...]  # (T,) WordPieces with [CLS] and [SEP]
    attention: tuple[float, ...]  # (T,) last layer, from [CLS], mean of the heads; sums to 1
    logits: tuple[float, ...]  # (C,)
    probabilities: tuple[float, ...]  # (C,) their softmax
    salience: tuple[Salience, ...]  # of each word for the predicted label
    truncated: int  # word pieces that did not fit


class BertFineTune(TextClassifier):
    """The backbone with a new classifier on [CLS].

    backbone: a folder or hub name; the built-in one if None.
    steps, batch_size, lr: None lets the number of examples decide, see `training.schedule`.
    """

    def __init__(
        self,
        backbone: str | None = None,
        dropout: float = 0.1,
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        self.backbone = backbone
        self.dropout = dropout
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        texts, classes, classes_of = training_set(texts, labels)
        yield from self._train(texts, classes, torch.from_numpy(classes_of))

    def distil_steps(self, texts: Sequence[str], classes: np.ndarray, taught: np.ndarray) -> Iterator[TrainStep]:
        """Train towards a teacher's probabilities `taught`, shape (n_texts, n_classes), in place of labels (Hinton et
        al. 2015, section 2). A step's accuracy is how often the teacher's most probable class is met."""
        yield from self._train(list(texts), classes, torch.from_numpy(taught).float())

    def _train(self, texts: list[str], classes: np.ndarray, gold: Tensor) -> Iterator[TrainStep]:
        """`gold` is a class for each text, shape (n,), or probabilities, shape (n, C)."""
        chosen = schedule(len(texts), RATES, self.steps, self.batch_size, self.lr)
        with self._unchanged_if_refused():
            self.classes_ = classes
            self._build()
        self.trainable_parameters_ = n_trainable(self.encoder_) + n_trainable(self.head_)

        encoded = self.lm_.encode(texts)
        lengths = [len(item.input_ids) for item in encoded]
        best = gold if gold.ndim == 1 else gold.argmax(dim=1)  # (n,)

        def loss_of(rows: list[int]) -> tuple[Tensor, int]:
            with torch.autocast("cpu", torch.bfloat16, enabled=use_bf16(len(texts))):
                logits = self._logits([encoded[row] for row in rows]).float()  # (B, C)
            loss = nn.functional.cross_entropy(logits, gold[rows])
            return loss, int((logits.argmax(dim=1) == best[rows]).sum())

        trained = nn.ModuleList([self.encoder_, self.head_])
        yield from train_steps(trained, lengths, loss_of, chosen, self.seed)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        return self._probabilities(self.lm_.encode(texts))

    def explain(self, text: str) -> FineTuneExplanation:
        """Tokens, attention, logits and salience; the salience takes one batch of as many inputs as words."""
        self._require_fitted()
        encoded = self.lm_.encode([text])
        with evaluating(self.lm_.model):
            output = self.lm_.hidden(self.lm_.batch(encoded), attentions=True)
            logits = self.head_(output.last_hidden_state[:, 0])[0]
        attention = output.attentions[-1][0, :, 0].mean(dim=0)  # (heads, T) -> (T,)
        return FineTuneExplanation(
            tokens=tuple(self.lm_.tokenizer.convert_ids_to_tokens(list(encoded[0].input_ids))),
            attention=tuple(attention.tolist()),
            logits=tuple(logits.tolist()),
            probabilities=tuple(logits.double().softmax(dim=0).tolist()),
            salience=occlusion(text, int(logits.argmax()), self._with_hidden_words),
            truncated=encoded[0].truncated,
        )

    @property
    def new_parameters_(self) -> int:
        """How many of the trained numbers the pre-trained model did not have."""
        return sum(weight.numel() for weight in self.head_.parameters())

    @property
    def encoder_(self) -> nn.Module:
        """The part of the backbone that is read: everything below the masked-LM head."""
        return self.lm_.model.base_model

    def _with_hidden_words(self, texts: Sequence[str | tuple[str, str]]) -> np.ndarray:
        return self._probabilities(self.lm_.encode_hidden(texts))

    def _logits(self, encoded: Sequence[Encoded]) -> Tensor:
        cls = self.lm_.hidden(self.lm_.batch(encoded)).last_hidden_state[:, 0]  # (B, T, H) -> (B, H)
        return self.head_(cls)

    def _probabilities(self, encoded: Sequence[Encoded]) -> np.ndarray:
        probabilities = np.empty((len(encoded), len(self.classes_)))
        with evaluating(self.head_), evaluating(self.lm_.model, use_bf16(len(encoded))):
            for rows in length_sorted([len(item.input_ids) for item in encoded]):
                logits = self._logits([encoded[row] for row in rows])
                probabilities[rows] = logits.double().softmax(dim=1).numpy()
        return probabilities

    def _build(self) -> None:
        self.lm_ = MaskedLM.load(self.backbone).copy()
        with seeded(self.seed):
            self.head_ = ClassifierHead(self.lm_.hidden_size, len(self.classes_), self.dropout).eval()

    def _state(self):
        parts = {"encoder": self.encoder_, "head": self.head_}
        # fp16 like the backbone itself, half the size. Unlike a tuned prompt it is not saved to be trained on.
        return {
            f"{part}.{name}": value.half().numpy() if value.is_floating_point() else value.numpy()
            for part, module in parts.items()
            for name, value in module.state_dict().items()
        }, {}

    def _restore(self, arrays, extra):
        self._build()
        for part, module in {"encoder": self.encoder_, "head": self.head_}.items():
            own = {name.removeprefix(f"{part}."): a for name, a in arrays.items() if name.startswith(f"{part}.")}
            try:
                module.load_state_dict({name: torch.from_numpy(array) for name, array in own.items()})
            except RuntimeError as error:  # of other shapes
                message = f"it was trained from another backbone than {self.lm_.name}"
                raise SavedModelError("other_backbone", message, where=self.lm_.name) from error
