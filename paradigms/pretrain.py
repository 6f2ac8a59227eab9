"""Masked-LM pre-training: how the built-in backbone was made (Devlin et al. 2019, section 3.1).

15% of the words are chosen, anew each time a sentence is seen; of the chosen ones 80% are replaced by [MASK], 10% by a
random word, 10% are left as they are; the model says what stood there. Words are chosen whole, all their pieces
together. Nobody labels anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .bf16_twin import Bf16Twin
from .corpus import Corpus, Input
from .masked_lm import HEADS, Batch, MaskedLM, evaluating, has_bf16
from .pretrain_batches import alike, batches_of, first_of, padded
from .pretrain_checkpoint import Checkpoint, Position
from .self_distillation import SelfDistillation

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CHOSEN, MASKED, RANDOM = 0.15, 0.8, 0.1  # of the words; of the chosen; of the chosen
HELD_OUT_TOKENS = 40_000  # of the held-out text, for one point of the curve
ASKING = 0.1  # share of a training by minutes that the points may take: forty take minutes on a slow processor
KEPT = -100  # cross-entropy's "no target here"
# Compiling the loss takes half a minute. It pays from so many tokens or minutes on, over so many words.
COMPILED_TOKENS, COMPILED_MINUTES, COMPILED_VOCABULARY = 1_000_000, 5, 10_000

CrossEntropy = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Recipe:
    """How long and how fast; exactly one of `minutes` and `tokens` is given, and the rate falls to 0 at that end."""

    minutes: float | None = None  # of training, earlier runs that this one resumes included
    tokens: int | None = None
    tokens_per_batch: int = 8192
    longest: int = 126  # word pieces of one input, fewer where the model has no room for them
    lr: float = 5e-4
    warmup: float = 0.03  # share of the training
    weight_decay: float = 0.01
    seed: int = 0
    self_distillation: bool = False  # a second batch a step, of `self_distillation.py`

    def done(self, tokens: int, seconds: float) -> float:
        """The share of the training that is over, 0 to 1."""
        return min(1.0, tokens / self.tokens if self.tokens else seconds / (60 * (self.minutes or 0)))

    def compiled(self, vocabulary: int) -> bool:
        """Whether compiling the loss over so many words pays."""
        long = (self.tokens or 0) >= COMPILED_TOKENS or (self.minutes or 0) >= COMPILED_MINUTES
        return long and vocabulary >= COMPILED_VOCABULARY

    def rate(self, done: float) -> float:
        """The learning rate after that share."""
        return self.lr * min(done / self.warmup if self.warmup else 1.0, (1 - done) / (1 - self.warmup), 1.0)


@dataclass(frozen=True)
class PretrainStep:
    """One batch. `held_out` is measured now and then, None in between."""

    step: int
    tokens: int  # read so far, padding not counted
    seconds: float
    done: float  # share of the training, 0 to 1
    lr: float
    loss: float | None  # of this batch's chosen words, in nats; None after the last batch
    held_out: float | None  # mean loss of the chosen words of held-out text, in nats


def pretrain(
    lm: MaskedLM,
    train: Corpus,
    held_out: Corpus,
    recipe: Recipe,
    *,
    points: int = 40,
    checkpoint: Checkpoint | None = None,
) -> Iterator[PretrainStep]:
    """Train `lm`'s own weights on `train`, one batch at a time; go on from `checkpoint` where it has something.

    Held-out text is asked before the first batch, after the last one, and `points - 1` times in between (fewer where
    that would take more than a tenth of a training by minutes). On a GPU, and on a processor that multiplies bf16, a
    twin in bf16 reads and the weights that are stepped are fp32.
    """
    device = next(lm.model.parameters()).device
    optimizer = adamw(lm.model, recipe)
    masking = Masking.of(lm.tokenizer, device)
    longest = min(recipe.longest, lm.max_length - 3)  # with the special tokens
    some = first_of(held_out.inputs(longest, seed=0, pairs=False), HELD_OUT_TOKENS)
    asked = [padded(lm, rows, device) for rows in alike(some, recipe.tokens_per_batch)]
    sized = longest, recipe.tokens_per_batch, recipe.seed
    teacher = None
    if recipe.self_distillation:  # before the checkpoint is restored: a resumed training has the same teacher
        teacher = SelfDistillation(lm, train, recipe.tokens_per_batch, recipe.seed, bf16=_has_bf16(device))
    at = checkpoint.restore(lm.model, optimizer) if checkpoint else Position()
    twin = Bf16Twin(lm) if _has_bf16(device) else None
    reader = twin.lm if twin else lm
    random = torch.Generator(device)
    batches: Iterator[list[Input]] = islice(batches_of(train, *sized, at.epoch), at.drawn, None)
    lessons = teacher.batches(at.step) if teacher else None
    cross_entropy = fused_cross_entropy() if recipe.compiled(lm.vocabulary_size) else plain_cross_entropy
    start = time.perf_counter() - at.seconds
    asking = 0.0  # seconds
    while (done := recipe.done(at.tokens, time.perf_counter() - start)) < 1:
        if (inputs := next(batches, None)) is None:
            at = replace(at, epoch=at.epoch + 1, drawn=0)
            batches = batches_of(train, *sized, at.epoch)
            continue
        found = None
        reached = at.points
        begun = time.perf_counter()
        if int(points * done) >= reached and (recipe.tokens or asking <= ASKING * (begun - start)):
            reached, found = int(points * done) + 1, held_out_loss(lm, asked, masking)
            asking += time.perf_counter() - begun
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(done)
        random.manual_seed(
            recipe.seed + 1_000_003 * at.step
        )  # by step, so that a resumed training masks the same words
        loss, _ = masked_lm_loss(reader, padded(lm, inputs, device), masking, random, cross_entropy)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        n_tokens = sum(len(one.ids) for one in inputs)
        if teacher and lessons:
            taught = next(lessons)
            teacher.loss(reader, taught).backward()
            n_tokens += int(taught.batch.attention_mask.sum())
        if twin:
            twin.hand_over_gradients()
        nn.utils.clip_grad_norm_(lm.model.parameters(), 1.0)
        optimizer.step()
        if twin:
            twin.follow()
        seconds = time.perf_counter() - start
        at = Position(at.step + 1, at.tokens + n_tokens, at.epoch, at.drawn + 1, seconds, reached)
        if checkpoint:
            checkpoint.save(lm.model, optimizer, at, only_when_due=True)
        yield PretrainStep(at.step, at.tokens, at.seconds, done, recipe.rate(done), loss.item(), found)
    if checkpoint:
        checkpoint.save(lm.model, optimizer, at)
    yield PretrainStep(at.step, at.tokens, at.seconds, 1.0, 0.0, None, held_out_loss(lm, asked, masking))


def adamw(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW as BERT and its followers use it: the second moment forgets sooner, matrices alone decay."""
    weights = list(model.parameters())
    return torch.optim.AdamW(
        [
            {"params": [w for w in weights if w.ndim > 1], "weight_decay": recipe.weight_decay},
            {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=recipe.lr,
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )


@dataclass(frozen=True)
class Masking:
    """Which words are asked for. V: vocabulary size."""

    mask_id: int
    special: Tensor  # (V,) bool
    continues: Tensor  # (V,) bool: WordPiece's ##, which belongs to the word before it

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, device: torch.device) -> Masking:
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
        return cls(
            tokenizer.mask_token_id,
            torch.tensor([i in special for i in range(len(pieces))], device=device),
            torch.tensor([piece.startswith("##") for piece in pieces], device=device),
        )

    def __call__(self, ids: Tensor, certain: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """(what the model reads, what it should say): both (B, T), the second KEPT where nothing is asked. `certain`,
        (B,), is a position whose word is always chosen; that of [CLS], which never is, asks for none."""
        draws = torch.rand((2, *ids.shape), device=ids.device, generator=random)  # the choice, and the 80/10/10
        at = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
        start = torch.where(self.continues[ids], 0, at).cummax(dim=1).values  # (B, T) where each piece's word begins
        draws[0].scatter_(1, start.gather(1, certain[:, None]), 0.0)
        choice, fate = (draw.gather(1, start) for draw in draws)  # all pieces of a word share its draws
        chosen = (choice < CHOSEN) & ~self.special[ids]
        anything = torch.randint(len(self.special), ids.shape, device=ids.device, generator=random)
        read = torch.where(chosen & (fate < MASKED), self.mask_id, ids)
        read = torch.where(chosen & (fate >= 1 - RANDOM), anything, read)
        return read, torch.where(chosen, ids, KEPT)


def plain_cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Mean over n of logits (n, V) and wanted (n,), in nats."""
    return nn.functional.cross_entropy(logits.float(), wanted)


def fused_cross_entropy() -> CrossEntropy:
    """The same, compiled: one pass over n x V instead of five, a quarter of a step on a processor. Compiling takes half
    a minute and a C++ compiler; where there is none, the plain one."""
    fused = torch.compile(plain_cross_entropy, dynamic=True)
    try:
        fused(torch.zeros(2, 3, dtype=torch.bfloat16, requires_grad=True), torch.tensor([0, 1]))
    except RuntimeError:
        return plain_cross_entropy
    return fused


def masked_lm_loss(
    lm: MaskedLM,
    batch: Batch,
    masking: Masking,
    random: torch.Generator,
    cross_entropy: CrossEntropy = plain_cross_entropy,
) -> tuple[Tensor, int]:
    """(mean cross-entropy of the chosen words in nats, how many there are). The head runs at those only, n of B x T."""
    read, wanted = masking(batch.input_ids, batch.mask_position, random)
    asked = wanted != KEPT
    device = batch.input_ids.device
    mixed = lm.model.dtype == torch.float32 and _has_bf16(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        hidden = lm.hidden(replace(batch, input_ids=read)).last_hidden_state  # (B, T, H)
        states = HEADS[lm.model.config.model_type](lm.model)(hidden[asked])  # (n, H)
        logits = lm.model.get_output_embeddings()(states)  # (n, V)
    return cross_entropy(logits, wanted[asked]), len(states)


def _has_bf16(device: torch.device) -> bool:
    return device.type == "cuda" or has_bf16()


def held_out_loss(lm: MaskedLM, batches: Sequence[Batch], masking: Masking) -> float:
    """Mean loss of the chosen words of `batches`, in nats; the same words are chosen every time."""
    random = torch.Generator(masking.special.device).manual_seed(0)
    total = n = 0.0
    with evaluating(lm.model):
        for batch in batches:
            loss, count = masked_lm_loss(lm, batch, masking, random)
            total, n = total + loss.item() * count, n + count
    return total / n
