"""PPT, pre-trained prompt tuning (Gu et al. 2022): the soft prompt learns from plain text before it sees an example.

Two questions that unlabelled text answers itself (section 3.2) are asked in the form of the task, `[P; X] [MASK]`:

    pairs    do these sentences follow each other (yes), stand in one document (maybe), in two (no)?
    single   is this sentence terrible or great? The labels are the model's own answers to a hard prompt, of which only
             the most confident are kept, as many of each class.

The paper's slot stands between the sentences of a pair, and its single sentences get five classes from a model that was
fine-tuned on another sentiment set; here nothing labelled is used.

The prompt that answers one of them is where few-shot training starts. `python -m paradigms ppt` made the built-in one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..base import TrainStep
from ..data import ASSETS
from ..errors import ParadigmError, checked
from ..hub import state_of
from ..masked_lm import MaskedLM
from .classifier import PromptClassifier
from .prompt_tuning import PromptTuning
from .soft import frozen
from .soft_classifier import SoftPrompt, in_front
from .template import BARE_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer
from .what_is_trained import fingerprint

BUILT_IN = ASSETS / "ppt"
QUESTIONS = {"pairs": "next=yes;same=maybe;other=no", "single": DEFAULT_VERBALIZER}
WORDS = range(5, 31)  # of a sentence that is used
CONFIDENT = 0.1  # share of the sentences that is kept for each class
STEPS = 300  # for each question


class PPT(SoftPrompt):
    """Prompt Tuning from a pre-trained prompt.

    prompt: the folder that `pretrain` wrote; the built-in one if None.
    question: what it was pre-trained on, "single" or "pairs"; the built-in prompt learned nothing from "pairs",
        a hard question for a small frozen model (a third right, as by chance).
    """

    def __init__(
        self,
        template: Template | str = BARE_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        prompt: str | None = None,
        question: str = "single",
        steps: int = 60,
        batch_size: int = 16,
        lr: float = 0.001,
        seed: int = 0,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.prompt = prompt
        self.question = question
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def _soft_template(self) -> Template:
        # Once there is a prompt its own length counts: a saved one does without the folder that it began in.
        return in_front(self.template, len(self.start_ if hasattr(self, "start_") else self._pretrained()))

    def _build(self, start: Tensor | None = None) -> None:
        lm = frozen(MaskedLM.load(self.backbone))
        if start is None:
            require_pretrained_for(lm, self.prompt or BUILT_IN)
        rows = self._pretrained() if start is None else start
        asked = len(in_front(self.template, len(rows)).soft_pieces(lm.tokenizer))
        if rows.shape != (asked, lm.hidden_size):
            message = f"the pre-trained prompt is {tuple(rows.shape)}, wanted is {(asked, lm.hidden_size)}"
            raise ParadigmError("other_shape", message, where=str(self.prompt or BUILT_IN), backbone=lm.name)
        self._read_prompt(lm, rows)

    def _pretrained(self) -> Tensor:
        return load_prompt(self.prompt or BUILT_IN, self.question)


def require_pretrained_for(lm: MaskedLM, folder: str | Path) -> None:
    """A prompt lives in the space of one model: refuse one that was made for another."""
    try:
        made = json.loads((Path(folder) / "prompt.json").read_text(encoding="utf8"))
        of, own = made["fingerprint"], made["backbone"]
    except (OSError, ValueError, LookupError) as error:
        raise ParadigmError("not_found", f"no pre-trained prompt in {folder}", where=str(folder)) from error
    if of != fingerprint(lm):
        message = f"the prompt in {folder} was pre-trained for {own}, not for this {lm.name}: python -m paradigms ppt"
        raise ParadigmError("other_backbone", message, where=str(folder), offending=lm.name)


def load_prompt(folder: str | Path, question: str) -> Tensor:
    """A pre-trained prompt, shape (n, H), loaded once."""
    checked(question, "question", QUESTIONS)
    return _load(Path(folder), question, state_of(folder))


@lru_cache(maxsize=8)
def _load(folder: Path, question: str, state: int) -> Tensor:
    try:
        return load_file(folder / "prompt.safetensors")[question].float()
    except (OSError, LookupError, SafetensorError) as error:
        raise ParadigmError("not_found", f"no pre-trained prompt in {folder}", where=str(folder)) from error


def pretrain(
    documents: Sequence[Sequence[str]],
    folder: Path,
    command: str,
    *,
    backbone: str | None = None,
    length: int = 10,
    steps: int | None = None,
    lr: float = 0.005,
    seed: int = 0,
) -> Iterator[tuple[str, TrainStep]]:
    """Train a prompt for each question on `documents`, lists of sentences, and write them into `folder`.

    Yields (question, step). `command` is kept beside the prompts, with what they were made from.
    """
    lm, steps = MaskedLM.load(backbone), steps or STEPS
    made: dict[str, Any] = {"command": command, "backbone": lm.name, "fingerprint": fingerprint(lm), "length": length}
    rows = {}
    for question, examples in (
        ("pairs", pairs(documents, 16 * steps, seed)),
        ("single", confident(documents, backbone)),
    ):
        texts, labels = zip(*examples, strict=True)
        model = PromptTuning(
            verbalizer=QUESTIONS[question], backbone=backbone, length=length, steps=steps, lr=lr, seed=seed
        )
        for step in model.fit_steps(texts, labels):
            yield question, step
        made[question] = {"examples": len(texts), "steps": steps, "accuracy": round(step.accuracy, 4)}
        rows[question] = model.prompt_().detach().half()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(rows, folder / "prompt.safetensors")
    (folder / "prompt.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf8")


def usable(document: Sequence[str]) -> list[str]:
    """Its sentences of an ordinary length, without the remains of web pages."""
    return [document[place] for place in _places(document)]


def _places(document: Sequence[str]) -> list[int]:
    """Where its usable sentences stand."""
    return [
        place
        for place, text in enumerate(document)
        if len(text.split()) in WORDS and not re.search(r"[<>*_#=@\\]", text)
    ]


def pairs(documents: Sequence[Sequence[str]], n: int, seed: int) -> list[tuple[str, str]]:
    """`n` pairs of sentences, a third each: one after the other, apart in one document, from two documents.

    The first sentence is drawn in the same way for all three, so that it does not give the answer away. Raises
    ParadigmError("too_little_text") where there are not two documents that are long enough.
    """
    random = np.random.default_rng(seed)
    read = [(document, _places(document)) for document in documents]
    read = [(document, places) for document, places in read if len(places) > 3 and _followed(places)]
    if len(read) < 2:
        needed = (
            f"two documents, one a line, each of 4 sentences of {WORDS[0]} to {WORDS[-1]} words, two of them in a row"
        )
        raise ParadigmError("too_little_text", f"too little text: {needed}, are needed", have=len(read))
    examples = []
    for number in range(n):
        (here, places), (there, others) = (read[row] for row in random.choice(len(read), 2, replace=False))
        at = int(random.choice(_followed(places)))
        far = random.choice([place for place in places if abs(place - at) > 1])
        label = ("next", "same", "other")[number % 3]
        second = {"next": here[at + 1], "same": here[far], "other": there[random.choice(others)]}[label]
        examples.append((f"{here[at]} {second}", label))
    return examples


def _followed(places: Sequence[int]) -> list[int]:
    return [place for place, following in pairwise(places) if following == place + 1]


def confident(documents: Sequence[Sequence[str]], backbone: str | None) -> list[tuple[str, str]]:
    """Sentences with the label that the zero-shot hard prompt gives them, where it is surest, as many of each class."""
    texts = list(dict.fromkeys(text for document in documents for text in usable(document)))
    hard = PromptClassifier(backbone=backbone)
    margin = np.diff(np.log(hard.predict_proba(texts)), axis=1)[:, 0]  # (n,) log odds of the second class
    order = margin.argsort()  # by rank: a prompt that leans to one class still has its surest answers for the other
    kept = max(1, round(CONFIDENT * len(texts)))
    low, high = hard.classes_
    return [(texts[row], low) for row in order[:kept]] + [(texts[row], high) for row in order[-kept:]]
