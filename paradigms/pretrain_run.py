"""`python -m paradigms pretrain`: a pre-training from text files to a backbone, its curve and its card."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .corpus import documents_of, split_corpus
from .data import load
from .errors import ParadigmError
from .hub import quiet
from .masked_lm import MaskedLM, has_bf16
from .pretrain import CHOSEN, Recipe, pretrain
from .pretrain_checkpoint import Checkpoint
from .prompt.template import DEFAULT_TEMPLATE, Template
from .prompt.verbalizer import DEFAULT_VERBALIZER, Verbalizer, VerbalizerError

CPU_TOKENS_PER_BATCH, GPU_TOKENS_PER_BATCH = 8192, 32_768
TAUGHT = """

Every second batch is one of self-distillation: what the document of a sentence, read by the model as it was at first,
makes it expect at [MASK] is what it learns to expect from the sentence alone."""


@dataclass(frozen=True)
class Point:
    """One point of the curve in `curve.json`."""

    tokens: int
    minutes: float
    train_loss: float  # mean over the batches since the last point, in nats
    held_out_loss: float
    zero_shot: float | None  # accuracy of the default prompt on the built-in dev reviews, no labelled example; None
    # where the vocabulary lacks its label words
    lr: float


def recipe_for(
    minutes: float | None, tokens: int | None, lr: float, seed: int, self_distillation: bool = False
) -> Recipe:
    """A recipe for this machine: a GPU wants larger batches. Ten minutes where neither length is given.

    A step of self-distillation reads two batches, each half as large.
    """
    batch = GPU_TOKENS_PER_BATCH if torch.cuda.is_available() else CPU_TOKENS_PER_BATCH
    return Recipe(
        minutes or (None if tokens else 10),
        tokens,
        tokens_per_batch=batch // 2 if self_distillation else batch,
        lr=lr,
        seed=seed,
        self_distillation=self_distillation,
    )


def run(
    init: str,
    files: Sequence[str],
    out: Path,
    recipe: Recipe,
    *,
    resume: bool,
    keep: int,
    say: Callable[[str], None],
) -> list[Point]:
    """Train, and write into `out`: `model.safetensors` (fp16), tokenizer, `curve.json`, `README.md`.

    With `resume` it goes on from `out`'s checkpoint, if there is one; without, an `out` that has one is refused. With
    `keep` the model as it is after each of so many equal parts of the training is written into the folders 1, 2, ... of
    `out`: while the rate is high the mean of the last of them is better than any (`weight_average.py`).
    """
    checkpoint, curve_file = Checkpoint(out / "checkpoint.safetensors"), out / "curve.json"
    if checkpoint.file.exists() and not resume:
        message = f"{out} holds a training that was begun: add --resume to go on with it, or name another folder"
        raise ParadigmError("begun", message, where=str(out))
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    lm = MaskedLM.load(init).copy()
    lm.model.to(device)
    train, held_out = split_corpus(documents_of(files), lm.tokenizer)
    say(f"{train.n_tokens:,} word pieces to train on, {held_out.n_tokens:,} held out, on {device.type}")

    begun = json.loads(curve_file.read_text())["points"] if resume and curve_file.exists() else []
    points = [Point(**point) for point in begun]
    losses: list[float] = []
    part = None  # of the training, the last whose model is written
    for last in pretrain(lm, train, held_out, recipe, checkpoint=checkpoint):
        if last.loss is not None:
            losses.append(last.loss)
        now = int(keep * last.done)
        if part is not None and now > part:
            write(lm, out / str(now))
        part = now
        if last.held_out is None:
            continue
        mean = sum(losses) / len(losses) if losses else points[-1].train_loss  # none where it had been over already
        points = [point for point in points if point.tokens < last.tokens]
        losses = []
        points.append(Point(last.tokens, last.seconds / 60, mean, last.held_out, zero_shot(lm), last.lr))
        curve = {"command": command(init, files, recipe), "points": [asdict(point) for point in points]}
        curve_file.write_text(json.dumps(curve, indent=1) + "\n")
        point = points[-1]
        say(
            f"{last.done:6.1%} {point.tokens:>13,} tokens {point.minutes:6.1f} min   loss {point.train_loss:.3f}"
            f"   held out {point.held_out_loss:.3f}   zero-shot {percent(point.zero_shot)}"
        )
    write(lm, out)
    rate = last.tokens / last.seconds
    share = rate * flops_per_token(lm) / matmul_rate(device)
    say(f"{rate:,.0f} tokens/s, {share:.0%} of the rate of a large matrix product")
    (out / "README.md").write_text(card(lm, init, files, recipe, points, rate, share, device), encoding="utf8")
    return points


def zero_shot(lm: MaskedLM) -> float | None:
    """The accuracy of the default template and label words on the built-in dev reviews; None where the vocabulary lacks
    one of those words, as a Chinese one does."""
    dev = load("reviews", "dev")
    template = Template.parse(DEFAULT_TEMPLATE)
    verbalizer = Verbalizer.parse(DEFAULT_VERBALIZER).for_labels(dev.classes)
    try:
        word_ids = verbalizer.token_ids(lm.tokenizer)
    except VerbalizerError:
        return None
    on_cpu = (
        lm if next(lm.model.parameters()).device.type == "cpu" else replace(lm, model=copy.deepcopy(lm.model).cpu())
    )
    encoded = template.encode(dev.texts, lm.tokenizer, lm.max_length)
    words = on_cpu.logits_at_mask(encoded, word_ids)  # (n, n_words)
    answers = verbalizer.project(words.double().softmax(dim=1).numpy()).argmax(axis=1)
    return float(np.mean([verbalizer.labels[row] == label for row, label in zip(answers, dev.labels, strict=True)]))


def flops_per_token(lm: MaskedLM) -> float:
    """Floating-point operations for one trained token: two for each weight of a matrix product forward, four back.

    The head and the decoder run at the chosen words only. Attention's own products are left out: at these lengths they
    are a few per cent; what the teacher of self-distillation reads is an eighth, left out as well.
    """
    modules = lm.model.base_model.modules()
    encoder = sum(module.weight.numel() for module in modules if isinstance(module, nn.Linear))
    decoder = lm.model.get_output_embeddings().weight.numel() + lm.hidden_size**2
    return 6 * (encoder + CHOSEN * decoder)


def matmul_rate(device: torch.device, size: int = 4096, seconds: float = 2.0) -> float:
    """Floating-point operations a second of one large product, in the data type of the training."""
    dtype = torch.bfloat16 if device.type == "cuda" or has_bf16() else torch.float32
    a = torch.randn(size, size, device=device).to(dtype)
    n, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        (a @ a)[0, 0].item()  # .item() waits for the GPU
        n += 1
    return 2 * size**3 * n / (time.perf_counter() - start)


def write(lm: MaskedLM, out: Path) -> None:
    """The backbone as `BertForMaskedLM.from_pretrained` reads it, its weights in fp16."""
    with quiet():  # no progress bar of one file
        copy.deepcopy(lm.model).half().save_pretrained(out)
    lm.tokenizer.save_pretrained(out)


def command(init: str, files: Sequence[str], recipe: Recipe) -> str:
    """The command line, without the folders of this machine."""
    length = f"--tokens {recipe.tokens}" if recipe.tokens else f"--minutes {recipe.minutes:g}"
    names = " ".join(Path(name).name for name in files)
    begun = (
        f"python -m paradigms pretrain --init {Path(init).name} --text {names} --out DIR {length} --lr {recipe.lr:g}"
    )
    seed = f" --seed {recipe.seed}" if recipe.seed else ""
    return begun + seed + " --self-distillation" * recipe.self_distillation


def percent(share: float | None) -> str:
    """A share to be read; a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"


