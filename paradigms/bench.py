"""What cutting the work at [MASK] is worth: the same answers by plain `transformers` and by this package, timed.

All rows of one run answer the same texts with the same model, template and label words, from strings to answers, in one
process. The process keeps freed memory for all of them (`allocator`), so the plain calls are at their best here.
"""

from __future__ import annotations

import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import masked_lm
from .base import TextClassifier
from .bert_finetune import BertFineTune
from .data import few_shot, load
from .errors import ParadigmError
from .flops import flops, matmul_rate
from .hub import quiet
from .masked_lm import BUILT_IN, MaskedLM, has_bf16, use_bf16
from .prompt.classifier import DEFAULT_TEMPLATE, DEFAULT_VERBALIZER, PromptClassifier
from .prompt.template import Template
from .prompt.verbalizer import Verbalizer

PLAIN_BATCH = 64
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
# The plain ways, as the ratios to them are called. The checkpoint is stored in fp16, and in fp16 the pipeline runs it
# unless told otherwise, which many processors do slower than fp32.
PLAIN = ("default", "batched", "fp32", "fp32 batched", "loop")
COLUMNS = ("default", "batched", "fp32", "batched", "loop")
WARM_UP = 32  # texts that a plain way answers before the clock starts


@dataclass(frozen=True)
class Row:
    """One way of doing the work. Ratios are of throughputs: above 1 is faster than what it is compared with."""

    what: str
    seconds: float  # the best of its repetitions
    ratios: dict[str, float]  # to each of PLAIN; none for training, which none of them does
    matmul_share: float | None  # of the rate of a large matrix product in the same data type; only for our own
    agreement: float | None  # share of the texts given the label that the plain fp32 model gives; None without labels

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        ratios = "".join(f" {ratio:7.1f}x" for ratio in self.ratios.values())
        share = "" if self.matmul_share is None else f"{self.matmul_share:.0%}"
        agreement = "" if self.agreement is None else f"{self.agreement:.2%}"
        return f"{self.what:<46} {self.seconds:7.2f} s{ratios} {share:>7} {agreement:>10}".rstrip()


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    processor: str
    cores: int  # that this process may use
    threads: int  # that torch uses
    bf16: bool  # multiplied by the processor itself
    python: str
    torch: str
    transformers: str

    @classmethod
    def here(cls) -> Machine:
        import transformers

        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            threads=torch.get_num_threads(),
            bf16=has_bf16(),
            python=platform.python_version(),
            torch=torch.__version__,
            transformers=transformers.__version__,
        )

    def __str__(self) -> str:
        bf16 = "with" if self.bf16 else "without"
        versions = f"Python {self.python}, torch {self.torch}, transformers {self.transformers}"
        return f"{self.processor}, {self.cores} cores, {self.threads} threads, {bf16} bf16; {versions}"


@dataclass(frozen=True)
class Benchmark:
    """The rows of one run."""

    machine: Machine
    n_texts: int  # answered in every row
    n_left_out: int  # texts that a plain call would read differently: too long, or with [MASK] in them
    n_flops: float  # of the matrix products that these answers need, see `flops`
    matmul: dict[str, float]  # FLOP/s of a large matrix product, by data type
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        left_out = f" ({self.n_left_out} left out)" if self.n_left_out else ""
        rates = ", ".join(f"{rate / 1e9:.0f} GFLOP/s in {dtype}" for dtype, rate in self.matmul.items())
        return "\n".join(
            [
                str(self.machine),
                f"{self.n_texts} texts{left_out}, {self.n_flops / 1e9:.0f} GFLOP; a large matrix product: {rates}",
                f"{'':<56} {'pipeline':^35} {'':>8} {'matmul':>7} {'same':>10}",
                f"{'':<56} " + " ".join(f"{name:>8}" for name in COLUMNS) + f" {'share':>7} {'label':>10}",
                *map(str, self.rows),
            ]
        )


def bench(texts: Sequence[str], *, repeats: int = 3, shots: int = 16, steps: int | None = None) -> Benchmark:
    """Time zero-shot answers to `texts` and training on `shots` of the built-in reviews per class.

    `repeats`: how often the fast ways are run, the best counts; `steps`: of training, the classifiers' own if None.
    Raises ParadigmError("no_texts") where no text can be put to all of them alike.
    """
    kept = alike(texts)
    if not kept:
        raise ParadigmError("no_texts", "no text that plain transformers would read as it stands")
    n_flops = work(kept)
    with quiet(), warnings.catch_warnings(action="ignore"):
        answered, matmul = answering(kept, repeats, n_flops)
        rows = (*answered, *training(shots, steps))
    return Benchmark(Machine.here(), len(kept), len(texts) - len(kept), n_flops, matmul, rows)


def alike(texts: Sequence[str]) -> list[str]:
    """The texts whose filled template plain transformers turns into the very ids that this package makes of it."""
    template, lm = Template.parse(DEFAULT_TEMPLATE), MaskedLM.load()
    encoded = template.encode(texts, lm.tokenizer, lm.max_length)
    plain = [lm.tokenizer(filled, verbose=False)["input_ids"] for filled in fill_in(texts)]
    return [text for text, ours, ids in zip(texts, encoded, plain, strict=True) if list(ours.input_ids) == ids]


def work(texts: Sequence[str]) -> float:
    """Floating-point operations that the answers to these texts need."""
    lm, words = MaskedLM.load(), Verbalizer.parse(DEFAULT_VERBALIZER).words
    return flops(lm, Template.parse(DEFAULT_TEMPLATE).encode(texts, lm.tokenizer, lm.max_length), len(words))


