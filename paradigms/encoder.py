"""The encoder written out for a reader of one position (Vaswani et al. 2017, section 3.1; Devlin et al. 2019).

    a = LayerNorm(x + softmax(Q K^T / sqrt(d)) V W_o),    x' = LayerNorm(a + W_down gelu(W_up a))

The numbers are those of `transformers`. What is saved: Q, K and V are one matrix product; and in the last layer only
[MASK] asks, so that Q, W_o, W_up and W_down there are computed for one token of each text and not for all of them.
Weights that are to be multiplied in bf16 can be rounded once and not for every batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Weights = tuple[Tensor, Tensor]  # (out, in), (out,)
# The rows of a bf16 matrix are filled up to a multiple of this: for every new number of rows the processor's routine is
# made anew, which takes longer than it runs, and a thousand of them are kept.
ROWS = 64


@dataclass(frozen=True)
class Layer:
    """One layer's weights, ready to be multiplied. H: hidden size, F: size of the feed-forward layer."""

    qkv: Weights  # H -> 3H: queries, keys, values
    out: Weights  # H -> H
    attended: nn.LayerNorm
    up: Weights  # H -> F
    activation: Callable[[Tensor], Tensor]
    down: Weights  # F -> H
    fed: nn.LayerNorm


def encoded_at_mask(
    model: PreTrainedModel, layers: Sequence[Layer], inputs: dict[str, Tensor], mask_position: Tensor
) -> Tensor:
    """What the last layer says at `mask_position` (B,), shape (B, H), without dropout. `inputs` are those of the model:
    input_ids (B, T), attention_mask (B, T), and token_type_ids (B, T) where it has them."""
    inputs = dict(inputs)
    kept = inputs.pop("attention_mask").bool()  # (B, T)
    embedded = model.base_model.embeddings(**inputs)  # (B, T, H)
    size, heads = embedded.shape[2], model.config.num_attention_heads
    padding = None if kept.all() else kept[:, None, None, :]  # (B, 1, 1, T)
    multiple = ROWS if layers[0].out[0].dtype == torch.bfloat16 else 1

    def rows(y: Tensor) -> Tensor:  # (B, t, n) -> (R, n), R >= B t
        y = y.flatten(0, 1)
        return F.pad(y, (0, 0, 0, -len(y) % multiple))

    def by_head(y: Tensor, t: int) -> Tensor:  # (R, n H) -> (n, B, heads, t, H / heads)
        texts = y[: len(kept) * t].unflatten(0, (len(kept), t))
        return texts.unflatten(2, (-1, heads, size // heads)).permute(2, 0, 3, 1, 4)

    def run(layer: Layer, x: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tensor:  # x (R, H) -> (R, H)
        attention = F.scaled_dot_product_attention(q, k, v, padding)  # (B, heads, t, H / heads)
        x = layer.attended(x + F.linear(rows(attention.transpose(1, 2).flatten(2)), *layer.out))
        return layer.fed(x + F.linear(layer.activation(F.linear(x, *layer.up)), *layer.down))

    x, t = rows(embedded), kept.shape[1]
    for layer in layers[:-1]:
        x = run(layer, x, *by_head(F.linear(x, *layer.qkv), t))
    weight, bias = layers[-1].qkv
    k, v = by_head(F.linear(x, weight[size:], bias[size:]), t)
    asks = rows(x[torch.arange(len(kept)) * t + mask_position][:, None])  # of each text's [MASK]
    (q,) = by_head(F.linear(asks, weight[:size], bias[:size]), 1)
    return run(layers[-1], asks, q, k, v)[: len(kept)]


def layers_of(model: PreTrainedModel, dtype: torch.dtype) -> list[Layer] | None:
    """The layers with their matrices in `dtype`; None where a layer is not made of plain linear maps, as under LoRA:
    then only the model itself knows what it computes."""
    layers = _distilbert(model) if model.config.model_type == "distilbert" else _bert(model)
    if any(type(linear) is not nn.Linear for layer in layers for linear in layer[:6]):
        return None
    return [_layer(dtype, *layer) for layer in layers]


# For weights that stay as they are.
kept_layers_of = lru_cache(maxsize=8)(layers_of)


def _layer(
    dtype: torch.dtype,
    query: nn.Linear,
    key: nn.Linear,
    value: nn.Linear,
    out: nn.Linear,
    up: nn.Linear,
    down: nn.Linear,
    attended: nn.LayerNorm,
    fed: nn.LayerNorm,
    activation: Callable[[Tensor], Tensor],
) -> Layer:
    def ready(*linears: nn.Linear) -> Weights:
        weights = [linear.weight.detach().to(dtype) for linear in linears]
        biases = [linear.bias.detach().to(dtype) for linear in linears]
        return (torch.cat(weights), torch.cat(biases)) if len(linears) > 1 else (weights[0], biases[0])

    return Layer(ready(query, key, value), ready(out), attended, ready(up), activation, ready(down), fed)


def _bert(model: PreTrainedModel) -> list[tuple[Any, ...]]:
    """The parts of each layer of BERT and RoBERTa, in the order that `_layer` takes them."""
    return [
        (
            *(layer.attention.self.query, layer.attention.self.key, layer.attention.self.value),
            *(layer.attention.output.dense, layer.intermediate.dense, layer.output.dense),
            *(layer.attention.output.LayerNorm, layer.output.LayerNorm, layer.intermediate.intermediate_act_fn),
        )
        for layer in model.base_model.encoder.layer
    ]


def _distilbert(model: PreTrainedModel) -> list[tuple[Any, ...]]:
    """The same of DistilBERT."""
    return [
        (
            *(layer.attention.q_lin, layer.attention.k_lin, layer.attention.v_lin),
            *(layer.attention.out_lin, layer.ffn.lin1, layer.ffn.lin2),
            *(layer.sa_layer_norm, layer.output_layer_norm, layer.ffn.activation),
        )
        for layer in model.base_model.transformer.layer
    ]