def card(
    lm: MaskedLM,
    init: str,
    files: Sequence[str],
    recipe: Recipe,
    points: Sequence[Point],
    rate: float,
    share: float,
    device: torch.device,
) -> str:
    """The model card, from what the run itself knows."""
    first, last = points[0], points[-1]
    taught = TAUGHT if recipe.self_distillation else ""
    return f"""---
pipeline_tag: fill-mask
---
# {lm.n_parameters / 1e6:.1f}M parameters, {last.tokens:,} tokens of masked-LM training

    {command(init, files, recipe)}

Whole-word masking, {CHOSEN:.0%} of the words, 80/10/10, dropout off; AdamW, learning rate {recipe.lr:g}, warm-up over
{recipe.warmup:.0%} and linear decay to 0, {recipe.tokens_per_batch:,} tokens a batch, inputs of up to {recipe.longest}
word pieces, seed {recipe.seed}. {last.minutes:.0f} minutes on {device.type}, {rate:,.0f} tokens/s, {share:.0%} of the
rate of a large matrix product. No label was used.{taught}

| | before | after |
|---|---|---|
| loss of the chosen words of held-out text, nats | {first.held_out_loss:.3f} | {last.held_out_loss:.3f} |
| zero-shot accuracy, default prompt, built-in dev reviews | {percent(first.zero_shot)} | {percent(last.zero_shot)} |

The whole curve is in `curve.json`. Licence: that of the model it began from and of the text, which the run cannot know.
"""
