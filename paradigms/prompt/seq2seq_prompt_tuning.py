"""Prompt Tuning on the architecture it was published for (Lester et al. 2021, section 2): an encoder-decoder.

    p(y | x) = p(words of y | [P; X]),   P of shape (n, H) before the encoder's input, the model itself frozen

Any T5 from a folder or the hub. A label may be several tokens: it is written out, not looked up at a slot. Other than
in the paper, AdamW trains, with warm-up and decay (there Adafactor at a constant 0.3), and the likeliest label is the
answer (there what the model writes, which `explain` shows).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from ..base import TextClassifier, TrainStep, training_set
from ..hub import one_load_at_a_time, reachable, state_of
from ..masked_lm import BackboneError, evaluating
from ..tokens import piece_ids
from ..training import Schedule, n_trainable, train_steps
from .soft import PromptTable
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

IGNORED = -100  # a position that the loss passes over


@dataclass(frozen=True)
class WrittenLabel:
    """What the model writes, and what it thinks of each label. C: classes."""

    written: str  # word for word, whether it is a label or not
    log_likelihoods: tuple[float, ...]  # (C,) of the words of each label, end included
    probabilities: tuple[float, ...]  # (C,) their softmax


class Seq2SeqPromptTuning(TextClassifier):
    """A frozen T5 with a trained prompt before the input of its encoder.

    backbone: a folder or hub name. verbalizer: what to write for each label, its first entry; any length.
    length: pseudo-tokens. steps, batch_size, lr: of the training, lr at its highest.
    """

    def __init__(
        self,
        backbone: str,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        length: int = 10,
        steps: int = 100,
        batch_size: int = 16,
        lr: float = 0.3,
        seed: int = 0,
    ):
        self.backbone = backbone
        self.verbalizer = verbalizer
        self.length = length
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        texts, classes, classes_of = training_set(texts, labels)
        Verbalizer.of(self.verbalizer).require_names(labels)
        chosen = Schedule(self.steps, self.batch_size, self.lr, weight_decay=0.0)
        with self._unchanged_if_refused():
            self.classes_ = classes
            self._build()
            targets = self._targets()
        self.trainable_parameters_ = n_trainable(self.prompt_)
        ids = piece_ids(self.tokenizer_, texts)

        def loss_of(rows: list[int]) -> tuple[Tensor, int]:
            scores = self._scores([ids[row] for row in rows], targets)  # (B, C)
            gold = torch.from_numpy(classes_of[rows])
            # Maximum likelihood of the right label's words, as in pre-training: other labels do not enter.
            return -scores[torch.arange(len(rows)), gold].mean(), int((scores.argmax(dim=1) == gold).sum())

        yield from train_steps(self.prompt_, [len(row) for row in ids], loss_of, chosen, self.seed)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        scores = [self._score(ids) for ids in piece_ids(self.tokenizer_, texts)]
        return torch.stack(scores).double().softmax(dim=1).numpy() if scores else np.empty((0, len(self.classes_)))

    def explain(self, text: str) -> WrittenLabel:
        self._require_fitted()
        scores = self._score(piece_ids(self.tokenizer_, [text])[0])
        return WrittenLabel(
            self.write([text])[0], tuple(scores.tolist()), tuple(scores.double().softmax(dim=0).tolist())
        )

    def write(self, texts: Sequence[str], longest: int = 8) -> list[str]:
        """The most likely words after each text, greedily, of at most `longest` tokens."""
        self._require_fitted()
        written = []
        with evaluating(self.model_):
            for ids in piece_ids(self.tokenizer_, list(texts)):
                embedded, attention = self._input([ids])
                output = self.model_.generate(
                    inputs_embeds=embedded, attention_mask=attention, max_new_tokens=longest, do_sample=False
                )
                written.append(self.tokenizer_.decode(output[0], skip_special_tokens=True))
        return written

    def _score(self, ids: list[int]) -> Tensor:
        self._require_fitted()
        with evaluating(self.model_):
            return self._scores([ids], self._targets())[0]

    def _scores(self, ids: Sequence[list[int]], targets: Tensor) -> Tensor:
        """log p(words of each label | [P; X]), shape (B, C); targets (C, L)."""
        embedded, attention = self._input(ids)
        encoded = self.model_.get_encoder()(inputs_embeds=embedded, attention_mask=attention).last_hidden_state
        columns = []
        for target in targets:
            labels = target.repeat(len(ids), 1)  # (B, L)
            output = self.model_(encoder_outputs=(encoded,), attention_mask=attention, labels=labels)
            loss = nn.functional.cross_entropy(
                output.logits.transpose(1, 2), labels, ignore_index=IGNORED, reduction="none"
            )
            columns.append(-loss.sum(dim=1))
        return torch.stack(columns, dim=1)

    def _input(self, ids: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        """`[P; X]` as embeddings (B, n + T, H) with its attention mask (B, n + T)."""
        end = self.tokenizer_.eos_token_id
        longest = max(map(len, ids)) + 1
        padded = torch.full((len(ids), longest), self.tokenizer_.pad_token_id)
        attention = torch.zeros_like(padded)
        for row, own in enumerate(ids):
            padded[row, : len(own) + 1] = torch.tensor([*own, end])
            attention[row, : len(own) + 1] = 1
        words = self.model_.get_input_embeddings()(padded)  # (B, T, H)
        prompt = self.prompt_().expand(len(ids), -1, -1)  # (B, n, H)
        return torch.cat([prompt, words], dim=1), nn.functional.pad(attention, (self.length, 0), value=1)

    def _targets(self) -> Tensor:
        """The tokens of each label with the end of the text, shape (C, L), padded with IGNORED."""
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(list(self.classes_))
        written = piece_ids(self.tokenizer_, [words[0] for _, words in verbalizer.label_words])
        rows = [torch.tensor([*ids, self.tokenizer_.eos_token_id]) for ids in written]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=IGNORED)

    def _build(self) -> None:
        model, self.tokenizer_ = load_seq2seq(self.backbone)
        shared = {id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in model.parameters()}
        self.model_ = copy.deepcopy(model, shared)
        words = self.model_.get_input_embeddings().weight.detach()  # (V, H)
        random = torch.Generator().manual_seed(int(self.seed))
        self.prompt_ = PromptTable(words[torch.randint(len(words), (self.length,), generator=random)])

    def _state(self):
        return {"prompt": self.prompt_().detach().numpy()}, {}

    def _restore(self, arrays, extra):
        self._build()
        self.prompt_.rows.data = torch.from_numpy(arrays["prompt"])


def load_seq2seq(source: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """An encoder-decoder from a folder or the hub, loaded once: weights as safetensors only, no remote code.
    Raises BackboneError("not_found")."""
    with one_load_at_a_time:
        return _load(str(source), state_of(source))


@lru_cache(maxsize=2)
def _load(source: str, state: int) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from safetensors import SafetensorError
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    careful: dict[str, Any] = {
        "trust_remote_code": False,
        "local_files_only": Path(source).is_dir() or not reachable(),
    }
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **careful)
        model = AutoModelForSeq2SeqLM.from_pretrained(source, use_safetensors=True, dtype=torch.float32, **careful)
    except (OSError, ValueError, SafetensorError) as error:
        raise BackboneError("not_found", f"no encoder-decoder at {source}", where=source) from error
    return model.eval(), tokenizer
