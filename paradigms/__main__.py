"""The command line: `python -m paradigms COMMAND`, what the package does without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

# Before torch is imported: threads that wait should sleep, not spin, where something else wants the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from . import commands
from .base import LARGEST_SEED
from .errors import ParadigmError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input is one line on standard error and exit status 2."""
    options = parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has; Python would say so once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ParadigmError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as the commands themselves do; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="python -m paradigms", description=__doc__)
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")

    evaluate = subparsers.add_parser("evaluate", help="train a method and measure it on held-out texts")
    evaluate.add_argument(
        "method",
        metavar="METHOD",
        help="tfidf-nb, word2vec-lstm, bert-finetune, prompt, demonstrations, pet, prompt-tuning, p-tuning, "
        "p-tuning-v2, ppt, auto-template or auto-verbalizer",
    )
    evaluate.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    evaluate.add_argument(
        "--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out"
    )
    evaluate.add_argument("--shots", type=_count, metavar="K", help="labelled examples per class; all if left out")
    evaluate.add_argument("--seed", type=_seed, default=0)
    evaluate.add_argument("--template", metavar="T", help='such as "{text} It was [MASK]."')
    evaluate.add_argument("--verbalizer", metavar="V", help='such as "negative=terrible;positive=great"')
    evaluate.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    evaluate.add_argument(
        "--tune",
        metavar="PART",
        help="what a prompt's training changes: all, head, bias, lora, nothing; p-tuning: prompt, all",
    )
    evaluate.add_argument(
        "--init",
        metavar="START",
        help="where a soft prompt starts: labels, vocabulary, normal, uniform; p-tuning-v2: words, normal",
    )
    evaluate.add_argument(
        "--search",
        metavar="HOW",
        help="auto-template: generate, gradient, edit; auto-verbalizer: likelihood, several, neighbours, weights, soft",
    )
    evaluate.add_argument(
        "--generations", type=_count, metavar="N", help="pet: generations of iPET after the first; none if left out"
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.set_defaults(run=commands.evaluate)

    ask = subparsers.add_parser("ask", help="one sentence through all four paradigms")
    ask.add_argument("sentence")
    ask.add_argument("--json", action="store_true", help="print one JSON object")
    ask.set_defaults(run=commands.ask)

    vectors = subparsers.add_parser("vectors", help="train word vectors on plain text, one document a line")
    vectors.add_argument("--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz")
    vectors.add_argument("--out", required=True, metavar="DIR")
    vectors.add_argument("--size", type=_some, default=100)
    vectors.add_argument("--words", type=_some, default=20_000)
    vectors.add_argument("--epochs", type=_some, default=5)
    vectors.add_argument("--workers", type=_some, default=1, help="1 is repeatable, more is faster")
    vectors.set_defaults(run=commands.vectors)

    pretrain = subparsers.add_parser("pretrain", help="masked-LM training on plain text, one document a line")
    pretrain.add_argument("--init", metavar="DIR", help="the model to begin from; the built-in backbone if left out")
    pretrain.add_argument(
        "--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz; FILE@0.2 is a fifth of it"
    )
    pretrain.add_argument("--out", required=True, metavar="DIR")
    length = pretrain.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=_positive, metavar="N", help="10 if neither --minutes nor --tokens is given")
    length.add_argument("--tokens", type=_some, metavar="N", help="word pieces to read, in place of --minutes")
    pretrain.add_argument("--lr", type=_positive, default=5e-4, help="learning rate at its highest")
    pretrain.add_argument("--seed", type=_seed, default=0)
    pretrain.add_argument(
        "--self-distillation", action="store_true", help="let the sentences of a document teach each other as well"
    )
    pretrain.add_argument(
        "--keep",
        type=_count,
        default=0,
        metavar="N",
        help="also keep the model as it is after each of N parts of the training, in DIR/1 to DIR/N: for `average`",
    )
    pretrain.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    pretrain.set_defaults(run=commands.pretrain)

    average = subparsers.add_parser("average", help="the mean of the weights of backbones that began as the same one")
    average.add_argument("backbones", nargs="+", metavar="DIR", help="one that is named twice weighs twice")
    average.add_argument("--out", required=True, metavar="DIR")
    average.set_defaults(run=commands.average)

    ppt = subparsers.add_parser("ppt", help="pre-train a soft prompt on plain text, one document a line")
    ppt.add_argument("--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz")
    ppt.add_argument("--out", required=True, metavar="DIR")
    ppt.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    ppt.add_argument("--seed", type=_seed, default=0)
    ppt.set_defaults(run=commands.ppt)

    sweep = subparsers.add_parser("sweep", help="many templates x many verbalizers")
    sweep.add_argument("plan", nargs="?", metavar="PLAN.json", help="as the page exports it, in place of the options")
    sweep.add_argument("--templates", metavar="F", help="a file, one a line or a JSON list; or `gallery`")
    sweep.add_argument("--verbalizers", metavar="F", help="likewise")
    sweep.add_argument("--train", metavar="F.tsv", help="label<TAB>text or CSV, or a set's name")
    sweep.add_argument("--test", metavar="F.tsv", help="likewise; the built-in reviews if left out")
    sweep.add_argument("--n", type=_count, help="sentences to test on; all if left out")
    sweep.add_argument("--shots", type=_count, metavar="K", help="labelled examples per class; none if left out")
    sweep.add_argument("--seeds", type=_count, metavar="N", help="draws and trainings per cell; 1 if left out")
    what = "n/a, mask, empty or average: the content-free input whose answer is divided out"
    sweep.add_argument("--calibrate", metavar="X", help=what)
    sweep.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    sweep.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes to run in")
    form = sweep.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print one line a cell")
    sweep.set_defaults(run=commands.sweep)

    shown = subparsers.add_parser("demonstrations", help="what demonstrations bring, and what their order decides")
    shown.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    shown.add_argument("--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out")
    shown.add_argument("--n", type=_count, default=200, help="sentences to test on; 0 for all")
    shown.add_argument("--seeds", type=_some, default=5)
    shown.add_argument("--backbone", metavar="DIR", help="a masked or a causal language model: a folder or a hub name")
    shown.add_argument("--out", metavar="FILE", help="write the study to FILE; `app` replaces the one the app shows")
    shown.set_defaults(run=commands.demonstrations)

    labels = subparsers.add_parser("label-words", help="do label words have to mean something? (LM-BFF, table 2)")
    labels.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    labels.add_argument("--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out")
    labels.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    labels.add_argument("--json", action="store_true", help="print one JSON object")
    labels.set_defaults(run=commands.label_words)

    record = subparsers.add_parser(
        "record", help="train the four paradigms on the built-in reviews and keep the results"
    )
    record.add_argument("--out", metavar="DIR", help="the app's own assets if left out")
    record.set_defaults(run=commands.record)

    report = subparsers.add_parser("data-report", help="check the built-in review sets against fixed thresholds")
    report.add_argument(
        "--sst2", metavar="DIR", help="a folder with SST-2's train.tsv and dev.tsv, to check across sets"
    )
    report.set_defaults(run=commands.data_report)

    bench = subparsers.add_parser("bench", help="time the prompt's fast path against plain transformers")
    bench.add_argument("--test", metavar="F.tsv", default="reviews")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.set_defaults(run=commands.bench)
    return top


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _some(text: str) -> int:
    if not (number := _count(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number


def _seed(text: str) -> int:
    if (number := _count(text)) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is above {LARGEST_SEED}")
    return number


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
