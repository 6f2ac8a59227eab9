"""A causal language model in the backbone's place: the slot is whatever word comes next (Brown et al. 2020, section 2).

A masked model reads both sides of [MASK]; a causal one reads what stands before it and predicts the next token. The
same prompts serve both, as long as the sentence comes before the slot; what follows the slot is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .hub import one_load_at_a_time, quiet, reachable, state_of
from .masked_lm import SEEN_TEXTS, BackboneError, Batch, MaskedLM, unreadable
from .prompt.template import Literal, Mask, Part, Sentence, Template, TemplateError
from .seen import Seen
from .tokens import Encoded, piece_ids

POSITIONS = 1024  # tokens read of a model that does not say how many it can


def language_model(source: str | None) -> MaskedLM:
    """The masked language model at `source` (None: the built-in one), or the causal one where that is what is there."""
    try:
        return MaskedLM.load(source)
    except BackboneError as error:
        if error.kind != "not_masked_lm":
            raise
        return CausalLM.load(source)


def fill(lm: MaskedLM, template: Template, texts: Sequence[str]) -> list[Encoded]:
    """The template filled with each text, as this kind of model reads it."""
    return lm.fill(template, texts) if isinstance(lm, CausalLM) else template.encode(texts, lm.tokenizer, lm.max_length)


class CausalLM(MaskedLM):
    """A language model that is asked for the next token, through the interface of the masked one."""

    @classmethod
    def load(cls, source: str | Path | None = None) -> CausalLM:
        """From a folder or the hub, loaded once: safetensors only, no remote code. Raises BackboneError: not_found,
        no_safetensors, unreadable, not_causal_lm, no_head."""
        with one_load_at_a_time:
            return _load(str(source), state_of(str(source)))

    @property
    def max_length(self) -> int:
        return getattr(self.model.config, "max_position_embeddings", None) or POSITIONS

    def fill(self, template: Template, texts: Sequence[str]) -> list[Encoded]:
        """The template filled with each text, up to the slot: `mask_position` is the last token, whose successor is
        asked for. Truncation shortens the sentence, never the template.

        Raises TemplateError: not_before_slot, too_long.
        """
        read = template.parts[: next(at for at, part in enumerate(template.parts) if isinstance(part, Mask))]
        at = next((at for at, part in enumerate(read) if isinstance(part, Sentence)), None)
        if at is None:
            message = "a causal model reads only what stands before [MASK], and {text} does not"
            position = template.source.find("{text}")
            raise TemplateError("not_before_slot", message, where=template.source, position=position)
        # The space before the slot belongs to the token that is asked for.
        before, after = _words(read[:at]), _words(read[at + 1 :]).rstrip()
        # BERT's tokenizer would open with [CLS] and close with [SEP], GPT-2's adds nothing, Llama's opens with <s>.
        added = self.tokenizer("")["input_ids"]
        opening = [token for token in added if token == self.tokenizer.bos_token_id]
        head, tail = (piece_ids(self.tokenizer, [words])[0] if words else [] for words in (before, after))
        room = self.max_length - len(opening) - len(tail)
        if room <= len(head):
            used = self.max_length - room + len(head)
            message = f"the template takes {used} of {self.max_length} tokens and leaves no room for the sentence"
            raise TemplateError(
                "too_long", message, where=template.source, position=0, length=used, limit=self.max_length
            )
        filled = []
        for pieces in piece_ids(self.tokenizer, [before + text.strip() for text in texts]):
            ids = (*opening, *pieces[:room], *tail)
            filled.append(Encoded(ids, (0,) * len(ids), len(ids) - 1, max(0, len(pieces) - room)))
        return filled

    def batch(self, encoded: Sequence[Encoded]) -> Batch:
        """Padded on the right, where no token looks: any id will do, and GPT-2 has none of its own for it."""
        longest = max(len(item.input_ids) for item in encoded)
        ids = torch.tensor([(*item.input_ids, *[0] * (longest - len(item.input_ids))) for item in encoded])  # (B, T)
        attention = torch.tensor([[int(at < len(item.input_ids)) for at in range(longest)] for item in encoded])
        return Batch(ids, torch.zeros_like(ids), attention, torch.tensor([item.mask_position for item in encoded]))

    def states_at_mask(self, batch: Batch) -> Tensor:
        """The last layer at the last token, shape (B, H): the decoder's input, with no transform in between."""
        hidden = self.hidden(batch).last_hidden_state  # (B, T, H)
        return hidden[torch.arange(len(batch.mask_position)), batch.mask_position].float()

    def decode(self, states: Tensor, word_ids: Sequence[int] | None = None) -> Tensor:
        """Logits of the next token over the vocabulary, shape (B, V), or over some words of it, shape (B, n_words)."""
        logits = self.model.get_output_embeddings()(states)
        return logits if word_ids is None else logits[:, word_ids]


def _words(parts: Sequence[Part]) -> str:
    """Parts as plain text; a border, for which a causal model has no token, is the end of a line."""
    return "".join(part.text if isinstance(part, Literal) else "\n" for part in parts)


@lru_cache(maxsize=2)
@quiet()
def _load(source: str, state: int) -> CausalLM:
    from safetensors import SafetensorError
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig, AutoModelForCausalLM, AutoTokenizer

    folder = Path(source)
    if folder.is_dir() and not list(folder.glob("*.safetensors")):
        raise BackboneError("no_safetensors", f"{source} has no weights in safetensors format", where=source)
    careful: dict[str, Any] = {"trust_remote_code": False, "local_files_only": folder.is_dir() or not reachable()}
    try:
        config = AutoConfig.from_pretrained(source, **careful)
        if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
            message = f"{source} is a {config.model_type}, which predicts neither a hidden word nor the next one"
            raise BackboneError("not_causal_lm", message, where=source, model_type=config.model_type)
        tokenizer = AutoTokenizer.from_pretrained(source, **careful)
        kinds: dict[str, Any] = {"use_safetensors": True, "dtype": torch.float32, "output_loading_info": True}
        model, report = AutoModelForCausalLM.from_pretrained(source, **careful, **kinds)
    except BackboneError:  # a ValueError too
        raise
    except (ValueError, RuntimeError) as error:
        raise unreadable(source, error) from error
    except (OSError, SafetensorError) as error:
        raise BackboneError("not_found", f"no language model at {source}", where=source) from error
    if missing := sorted(report["missing_keys"]):
        message = f"{source} is not whole: {', '.join(missing)} would be random"
        raise BackboneError("no_head", message, where=source, missing=missing)
    return CausalLM(model.eval(), tokenizer, folder.name if folder.is_dir() else source, Seen(SEEN_TEXTS))