def fill_in(texts: Sequence[str]) -> list[str]:
    """The filled templates as strings, with the tokenizer's own mask token."""
    template, mask = Template.parse(DEFAULT_TEMPLATE), MaskedLM.load().tokenizer.mask_token
    return [template.fill(text.strip()).replace("[MASK]", mask) for text in texts]


def answering(texts: Sequence[str], repeats: int, n_flops: float) -> tuple[tuple[Row, ...], dict[str, float]]:
    """Zero-shot: the plain ways first, the pipeline one text at a time and in batches, as it comes and in fp32. Also
    the rate of a large matrix product, by data type."""
    from transformers import pipeline

    filled = fill_in(texts)
    measured: list[tuple[str, float, str | None, np.ndarray | None]] = []  # what, seconds, our data type, labels
    for stored, chosen in (("default", {}), ("fp32", {"dtype": torch.float32})):
        fill = pipeline("fill-mask", model=str(BUILT_IN), **chosen)
        for how, size in (("", {}), (f", batch_size={PLAIN_BATCH}", {"batch_size": PLAIN_BATCH})):
            fill(filled[:WARM_UP], **size)
            seconds, _ = best(1, partial(fill, filled, **size))
            measured.append((f'pipeline("fill-mask"), {stored}{how}', seconds, None, None))

    plain = PlainLoop()
    plain(texts[:WARM_UP])
    seconds, gold = best(repeats, partial(plain, texts))
    measured.append((f"BertForMaskedLM, batches of {PLAIN_BATCH}, fp32", seconds, None, gold))

    ours = PromptClassifier()
    matmul: dict[str, float] = {}

    def timed(dtype: str) -> tuple[float, str, np.ndarray]:
        # Before and after, and the better of the two: on a machine that others use too, a share of less would be luck.
        before = matmul_rate(DTYPES[dtype])
        seconds, labels = best(repeats, partial(zero_shot, ours, texts))
        matmul[dtype] = max(before, matmul_rate(DTYPES[dtype]))
        return seconds, dtype, labels

    if use_bf16(len(texts)):
        zero_shot(ours, texts)
        measured.append(("PromptClassifier, bf16", *timed("bf16")))
    with only_fp32():
        zero_shot(ours, texts)
        measured.append(("PromptClassifier, fp32", *timed("fp32")))
    plainly = dict(zip(PLAIN, (seconds for _, seconds, _, _ in measured), strict=False))
    rows = tuple(
        Row(
            what,
            seconds,
            {name: other / seconds for name, other in plainly.items()},
            None if dtype is None else n_flops / seconds / matmul[dtype],
            None if got is None else float((got == gold).mean()),
        )
        for what, seconds, dtype, got in measured
    )
    return rows, matmul


def training(shots: int, steps: int | None = None) -> tuple[Row, ...]:
    """Paradigms 3 and 4 from `shots` labelled examples per class, once each."""
    examples = few_shot(load("reviews", "train"), shots, seed=0)
    rows = []
    classifier: TextClassifier
    for classifier in (BertFineTune(steps=steps), PromptClassifier(steps=steps)):
        seconds, _ = best(1, partial(classifier.fit, examples.texts, examples.labels))
        rows.append(Row(f"train {type(classifier).__name__}, {shots} examples per class", seconds, {}, None, None))
    return tuple(rows)


class PlainLoop:
    """What one would write with transformers alone: padded batches in the given order, all logits, then the slot."""

    def __init__(self):
        from transformers import AutoTokenizer, BertForMaskedLM

        self.tokenizer = AutoTokenizer.from_pretrained(BUILT_IN)
        self.model = BertForMaskedLM.from_pretrained(BUILT_IN, dtype=torch.float32).eval()
        self.verbalizer = Verbalizer.parse(DEFAULT_VERBALIZER)
        self.word_ids = self.verbalizer.token_ids(self.tokenizer)
        self.labels = np.array(self.verbalizer.labels, dtype=object)

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """The label of each text, shape (n_texts,)."""
        filled, answers = fill_in(texts), []
        for start in range(0, len(filled), PLAIN_BATCH):
            inputs = self.tokenizer(filled[start : start + PLAIN_BATCH], padding=True, return_tensors="pt")
            with torch.no_grad():
                logits = self.model(**inputs).logits  # (B, T, V)
            at_mask = logits[inputs["input_ids"] == self.tokenizer.mask_token_id]  # (B, V)
            probabilities = at_mask.double().softmax(dim=1)[:, self.word_ids].numpy()  # (B, n_words)
            answers.append(self.labels[self.verbalizer.project(probabilities).argmax(axis=1)])
        return np.concatenate(answers)


def zero_shot(classifier: PromptClassifier, texts: Sequence[str]) -> np.ndarray:
    """The label of each text, nothing remembered from an earlier run."""
    classifier.lm_.seen.clear()
    return classifier.predict(texts)


def best(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest time of `repeats` runs in seconds, and what the last one returned."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


@contextmanager
def only_fp32() -> Iterator[None]:
    """No call is long enough for bf16."""
    threshold = masked_lm.BF16_FROM
    masked_lm.BF16_FROM = 1 << 62
    try:
        yield
    finally:
        masked_lm.BF16_FROM = threshold


def _processor() -> str:
    """The processor's name as Linux has it, or its architecture."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
