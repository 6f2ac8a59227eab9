"""The encoder written out for a reader of one position (Vaswani et al. 2017, section 3.1; Devlin et al. 2019).

    a = LayerNorm(x + softmax(Q K^T / sqrt(d)) V W_o),    x' = LayerNorm(a + W_down gelu(W_up a))

The numbers are those of `transformers`. What is saved: K and V are one matrix product; and in the last layer only
[MASK] asks, so that Q, W_o, W_up and W_down there are computed for one token of each text and not for all of them.
Weights that are to be multiplied in bf16 are rounded and ordered once and not for every batch.

It is compiled to TorchScript: called from Python, torch releases the GIL at every operation, and where sixty people
type waits for it again each time, together several times as long as it computes.
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# The rows of a bf16 matrix are filled up to a multiple of this: for every new number of rows the processor's routine is
# made anew, which takes longer than it runs, and a thousand of them are kept.
ROWS = 64
GELU = {"gelu": "none", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}  # as a model calls it, and as torch does


class Layer(NamedTuple):
    """One layer's weights (out, in) and biases (out,), ready to be multiplied. H: hidden size, F: size of the
    feed-forward layer."""

    query: Tensor  # H -> H
    query_bias: Tensor
    keys_values: Tensor  # H -> 2H
    keys_values_bias: Tensor
    out: Tensor  # H -> H
    out_bias: Tensor
    attended: Tensor  # LayerNorm, (H,)
    attended_bias: Tensor
    up: Tensor  # H -> F
    up_bias: Tensor
    down: Tensor  # F -> H
    down_bias: Tensor
    fed: Tensor  # LayerNorm, (H,)
    fed_bias: Tensor
    eps: float  # of both LayerNorms


def encoded_at_mask(
    model: "PreTrainedModel", layers: list[Layer], inputs: dict[str, Tensor], mask_position: Tensor
) -> Tensor:
    """What the last layer says at `mask_position` (B,), shape (B, H), without dropout. `inputs` are those of the model:
    input_ids (B, T), attention_mask (B, T), and token_type_ids (B, T) where it has them."""
    inputs = dict(inputs)
    kept = inputs.pop("attention_mask").bool()  # (B, T)
    embedded = model.base_model.embeddings(**inputs)  # (B, T, H)
    gelu = GELU[_activation(model)]
    return _script()(embedded, kept, mask_position, layers, model.config.num_attention_heads, gelu, ROWS)


def encoder(
    embedded: Tensor, kept: Tensor, mask_position: Tensor, layers: list[Layer], heads: int, gelu: str, multiple: int
) -> Tensor:
    """embedded (B, T, H), kept (B, T), mask_position (B,) -> (B, H)."""
    n, t, _ = embedded.shape
    padding = None if bool(kept.all()) else kept[:, None, None, :]  # (B, 1, 1, T)
    x = rows(embedded, layers[0], multiple)
    for layer in layers[:-1]:
        q = by_head(linear(x, layer.query, layer.query_bias), n, t, heads, 1)[0]
        k, v = by_head(linear(x, layer.keys_values, layer.keys_values_bias), n, t, heads, 2)
        x = attended_and_fed(layer, x, q, k, v, padding, gelu, multiple)
    last = layers[-1]
    k, v = by_head(linear(x, last.keys_values, last.keys_values_bias), n, t, heads, 2)
    x = rows(x[torch.arange(n) * t + mask_position][:, None], last, multiple)  # of each text its [MASK]
    q = by_head(linear(x, last.query, last.query_bias), n, 1, heads, 1)[0]
    return attended_and_fed(last, x, q, k, v, padding, gelu, multiple)[:n]


def attended_and_fed(
    layer: Layer, x: Tensor, q: Tensor, k: Tensor, v: Tensor, padding: Tensor | None, gelu: str, multiple: int
) -> Tensor:
    """x (R, H), q (B, heads, t, d), k and v (B, heads, T, d) -> (R, H)."""
    attention = F.scaled_dot_product_attention(q, k, v, padding)  # (B, heads, t, d)
    x = x + linear(rows(attention.transpose(1, 2).flatten(2), layer, multiple), layer.out, layer.out_bias)
    x = F.layer_norm(x, layer.attended.shape, layer.attended, layer.attended_bias, layer.eps)
    x = x + linear(linear(x, layer.up, layer.up_bias, gelu), layer.down, layer.down_bias)
    return F.layer_norm(x, layer.fed.shape, layer.fed, layer.fed_bias, layer.eps)


def linear(x: Tensor, weight: Tensor, bias: Tensor, gelu: str = "") -> Tensor:
    """With `gelu`, as F.gelu calls it, or without."""
    if weight.is_mkldnn:
        activation = "gelu" if gelu else "none"
        return torch.ops.mkldnn._linear_pointwise(x.to(weight.dtype), weight, bias, activation, [], gelu)
    y = F.linear(x.to(weight.dtype), weight, bias)
    return F.gelu(y, approximate=gelu) if gelu else y


def rows(y: Tensor, layer: Layer, multiple: int) -> Tensor:
    """(B, t, n) -> (R, n), R >= B t."""
    y = y.flatten(0, 1)
    return F.pad(y, [0, 0, 0, -y.shape[0] % multiple]) if layer.query.dtype == torch.bfloat16 else y


def by_head(y: Tensor, n: int, t: int, heads: int, parts: int) -> list[Tensor]:
    """(R, parts H) -> parts times (B, heads, t, d), d = H / heads."""
    return list(y[: n * t].view(n, t, parts, heads, -1).permute(2, 0, 3, 1, 4).unbind(0))


@lru_cache(maxsize=1)
def _script() -> Callable[..., Tensor]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what is to replace it needs a C++ compiler at hand
        return torch.jit.script(encoder)


def layers_of(model: "PreTrainedModel", dtype: torch.dtype) -> list[Layer] | None:
    """The layers with their matrices in `dtype`; None where a layer is not made of plain linear maps, as under LoRA, or
    has another activation: then only the model itself knows what it computes."""
    layers = _distilbert(model) if model.config.model_type == "distilbert" else _bert(model)
    if _activation(model) not in GELU or any(type(linear) is not nn.Linear for layer in layers for linear in layer[:6]):
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
) -> Layer:
    def ready(*linears: nn.Linear) -> tuple[Tensor, Tensor]:
        weights = [linear.weight.detach().to(dtype) for linear in linears]
        biases = [linear.bias.detach().to(dtype) for linear in linears]
        weight, bias = (torch.cat(weights), torch.cat(biases)) if len(linears) > 1 else (weights[0], biases[0])
        return (packed(weight) if dtype == torch.bfloat16 else weight), bias

    def norm(one: nn.LayerNorm) -> tuple[Tensor, Tensor]:
        return one.weight.detach(), one.bias.detach()

    attention = (*ready(query), *ready(key, value), *ready(out), *norm(attended))
    return Layer(*attention, *ready(up), *ready(down), *norm(fed), fed.eps)


def packed(weight: Tensor) -> Tensor:
    """A bf16 matrix in the order in which the processor reads it, where it multiplies bf16: or else it is put into that
    order for every product. `torch.compile` writes the same operations, but needs a C++ compiler at hand."""
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return weight
    return torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)


def _activation(model: "PreTrainedModel") -> str:
    return model.config.activation if model.config.model_type == "distilbert" else model.config.hidden_act


def _bert(model: "PreTrainedModel") -> list[tuple[Any, ...]]:
    """The parts of each layer of BERT and RoBERTa, in the order that `_layer` takes them."""
    return [
        (
            *(layer.attention.self.query, layer.attention.self.key, layer.attention.self.value),
            *(layer.attention.output.dense, layer.intermediate.dense, layer.output.dense),
            *(layer.attention.output.LayerNorm, layer.output.LayerNorm),
        )
        for layer in model.base_model.encoder.layer
    ]


def _distilbert(model: "PreTrainedModel") -> list[tuple[Any, ...]]:
    """The same of DistilBERT."""
    return [
        (
            *(layer.attention.q_lin, layer.attention.k_lin, layer.attention.v_lin),
            *(layer.attention.out_lin, layer.ffn.lin1, layer.ffn.lin2),
            *(layer.sa_layer_norm, layer.output_layer_norm),
        )
        for layer in model.base_model.transformer.layer
    ]
