"""The backbone: a masked language model that is asked about one position only.

`transformers` gives the whole sentence over the whole vocabulary. A prompt needs one row of that, often two columns
of it, so the work is cut where it is not looked at: texts of like length share a batch, the last layer and the head
run at [MASK] only, and where just label words are asked for only their rows of the decoder are multiplied.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from .allocator import keep_freed_memory
from .backbone import BUILT_IN, NAME
from .encoder import Layer, encoded_at_mask, kept_layers_of, layers_of
from .errors import ParadigmError
from .hub import one_load_at_a_time, quiet, reachable, state_of
from .seen import Seen
from .tokens import Encoded, piece_ids, special_frame

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TOKENS_PER_BATCH = 1024  # enough to keep two cores busy, few enough that nobody waits long for the next batch
SEEN_TEXTS = 20_000  # states kept, 30 MB at width 384
BF16_FROM = 32  # texts in one call from which bf16 is worth its rounding


class BackboneError(ParadigmError):
    """A model that cannot be the backbone. `kind`: not_found, no_safetensors, unreadable, not_masked_lm, no_head,
    no_vocabulary, unknown_head."""


def _bert_head(model: PreTrainedModel) -> nn.Module:
    return model.cls.predictions.transform


def _roberta_head(model: PreTrainedModel) -> Callable[[Tensor], Tensor]:
    head = model.lm_head
    return lambda states: head.layer_norm(nn.functional.gelu(head.dense(states)))


def _distilbert_head(model: PreTrainedModel) -> Callable[[Tensor], Tensor]:
    return lambda states: model.vocab_layer_norm(model.activation(model.vocab_transform(states)))


# What stands between the encoder's output and the decoder that is tied to the embeddings, per architecture.
HEADS: dict[str, Callable[[PreTrainedModel], Callable[[Tensor], Tensor]]] = {
    "bert": _bert_head,
    "roberta": _roberta_head,
    "xlm-roberta": _roberta_head,
    "camembert": _roberta_head,
    "distilbert": _distilbert_head,
}


@dataclass(frozen=True)
class Batch:
    """Filled templates, padded to the longest. B: batch, T: tokens."""

    input_ids: Tensor  # (B, T)
    token_type_ids: Tensor  # (B, T)
    attention_mask: Tensor  # (B, T), 1 for tokens, 0 for padding
    mask_position: Tensor  # (B,)


@dataclass(frozen=True)
class MaskedLM:
    """A masked language model with its tokenizer. H: hidden size, V: vocabulary size."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    name: str
    seen: Seen = field(default_factory=lambda: Seen(0), compare=False)

    @classmethod
    def load(cls, source: str | Path | None = None) -> MaskedLM:
        """The built-in backbone, or one from a folder or the hub; loaded once per source and shared.

        Weights as safetensors only, no remote code. Raises BackboneError, also where the checkpoint has no
        masked-LM head: with a fresh random head every prompt would answer at chance without a word of warning.
        """
        with one_load_at_a_time:
            path = str(source or BUILT_IN)
            return _load(path, 0 if path == str(BUILT_IN) else state_of(path))  # asked for at every key that is typed

    def copy(self) -> MaskedLM:
        """The same backbone with weights of its own, to be trained; what it answers is not kept."""
        return replace(self, model=copy.deepcopy(self.model), seen=Seen(0))

    @property
    def n_parameters(self) -> int:
        return sum(weight.numel() for weight in self.model.parameters())

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: without the hooks by which `transformers` hands out attention. They are local functions, which
        cannot be pickled, and are put there again when attention is asked for."""
        shared = {id(tensor): tensor for tensor in (*self.model.parameters(), *self.model.buffers())}
        model = copy.deepcopy(self.model, shared)
        for module in model.modules():
            for number, hook in list(module._forward_hooks.items()):
                if getattr(hook, "__module__", "").startswith("transformers."):
                    del module._forward_hooks[number]
            module.__dict__.pop("_output_capturing_hooks_installed", None)
        return {**self.__dict__, "model": model}

    @property
    def hidden_size(self) -> int:
        return self.model.config.hidden_size

    @property
    def vocabulary_size(self) -> int:
        return self.model.get_output_embeddings().weight.shape[0]

    @property
    def max_length(self) -> int:
        # RoBERTa counts positions from padding_idx + 1, so two of its positions are never used.
        counts_from_0 = self.model.config.model_type in {"bert", "distilbert"}
        reserved = 0 if counts_from_0 else self.tokenizer.pad_token_id + 1
        return self.model.config.max_position_embeddings - reserved

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """`[CLS] text [SEP]` without any template, cut at `max_length`; `mask_position` is that of [CLS]."""
        return [self._framed(ids) for ids in piece_ids(self.tokenizer, texts)]

    def encode_hidden(self, texts: Sequence[str | tuple[str, str]]) -> list[Encoded]:
        """As `encode`; of a pair (before, after) the word between them is hidden behind one [MASK]."""
        encoded = []
        for text in texts:
            if isinstance(text, str):
                encoded += self.encode([text])
            else:
                before, after = piece_ids(self.tokenizer, [text[0].rstrip(), text[1].rstrip()])
                encoded.append(self._framed([*before, self.tokenizer.mask_token_id, *after]))
        return encoded

    def encode_blank(self, before: str, after: str) -> Encoded:
        """`[CLS] before [MASK] after [SEP]`; of longer texts the pieces nearest to [MASK] are kept."""
        head, tail = piece_ids(self.tokenizer, [before.rstrip(), after.rstrip()])
        opening, _, closing = special_frame(self.tokenizer)
        room = self.max_length - len(opening) - len(closing) - 1
        n_after = min(len(tail), max(room // 2, room - len(head)))
        n_before = min(len(head), room - n_after)
        pieces = [*head[len(head) - n_before :], self.tokenizer.mask_token_id, *tail[:n_after]]
        left_out = len(head) + len(tail) - n_before - n_after
        return replace(self._framed(pieces), mask_position=len(opening) + n_before, truncated=left_out)

    def _framed(self, ids: Sequence[int]) -> Encoded:
        opening, _, closing = special_frame(self.tokenizer)
        room = self.max_length - len(opening) - len(closing)
        filled = (*opening, *ids[:room], *closing)
        return Encoded(filled, (0,) * len(filled), 0, max(0, len(ids) - room))

    def batch(self, encoded: Sequence[Encoded]) -> Batch:
        """Pad filled templates to one length."""
        longest = max(len(item.input_ids) for item in encoded)
        ids = np.full((len(encoded), longest), self.tokenizer.pad_token_id)  # (B, T)
        types, attention = np.zeros_like(ids), np.zeros_like(ids)
        for row, item in enumerate(encoded):
            length = len(item.input_ids)
            ids[row, :length] = item.input_ids
            types[row, :length] = item.token_type_ids
            attention[row, :length] = 1
        positions = np.array([item.mask_position for item in encoded])
        return Batch(*map(torch.from_numpy, (ids, types, attention, positions)))

    def hidden(self, batch: Batch, *, attentions: bool = False):
        """The encoder's output: `.last_hidden_state` (B, T, H) and, if asked for, `.attentions`."""
        return self.model.base_model(**self._inputs(batch), output_attentions=attentions)

    def _inputs(self, batch: Batch) -> dict[str, Tensor]:
        inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
        if getattr(self.model.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = batch.token_type_ids
        return inputs

    def states_at_mask(self, batch: Batch) -> Tensor:
        """What the head makes of the encoder's output at [MASK], shape (B, H); the decoder's input."""
        if (layers := self._layers()) is None:
            hidden = self.hidden(batch).last_hidden_state  # (B, T, H)
            at_mask = hidden[torch.arange(len(batch.mask_position)), batch.mask_position]  # (B, H)
        with torch.autocast("cpu", enabled=False):
            if layers is not None:  # already in the type in which they are to be multiplied
                at_mask = encoded_at_mask(self.model, layers, self._inputs(batch), batch.mask_position)  # (B, H)
            # One position is cheap, and two close logits are where rounding would change the answer: always fp32.
            return HEADS[self.model.config.model_type](self.model)(at_mask.float())

    def _layers(self) -> list[Layer] | None:
        """The encoder's layers, where they can be run by themselves; None in training, with its dropout."""
        if self.model.training or torch.is_grad_enabled():
            return None
        dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
        # A model whose answers are kept does not change, so its weights can be kept ready as well.
        return kept_layers_of(self.model, dtype) if self.seen.capacity else layers_of(self.model, dtype)

    def decode(self, states: Tensor, word_ids: Sequence[int] | None = None) -> Tensor:
        """Logits over the vocabulary, shape (B, V), or over some words of it, shape (B, n_words)."""
        decoder = self.model.get_output_embeddings()  # weight (V, H) tied to the embeddings, bias (V,)
        if word_ids is None:
            return decoder(states)
        chosen = torch.tensor(word_ids)
        return nn.functional.linear(states, decoder.weight[chosen], decoder.bias[chosen])

    def logits_at_mask(self, encoded: Sequence[Encoded], word_ids: Sequence[int] | None = None) -> Tensor:
        """fp32 logits at [MASK] without gradients, in the order of `encoded`: shape (n, V), or (n, n_words).

        Other words for the same filled texts do not run the encoder again.
        """
        from .engine import ENGINE  # which is built on this module

        if not encoded:
            return torch.empty(0, 0)
        hurried = len(encoded) < BF16_FROM
        if word_ids is None:
            return ENGINE.ask(self, encoded, hurried=hurried, whole=True)
        with torch.inference_mode(), torch.autocast("cpu", enabled=False):
            return self.decode(ENGINE.ask(self, encoded, hurried=hurried), word_ids)

    def states(self, encoded: Sequence[Encoded], bf16: bool = False) -> Tensor:
        """`states_at_mask` of one batch without gradients, shape (B, H); for the engine to call."""
        with evaluating(self.model, bf16):
            return self.states_at_mask(self.batch(encoded))

    def decoded(self, states: Tensor) -> Tensor:
        """The logits (B, V) of some texts' states (B, H) without gradients; for the engine to call."""
        with torch.inference_mode(), torch.autocast("cpu", enabled=False):
            return self.decode(states)


@contextmanager
def evaluating(module: nn.Module, bf16: bool = False) -> Iterator[None]:
    """Inference mode, dropout off, and bf16 matrix products if asked for."""
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            yield
    finally:
        module.train(was_training)


def use_bf16(n_texts: int) -> bool:
    """Whether a call with this many texts is answered in bf16: for one sentence the rounding buys no time."""
    return n_texts >= BF16_FROM and has_bf16()


def length_sorted(lengths: Sequence[int], tokens_per_batch: int = TOKENS_PER_BATCH) -> Iterator[list[int]]:
    """Indices in batches of like length, each of at most `tokens_per_batch` tokens once padded."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[index] * (len(batch) + 1) > tokens_per_batch:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@lru_cache(maxsize=1)
def has_bf16() -> bool:
    """Whether the processor multiplies bf16 matrices itself."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def unreadable(source: str, error: ValueError | RuntimeError) -> BackboneError:
    """What `transformers` says in many lines where it does not know an architecture or the weights are of another."""
    reason = str(error).strip().partition("\n")[0]
    why = "its weights do not fit its configuration" if isinstance(error, RuntimeError) else reason
    return BackboneError("unreadable", f"{source} cannot be loaded: {why}", where=source)


@lru_cache(maxsize=4)
@quiet()  # what is missing is said by an error, in one line
def _load(source: str, state: int) -> MaskedLM:
    from safetensors import SafetensorError
    from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoConfig, AutoModelForMaskedLM, AutoTokenizer

    keep_freed_memory()
    folder = Path(source)
    try:
        if folder.is_dir() and not list(folder.glob("*.safetensors")):
            raise BackboneError("no_safetensors", f"{source} has no weights in safetensors format", where=source)
        careful: dict[str, Any] = {"trust_remote_code": False, "local_files_only": folder.is_dir() or not reachable()}
        config = AutoConfig.from_pretrained(source, **careful)
        if type(config) not in MODEL_FOR_MASKED_LM_MAPPING:
            message = f"{source} is a {config.model_type}, which is no masked language model"
            raise BackboneError("not_masked_lm", message, where=source, model_type=config.model_type)
        if config.model_type not in HEADS:
            message = f"the head of {config.model_type} is not known; known are {', '.join(HEADS)}"
            raise BackboneError("unknown_head", message, where=source, model_type=config.model_type)
        tokenizer = AutoTokenizer.from_pretrained(source, **careful)
        kinds: dict[str, Any] = {"dtype": torch.float32, "attn_implementation": "eager", "output_loading_info": True}
        model, report = AutoModelForMaskedLM.from_pretrained(source, use_safetensors=True, **careful, **kinds)
    except BackboneError:  # a ValueError too
        raise
    except (ValueError, RuntimeError) as error:
        raise unreadable(source, error) from error
    except (OSError, SafetensorError) as error:
        raise BackboneError("not_found", f"no masked language model at {source}", where=source) from error
    if missing := sorted(report["missing_keys"]):
        message = f"{source} has no masked-LM head: {', '.join(missing)} would be random"
        raise BackboneError("no_head", message, where=source, missing=missing)
    if set(tokenizer.get_vocab()) <= set(tokenizer.all_special_tokens):  # what is made where there are no files of one
        raise BackboneError("no_vocabulary", f"{source} has no vocabulary: its tokenizer is missing", where=source)
    name = NAME if folder == BUILT_IN else folder.name if folder.is_dir() else source
    return MaskedLM(model.eval(), tokenizer, name, Seen(SEEN_TEXTS))
