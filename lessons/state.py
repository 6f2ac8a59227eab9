"""The state of a page: every control's default and range, and the link that carries them.

`/?lesson=prompt&s=A+fine+film.&t={text}+It+was+[MASK].&neg=terrible&pos=great` opens just that.
A teacher's link may also have `hide=grid,verbalizer`, the names of tabs and parts that it hides, and `lang=zh`, the
language it fixes; these two are the browser's, see cloze.js.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from paradigms.prompt.pet import PAIRS
from paradigms.prompt.template import DEFAULT_TEMPLATE, P_TUNING_TEMPLATE
from paradigms.prompt.verbalizer import DEFAULT_VERBALIZER, Verbalizer

LESSONS = (
    "compare",
    "bayes",
    "lstm",
    "origins",
    "finetune",
    "prompt",
    "playground",
    "grid",
    "context",
    "pet",
    "search",
    "soft",
)


def _words(verbalizer: str) -> list[str]:
    """The label words of each class, as a text box has them."""
    return [", ".join(words) for _, words in Verbalizer.parse(verbalizer).label_words]


_NEGATIVE, _POSITIVE = _words(DEFAULT_VERBALIZER)


@dataclass(frozen=True)
class Field:
    """One control: `low` and `high` bound a number, `choices` a choice, `longest` a text."""

    default: str | int | float
    low: float = 0
    high: float = 0
    step: float = 1
    choices: tuple[str, ...] = ()
    longest: int = 0

    def clean(self, value: object) -> str | int | float:
        """The nearest allowed value; the default where there is none."""
        if isinstance(self.default, str):
            whole = "" if value is None else str(value).encode(errors="replace").decode()  # without lone surrogates
            text = whole[: self.longest or None]
            return text if not self.choices or text in self.choices else self.default
        try:
            number = min(self.high, max(self.low, float(str(value))))
        except ValueError:
            return self.default
        if number != number:  # nan passes every comparison
            return self.default
        return round(number) if isinstance(self.default, int) else number


# What the grid opens with: of every kind of wording something.
GRID_TEMPLATES = (
    "{text} It was [MASK].",
    DEFAULT_TEMPLATE,
    "{text} In short, a [MASK] film.",
    "{text} Did I like it? [MASK].",
    "A [MASK] film. {text}",
    "{text} [MASK]",
    "{text} The weather today is [MASK].",
    "{text} It was not [MASK].",
)
GRID_VERBALIZERS = (
    DEFAULT_VERBALIZER,
    "negative=bad;positive=good",
    "negative=boring;positive=fun",
    "negative=no;positive=yes",
    "negative=dog;positive=cat",
    "negative=great;positive=terrible",
)

# The number of training reviews per class that sliders go up to; a test holds it to the built-in set.
PER_CLASS = 2187
PER_CLASS_ZH = 410
# The sets of reviews to learn from: what a page opens with, and how its sliders' names end.
SETS = {
    "reviews": {"s": "I like the Disney films very much.", "word": "great", "ends": ""},
    "reviews-zh": {"s": "故事很简单，但演员太好了，我看得很感动。", "word": "好", "ends": "_zh"},
}
# A question for a backbone that reads Chinese.
CHINESE = {"t": "{text}总的来说，很[MASK]。", "neg": "差", "pos": "好"}

FIELDS: dict[str, Field] = {
    "lesson": Field("compare", choices=LESSONS),
    "s": Field(SETS["reviews"]["s"], longest=1000),
    "set": Field("reviews", choices=tuple(SETS)),
    "nb_n": Field(PER_CLASS, 5, PER_CLASS),
    "nb_n_zh": Field(PER_CLASS_ZH, 5, PER_CLASS_ZH),
    "nb_ngrams": Field(2, 1, 3),
    "nb_alpha": Field(0.5, 0.01, 5.0, step=0.01),
    "word": Field("great", longest=40),
    "lstm_n": Field(PER_CLASS, 50, PER_CLASS),
    "lstm_n_zh": Field(PER_CLASS_ZH, 10, PER_CLASS_ZH),
    "lstm_emb": Field("frozen", choices=("frozen", "tuned", "random")),
    "lstm_seed": Field(0, 0, 99),
    "ft_k": Field(16, 1, PER_CLASS),
    "ft_k_zh": Field(16, 1, PER_CLASS_ZH),
    "ft_seed": Field(0, 0, 99),
    "t": Field(DEFAULT_TEMPLATE, longest=500),
    "neg": Field(_NEGATIVE, longest=200),
    "pos": Field(_POSITIVE, longest=200),
    "top": Field(10, 5, 50),
    "k": Field(16, 1, 64),
    "train": Field("all", choices=("all", "head", "bias", "lora", "nothing")),
    "seed": Field(0, 0, 99),
    # In-context learning: which demonstrations, how many, the draw, the task's line, those by hand, sentences measured.
    "icl_choose": Field("similar", choices=("similar", "random", "hand")),
    "icl_n": Field(4, 0, 8),
    "icl_seed": Field(0, 0, 99),
    "icl_calibrate": Field("off", choices=("off", "on")),
    "icl_task": Field("", longest=200),
    "icl_demos": Field("", longest=3000),
    "icl_sentences": Field(100, 20, 600, step=20),
    # Soft prompts: which method, P-tuning's template and model, where Prompt Tuning starts, how long it is.
    "sp_method": Field("prompt-tuning", choices=("prompt-tuning", "p-tuning", "p-tuning-v2", "ppt")),
    "sp_t": Field(P_TUNING_TEMPLATE, longest=500),
    "sp_lm": Field("prompt", choices=("prompt", "all")),
    "sp_init": Field("labels", choices=("labels", "vocabulary", "normal", "uniform")),
    "sp_n": Field(10, 1, 40),
    "sp_k": Field(16, 1, 64),
    "sp_seed": Field(0, 0, 99),
    # PET: the pairs, labelled examples per class, the vote, further generations, unlabelled texts.
    "pet_pairs": Field(
        "\n".join(f"{pattern} | {' / '.join(_words(verbalizer))}" for pattern, verbalizer in PAIRS), longest=2000
    ),
    "pet_k": Field(16, 0, 32),
    "pet_seed": Field(0, 0, 99),
    "pet_weighting": Field("accuracy", choices=("accuracy", "uniform")),
    "pet_generations": Field(0, 0, 2),
    "pet_texts": Field(500, 100, 2000, step=100),
    # The playground: the question, the one it is compared with, the held-out sentences, the two blanks of the lens.
    "pt": Field(DEFAULT_TEMPLATE, longest=500),
    "pneg": Field(_NEGATIVE, longest=200),
    "ppos": Field(_POSITIVE, longest=200),
    "rt": Field(DEFAULT_TEMPLATE, longest=500),
    "rneg": Field(_NEGATIVE, longest=200),
    "rpos": Field(_POSITIVE, longest=200),
    "pn": Field(200, 50, 600, step=10),
    "pmode": Field("zero", choices=("zero", "tuned")),
    "pset": Field("dev", choices=("dev", "test")),
    "lens": Field("templates", choices=("templates", "sentences")),
    "s2": Field("Not one joke in it is funny.", longest=1000),
    "blank": Field(-1, -1, 999),  # the number of the sentence's word that is hidden; -1: the template's slot
    "blank2": Field(-1, -1, 999),
    "find": Field("", longest=40),
    "cart": Field("", longest=4000),
    # The grid: templates, sets of label words, how they are measured; then the word that is exchanged in a template.
    "gt": Field("\n".join(GRID_TEMPLATES), longest=6000),
    "gv": Field("\n".join(GRID_VERBALIZERS), longest=4000),
    "gmode": Field("zero", choices=("zero", "tuned")),
    "gset": Field("test", choices=("dev", "test", "own")),
    "gcal": Field("off", choices=("off", "n/a", "mask", "empty", "average")),
    "gn": Field(200, 50, 600, step=10),
    "gk": Field(16, 1, 64),
    "gseeds": Field(2, 1, 5),
    "ot": Field(DEFAULT_TEMPLATE, longest=500),
    "ov": Field(DEFAULT_VERBALIZER, longest=400),
    "ow": Field("", longest=1000),
    "op": Field(3, 0, 99),
    # Searched prompts: how a template and label words are searched, on how many examples, and tuned afterwards or not.
    "se_how": Field("generate", choices=("generate", "gradient", "edit")),
    "se_words": Field("likelihood", choices=("likelihood", "several", "neighbours", "weights", "soft")),
    "se_k": Field(16, 2, 16),
    "se_seed": Field(0, 0, 99),
    "se_tune": Field("off", choices=("off", "on")),
    "cloze": Field("The film was [MASK].", longest=200),
    "mask_seed": Field(0, 0, 99),
}
DEFAULTS: dict[str, Any] = {name: field.default for name, field in FIELDS.items()}


def decode(query: Mapping[str, str]) -> dict[str, Any]:
    """The state a link asks for; what it leaves out, or says wrongly, has its default."""
    state = {name: field.clean(query[name]) if name in query else field.default for name, field in FIELDS.items()}
    opening = SETS[str(state["set"])]
    return state | {name: opening[name] for name in ("s", "word") if name not in query}


def slider_of(reviews: str, name: str) -> str:
    """The field of the slider `name` for a set of reviews: each set has a slider of its own length."""
    return name + SETS[reviews]["ends"]


def per_class(state: Mapping[str, Any], name: str) -> int:
    """What the slider `name` says for the set of reviews that is chosen."""
    return state[slider_of(state["set"], name)]


def encode(state: Mapping[str, object]) -> str:
    """The query of a link that restores `state`; what has its default is left out."""
    cleaned = {name: field.clean(state[name]) for name, field in FIELDS.items() if name in state}
    opening = decode({"set": str(cleaned["set"])}) if "set" in cleaned else DEFAULTS
    opening = {**opening, "set": DEFAULTS["set"]}
    changed = {name: value for name, value in cleaned.items() if value != opening[name]}
    return urlencode(changed)
