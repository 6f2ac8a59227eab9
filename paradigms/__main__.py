"""The command line: `python -m paradigms evaluate METHOD`, `ask`, `vectors`, `record`, `data-report`, `bench`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

# Before torch is imported: threads that wait should sleep, not spin, where something else wants the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .base import TrainStep
from .errors import ParadigmError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input is one line on standard error and exit status 2."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
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
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    evaluate = commands.add_parser("evaluate", help="train a method and measure it on held-out texts")
    evaluate.add_argument("method", metavar="METHOD", help="tfidf-nb, word2vec-lstm, bert-finetune or prompt")
    evaluate.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    evaluate.add_argument(
        "--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out"
    )
    evaluate.add_argument("--shots", type=_count, metavar="K", help="labelled examples per class; all if left out")
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--template", metavar="T", help='such as "{text} It was [MASK]."')
    evaluate.add_argument("--verbalizer", metavar="V", help='such as "negative=terrible;positive=great"')
    evaluate.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.set_defaults(run=_evaluate)

    ask = commands.add_parser("ask", help="one sentence through all four paradigms")
    ask.add_argument("sentence")
    ask.add_argument("--json", action="store_true", help="print one JSON object")
    ask.set_defaults(run=_ask)

    vectors = commands.add_parser("vectors", help="train word vectors on plain text, one document a line")
    vectors.add_argument("--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz")
    vectors.add_argument("--out", required=True, metavar="DIR")
    vectors.add_argument("--size", type=int, default=100)
    vectors.add_argument("--words", type=int, default=20_000)
    vectors.add_argument("--epochs", type=int, default=5)
    vectors.add_argument("--workers", type=int, default=1, help="1 is repeatable, more is faster")
    vectors.set_defaults(run=_vectors)

    record = commands.add_parser("record", help="train the four paradigms on the built-in reviews and keep the results")
    record.add_argument("--out", metavar="DIR", help="the app's own assets if left out")
    record.set_defaults(run=_record)

    report = commands.add_parser("data-report", help="check the built-in reviews against fixed thresholds")
    report.add_argument(
        "--sst2", metavar="DIR", help="a folder with SST-2's train.tsv and dev.tsv, to check across sets"
    )
    report.set_defaults(run=_data_report)

    bench = commands.add_parser("bench", help="time the prompt's fast path against plain transformers")
    bench.add_argument("--test", metavar="F.tsv", default="reviews")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.set_defaults(run=_bench)
    return top


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _evaluate(options: argparse.Namespace) -> int:
    from .data import load
    from .evaluate import evaluate, make

    make(options.method)  # a wrong name is said before any file is read
    train, test = load(options.train, "train"), load(options.test, "test")
    result, _ = evaluate(
        options.method,
        train,
        test,
        shots=options.shots,
        seed=options.seed,
        on_step=progress_bar(),
        backbone=options.backbone,
        template=options.template,
        verbalizer=options.verbalizer,
    )
    if options.json:
        print(json.dumps(result.as_dict()))
        return 0
    low, high = result.ci95
    print(f"{result.method} on {result.dataset}: accuracy {result.accuracy:.1%}, 95% interval {low:.1%} to {high:.1%}")
    print(f"  {result.n_train} labelled examples, {result.trainable_parameters:,} trainable parameters", end="")
    print(f", {result.n_test} texts tested" + (f", backbone {result.backbone}" if result.backbone else ""))
    print(f"  {result.seconds_fit:.1f} s to fit, {result.seconds_predict:.1f} s to predict")
    return 0


def _ask(options: argparse.Namespace) -> int:
    from .record import load_trained

    rows = []
    for name, model in load_trained().items():
        probabilities = model.predict_proba([options.sentence])[0]
        best = int(probabilities.argmax())
        label = {"0": "negative", "1": "positive"}.get(str(model.classes_[best]), str(model.classes_[best]))
        rows.append({"method": name, "label": label, "probability": float(probabilities[best])})
    if options.json:
        print(json.dumps({"text": options.sentence, "answers": rows}, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['method']:<16} {row['label']:<10} {row['probability']:.2f}")
    return 0


def _vectors(options: argparse.Namespace) -> int:
    from .vectors import Documents, save_vectors, train_vectors

    missing = [file for file in options.text if not Path(file).is_file()]
    if missing:
        raise ParadigmError("not_found", f"no file {missing[0]}", where=missing[0])
    trained = train_vectors(
        Documents(options.text),
        size=options.size,
        n_words=options.words,
        epochs=options.epochs,
        workers=options.workers,
    )
    save_vectors(trained, options.out)
    print(f"{len(trained)} words x {trained.vector_size} in {options.out}")
    return 0


def _record(options: argparse.Namespace) -> int:
    from .record import TRAINED, record

    record(Path(options.out) if options.out else TRAINED, progress_bar())
    return 0


def _data_report(options: argparse.Namespace) -> int:
    from .data_report import report

    failed = 0
    for check in report(Path(options.sst2) if options.sst2 else None):
        failed += not check.passed
        print(
            f"{'ok  ' if check.passed else 'FAIL'} {check.what:<48} {check.found:>12}   wanted {check.wanted}",
            flush=True,
        )
    return 1 if failed else 0


def _bench(options: argparse.Namespace) -> int:
    from .bench import bench
    from .data import load

    measured = bench(load(options.test, "test").texts)
    print(json.dumps(measured.as_dict()) if options.json else measured)
    return 0


def progress_bar():
    """A one-line bar on standard error where that is a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda step: None

    def draw(step: TrainStep) -> None:
        done = 30 * step.step // step.total
        end = "\n" if step.step == step.total else ""
        bar = "#" * done + "." * (30 - done)
        print(f"\r[{bar}] {step.step}/{step.total} loss {step.loss:.3f}", end=end, file=sys.stderr, flush=True)

    return draw


if __name__ == "__main__":
    sys.exit(main())
