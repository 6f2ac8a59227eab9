"""P-tuning v2 (Liu et al. 2022): trained vectors in every layer, which all tokens attend to (section 3.2; as Li & Liang
2021, section 4).

    layer l: attention(Q, [P_K(l); K], [P_V(l); V]),   P of shape (L, 2, n, H)

The vectors have no positions, and the words keep theirs: to each layer they are keys and values that are simply there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import checked
from ..masked_lm import BackboneError, Batch, MaskedLM
from ..tokens import Encoded
from ..training import seeded
from .soft import PseudoToken, frozen, initial_ids
from .soft_classifier import SoftPrompt
from .template import BARE_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer
from .what_is_trained import fingerprint, require_same

HEADS_OF_V2 = ("words", "linear")
ARCHITECTURES = {"bert", "roberta", "xlm-roberta", "camembert"}  # those whose layers take keys and values from outside


class Prefix(nn.Module):
    """Keys and values of n pseudo-tokens in each of L layers: (L, 2, n, H)."""

    def __init__(self, start: Tensor):
        super().__init__()
        self.vectors = nn.Parameter(start.clone())


@dataclass(frozen=True)
class Before:
    """What `transformers` takes for keys and values of earlier tokens; of length 0, so that no word is moved."""

    vectors: Tensor  # (L, 2, n, H)

    def get_seq_length(self) -> int:
        return 0

    def update(self, key: Tensor, value: Tensor, layer: int, **kwargs: object) -> tuple[Tensor, Tensor]:
        """(B, heads, T, H / heads) -> (B, heads, n + T, H / heads), both."""
        batch, heads, _, width = key.shape
        before = self.vectors[layer].unflatten(-1, (heads, width)).transpose(1, 2)  # (2, heads, n, width)
        before = before[:, None].expand(-1, batch, -1, -1, -1).to(key.dtype)
        return torch.cat([before[0], key], dim=2), torch.cat([before[1], value], dim=2)


class Recorder:
    """Listens where `Before` speaks: the keys and values that real words have in each layer."""

    def __init__(self):
        self.layers: list[Tensor] = []

    def get_seq_length(self) -> int:
        return 0

    def update(self, key: Tensor, value: Tensor, layer: int, **kwargs: object) -> tuple[Tensor, Tensor]:
        self.layers.append(torch.stack([key[0], value[0]]).transpose(1, 2).flatten(2))  # (2, T, H)
        return key, value


@dataclass(frozen=True, kw_only=True)
class PrefixedLM(MaskedLM):
    """A masked language model whose layers also attend to a prefix."""

    prefix: Prefix

    def hidden(self, batch: Batch, *, attentions: bool = False):
        seen = nn.functional.pad(batch.attention_mask, (self.prefix.vectors.shape[2], 0), value=1)  # (B, n + T)
        closed = torch.zeros(seen.shape).masked_fill(seen == 0, torch.finfo(torch.float32).min)
        inputs = self._inputs(batch) | {
            "attention_mask": closed[:, None, None].expand(-1, 1, batch.input_ids.shape[1], -1),  # (B, 1, T, n + T)
            "cache": Before(self.prefix.vectors),
        }
        return self.model.base_model(**inputs, output_attentions=attentions)

    def _layers(self) -> None:
        """They cannot be run by themselves: the prefix comes in between."""


class PTuningV2(SoftPrompt):
    """A frozen masked language model with a trained prefix in every layer.

    length: vectors per layer, for keys and for values.
    init: "words" starts from the keys and values of real words, label words first (Li & Liang 2021, section 7.4),
        "normal" from small random numbers.
    head: "words" answers with the label words at [MASK], "linear" with a new layer on [CLS], as the paper does.
    """

    def __init__(
        self,
        template: Template | str = BARE_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        length: int = 10,
        init: str = "words",
        head: str = "words",
        steps: int = 60,
        batch_size: int = 16,
        lr: float = 0.03,
        seed: int = 0,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.length = length
        self.init = init
        self.head = head
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def pseudo_tokens(self, top_k: int = 5) -> tuple[PseudoToken, ...]:
        """One entry per layer, [L1] to [LL], with its drift as a share of where it began. No nearest words: keys and
        values inside the layers are no word embeddings."""
        self._require_fitted()
        moved = (self.prompt_.vectors.detach() - self.start_).flatten(1).norm(dim=1)  # (L,)
        drift = (moved / self.start_.flatten(1).norm(dim=1)).tolist()
        return tuple(PseudoToken(f"[L{layer}]", "", (), (), share) for layer, share in enumerate(drift, 1))

    def _build(self, start: Tensor | None = None) -> None:
        checked(self.head, "head", HEADS_OF_V2)
        checked(self.init, "init", ("words", "normal"))
        lm = frozen(MaskedLM.load(self.backbone))
        if lm.model.config.model_type not in ARCHITECTURES:
            message = f"{lm.name} is a {lm.model.config.model_type}, whose layers take no prefix"
            raise BackboneError("no_prefix", message, where=lm.name, model_type=lm.model.config.model_type)
        random = torch.Generator().manual_seed(int(self.seed))
        self.start_ = self._start(lm, random) if start is None else start
        self.prompt_ = Prefix(self.start_)
        self.lm_ = PrefixedLM(lm.model, lm.tokenizer, lm.name, lm.seen, prefix=self.prompt_)
        with seeded(self.seed):
            self.head_ = nn.Linear(lm.hidden_size, len(self.classes_)) if self.head == "linear" else nn.Module()
        for weight in self.head_.parameters():
            nn.init.normal_(weight, std=0.02, generator=random)

    def _start(self, lm: MaskedLM, random: torch.Generator) -> Tensor:
        """(L, 2, n, H)"""
        if self.init == "normal":
            layers = lm.model.config.num_hidden_layers
            return 0.02 * torch.randn(layers, 2, self.length, lm.hidden_size, generator=random)
        ids = initial_ids(lm, [None] * self.length, self._label_words(lm)[1], random)
        recorder = Recorder()
        with torch.no_grad():
            lm.model.base_model(input_ids=ids[None], cache=recorder)
        return torch.stack(recorder.layers)

    def _trained(self) -> nn.Module:
        return nn.ModuleList([self.lm_.model, self.prompt_, self.head_])

    def _finish(self) -> None:
        """Nothing is dropped: every vector is read at every answer."""

    def _logits(self, encoded: Sequence[Encoded]) -> Tensor:
        if self.head == "words":
            return super()._logits(encoded)
        cls = self.lm_.hidden(self.lm_.batch(encoded)).last_hidden_state[:, 0]  # (B, T, H) -> (B, H)
        return self.head_(cls).float()

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        return Template.of(self.template).encode(texts, self.lm_.tokenizer, self.lm_.max_length)

    def _state(self):
        head = {f"head.{name}": weight.numpy() for name, weight in self.head_.state_dict().items()}
        prompt = {"start": self.start_.numpy(), "prompt": self.prompt_.vectors.detach().numpy()}
        return prompt | head, {"backbone": fingerprint(MaskedLM.load(self.backbone))}

    def _restore(self, arrays, extra):
        require_same(MaskedLM.load(self.backbone), extra["backbone"])
        self._build(torch.from_numpy(arrays["start"]))
        self.prompt_.vectors.data = torch.from_numpy(arrays["prompt"])
        head = {
            name.removeprefix("head."): torch.from_numpy(a) for name, a in arrays.items() if name.startswith("head.")
        }
        self.head_.load_state_dict(head)
