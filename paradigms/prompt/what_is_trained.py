"""What a training may change in a masked language model: the switch, and what it comes to in numbers.

all       every parameter: prompt-oriented fine-tuning (Gao et al. 2021, section 4, "prompt-based")
head      the masked-LM head: its transform and the decoder's bias; the decoder's matrix is the embedding table
bias      the bias terms (BitFit, Ben Zaken et al. 2022, section 3)
lora      a low-rank update beside the query and value matrices: W + (alpha / r) B A, of which only A and B are
          trained (LoRA, Hu, Shen et al. 2022, equation 3), put there by PEFT
nothing   zero-shot
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import torch

from ..base import SavedModelError
from ..errors import checked
from ..training import seeded

if TYPE_CHECKING:
    from torch import Tensor

    from ..masked_lm import MaskedLM

TRAIN = ("all", "head", "bias", "lora", "nothing")
LORA_RANK, LORA_ALPHA = 8, 16
# The query and value projections, as BERT and RoBERTa call them and as DistilBERT does (LoRA, section 7.1).
LORA_MATRICES = ["query", "value", "q_lin", "v_lin"]


@dataclass(frozen=True)
class Count:
    """How many numbers a part has, and how many of them training may change."""

    total: int
    trained: int


def count(weights: Iterable[Tensor]) -> Count:
    """Counted from the weights themselves, one that is shared only once."""
    own = list({id(weight): weight for weight in weights}.values())
    return Count(sum(w.numel() for w in own), sum(w.numel() for w in own if w.requires_grad))


def choose_trained(lm: MaskedLM, train: str, seed: int = 0) -> None:
    """Let gradients through to what `train` names, and to nothing else. For "lora" the matrices are put in place
    first, A at random from `seed`, B at zero: the model still answers as before."""
    checked(train, "train", TRAIN)
    lm.model.requires_grad_(train == "all")
    if train == "head":
        for weight in head_weights(lm):
            weight.requires_grad_(True)
    elif train == "bias":
        for name, weight in lm.model.named_parameters():
            weight.requires_grad_(name.endswith("bias"))
    elif train == "lora":
        add_lora(lm, seed)


def add_lora(lm: MaskedLM, seed: int) -> None:
    """PEFT's low-rank matrices in the model itself, which stays what it is otherwise; they alone have gradients."""
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(r=LORA_RANK, lora_alpha=LORA_ALPHA, target_modules=LORA_MATRICES)
    with seeded(seed):
        inject_adapter_in_model(config, lm.model)
    lm.model.eval()


def head_weights(lm: MaskedLM) -> list[Tensor]:
    """What the model has above its encoder: the masked-LM head without the tied embedding table."""
    encoder = {id(weight) for weight in lm.model.base_model.parameters()}
    return [weight for weight in lm.model.parameters() if id(weight) not in encoder]


def counts(lm: MaskedLM) -> dict[str, Count]:
    """The parts of a masked language model, as `choose_trained` left them: "model", its embeddings and layers; "head",
    the masked-LM head; and "lora", the low-rank matrices, where there are any."""
    named = dict(lm.model.base_model.named_parameters())
    lora = [weight for name, weight in named.items() if is_lora(name)]
    parts = {
        "model": count(weight for name, weight in named.items() if not is_lora(name)),
        "head": count(head_weights(lm)),
    }
    return parts | ({"lora": count(lora)} if lora else {})


def is_lora(name: str) -> bool:
    """Whether a weight is one of PEFT's low-rank matrices."""
    return ".lora_" in name


# Saving: not the trained weights but how far they have moved. In fp16 a weight of 0.1 is known to 0.00006, which a few
# steps of training are lost in; a difference of that size is known to 0.0000001, as well as fp32 knows the weight.


def learned(lm: MaskedLM, backbone: MaskedLM) -> dict[str, np.ndarray]:
    """What training has changed: of each trained weight its difference to the backbone's in fp16; a LoRA matrix, which
    the backbone does not have, as it is."""
    before = dict(backbone.model.named_parameters())
    trained = {name: weight for name, weight in lm.model.named_parameters() if weight.requires_grad}
    with torch.no_grad():
        return {
            name: (weight - before[name]).half().numpy() if name in before else weight.detach().numpy()
            for name, weight in trained.items()
        }


def relearn(lm: MaskedLM, changes: Mapping[str, np.ndarray]) -> None:
    """The inverse of `learned`, on a copy of the backbone after `choose_trained`."""
    weights = dict(lm.model.named_parameters())
    with torch.no_grad():
        for name, change in changes.items():
            if is_lora(name):
                weights[name].copy_(torch.from_numpy(change))
            else:
                weights[name].add_(torch.from_numpy(change).float())


def fingerprint(lm: MaskedLM) -> int:
    """The CRC-32 of the embedding table: what was learned from one backbone is worth nothing to another."""
    return crc32(lm.model.get_input_embeddings().weight.detach().numpy().tobytes())


def require_same(lm: MaskedLM, saved: int) -> None:
    """Raises SavedModelError("other_backbone") where what was saved was learned from another backbone than `lm`."""
    if saved != fingerprint(lm):
        raise SavedModelError("other_backbone", f"it was trained from another backbone than {lm.name}", where=lm.name)
