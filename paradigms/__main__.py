"""The command line: `python -m paradigms COMMAND`, what the package does without a browser."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Before torch is imported: threads that wait should sleep, not spin, where something else wants the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .base import TrainStep
from .errors import ParadigmError

if TYPE_CHECKING:
    from .plan import Plan

DOCUMENTS = 1_500  # that a soft prompt is pre-trained on: it has few numbers to learn


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
    evaluate.add_argument("--seed", type=int, default=0)
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
        help="auto-template: generate, gradient, edit; auto-verbalizer: likelihood, neighbours, weights, soft",
    )
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

    pretrain = commands.add_parser("pretrain", help="masked-LM training on plain text, one document a line")
    pretrain.add_argument("--init", metavar="DIR", help="the model to begin from; the built-in backbone if left out")
    pretrain.add_argument(
        "--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz; FILE@0.2 is a fifth of it"
    )
    pretrain.add_argument("--out", required=True, metavar="DIR")
    length = pretrain.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=_positive, metavar="N", help="10 if neither is given")
    length.add_argument("--tokens", type=_count, metavar="N")
    pretrain.add_argument("--lr", type=_positive, default=5e-4, help="learning rate at its highest")
    pretrain.add_argument("--seed", type=int, default=0)
    pretrain.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    pretrain.set_defaults(run=_pretrain)

    ppt = commands.add_parser("ppt", help="pre-train a soft prompt on plain text, one document a line")
    ppt.add_argument("--text", nargs="+", required=True, metavar="FILE", help="plain, .gz or .xz")
    ppt.add_argument("--out", required=True, metavar="DIR")
    ppt.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    ppt.add_argument("--seed", type=int, default=0)
    ppt.set_defaults(run=_ppt)

    sweep = commands.add_parser("sweep", help="many templates x many verbalizers")
    sweep.add_argument("plan", nargs="?", metavar="PLAN.json", help="as the page exports it, in place of the options")
    sweep.add_argument("--templates", metavar="F", help="a file, one a line or a JSON list; or `gallery`")
    sweep.add_argument("--verbalizers", metavar="F", help="likewise")
    sweep.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    sweep.add_argument("--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out")
    sweep.add_argument("--n", type=_count, default=0, help="sentences to test on; all if left out")
    sweep.add_argument(
        "--shots", type=_count, default=0, metavar="K", help="labelled examples per class; none if left out"
    )
    sweep.add_argument("--seeds", type=_count, default=1, metavar="N", help="draws and trainings per cell")
    sweep.add_argument("--calibrate", metavar="X", help="take away the answer to n/a, mask, empty, or their average")
    sweep.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    sweep.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes to run in")
    form = sweep.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print one line a cell")
    sweep.set_defaults(run=_sweep)

    shown = commands.add_parser("demonstrations", help="what demonstrations bring, and what their order decides")
    shown.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    shown.add_argument("--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out")
    shown.add_argument("--n", type=_count, default=200, help="sentences to test on; 0 for all")
    shown.add_argument("--seeds", type=_count, default=5)
    shown.add_argument("--backbone", metavar="DIR", help="a masked or a causal language model: a folder or a hub name")
    shown.add_argument("--out", metavar="FILE", help="keep it as JSON; with `app` as what the app shows")
    shown.set_defaults(run=_demonstrations)

    labels = commands.add_parser("label-words", help="do label words have to mean something? (LM-BFF, table 2)")
    labels.add_argument("--train", metavar="F.tsv", default="reviews", help="label<TAB>text or CSV, or a set's name")
    labels.add_argument("--test", metavar="F.tsv", default="reviews", help="likewise; the built-in reviews if left out")
    labels.add_argument("--backbone", metavar="DIR", help="another masked language model: a folder or a hub name")
    labels.add_argument("--json", action="store_true", help="print one JSON object")
    labels.set_defaults(run=_label_words)

    record = commands.add_parser("record", help="train the four paradigms on the built-in reviews and keep the results")
    record.add_argument("--out", metavar="DIR", help="the app's own assets if left out")
    record.set_defaults(run=_record)

    report = commands.add_parser("data-report", help="check the built-in review sets against fixed thresholds")
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


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _evaluate(options: argparse.Namespace) -> int:
    from .data import load
    from .evaluate import evaluate, make

    make(options.method)  # a wrong name is said before any file is read
    train, test = load(options.train, "train"), load(options.test, "test")
    result, model = evaluate(
        options.method,
        train,
        test,
        shots=options.shots,
        seed=options.seed,
        on_step=progress_bar(),
        backbone=options.backbone,
        template=options.template,
        verbalizer=options.verbalizer,
        tune=options.tune,
        init=options.init,
        search=options.search,
    )
    if options.json:
        print(json.dumps(result.as_dict()))
        return 0
    low, high = result.ci95
    print(f"{result.method} on {result.dataset}: accuracy {result.accuracy:.1%}, 95% interval {low:.1%} to {high:.1%}")
    print(f"  {result.n_train} labelled examples, {result.trainable_parameters:,} trainable parameters", end="")
    print(f", {result.n_test} texts tested" + (f", backbone {result.backbone}" if result.backbone else ""))
    print(f"  {result.seconds_fit:.1f} s to fit, {result.seconds_predict:.1f} s to predict")
    if hasattr(model, "found"):
        print(f"  {model.found(test.texts, test.labels)}")
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


def _pretrain(options: argparse.Namespace) -> int:
    from .backbone import BUILT_IN
    from .pretrain_run import recipe_for, run

    recipe = recipe_for(options.minutes, options.tokens, options.lr, options.seed)
    run(
        options.init or str(BUILT_IN),
        options.text,
        Path(options.out),
        recipe,
        resume=options.resume,
        say=lambda line: print(line, flush=True),
    )
    return 0


def _ppt(options: argparse.Namespace) -> int:
    from .corpus import documents_of, sentences_of
    from .prompt.ppt import pretrain

    documents = [sentences_of(document) for document in islice(documents_of(options.text), DOCUMENTS)]
    files = " ".join(Path(file).name for file in options.text)
    command = f"python -m paradigms ppt --text {files} --out {Path(options.out).name} --seed {options.seed}"
    draw = progress_bar()
    out = Path(options.out)
    for question, step in pretrain(documents, out, command, backbone=options.backbone, seed=options.seed):
        draw(step)
        if step.step == step.total:
            print(f"{question}: {step.accuracy:.1%} right in training, {step.seconds:.0f} s", flush=True)
    return 0


def _sweep(options: argparse.Namespace) -> int:
    from .plan import draw
    from .sweep import Summary, sweep
    from .sweep_report import as_csv, as_dict, as_table

    plan = _plan(options)
    test = plan.test_set()
    cells = {(cell.row, cell.column): cell for cell in sweep(plan, test=test, n_jobs=options.jobs or None)}.values()
    summary = Summary.of(plan, list(cells), draw(test, plan.n).majority)
    if options.json:
        print(json.dumps(as_dict(plan, list(cells), summary), ensure_ascii=False))
    elif options.csv:
        print(as_csv(plan, list(cells)), end="")
    else:
        print(as_table(plan, list(cells), summary))
    return 0


def _plan(options: argparse.Namespace) -> Plan:
    """The plan of a file, or the one that the options spell out."""
    from .plan import Plan
    from .prompt import gallery
    from .prompt.openprompt import read_templates, read_verbalizers, source_of

    if options.plan is not None:
        if options.templates or options.verbalizers:
            raise ParadigmError("unused_option", "a plan has its own templates and verbalizers: give one or the other")
        return Plan.read(options.plan)
    if not (options.templates and options.verbalizers):
        raise ParadigmError("missing_option", "sweep needs --templates and --verbalizers, or a plan")
    templates = gallery.TEMPLATES if options.templates == "gallery" else read_templates(options.templates)
    ready = tuple(entry.source for entry in gallery.VERBALIZERS)
    own_words = ready if options.verbalizers == "gallery" else map(source_of, read_verbalizers(options.verbalizers))
    return Plan(
        tuple(template.source for template in templates),
        tuple(own_words),
        train=options.train,
        test=options.test,
        n=options.n,
        shots=options.shots,
        seeds=tuple(range(options.seeds)),
        calibrate=options.calibrate,
        backbone=options.backbone,
    )


def _demonstrations(options: argparse.Namespace) -> int:
    from .data import load
    from .plan import draw
    from .prompt.demonstrations_study import RECORD, study, write

    command = f"python -m paradigms demonstrations --n {options.n} --seeds {options.seeds}"
    train, test = load(options.train, "train"), load(options.test, "test")
    test = draw(test, options.n)
    found = study(train, test, options.seeds, options.backbone, command)
    tested = f"{found.n_test} sentences of {test.name}, {options.seeds} seeds"
    print(f"{found.backbone}, {tested}; majority {test.majority:.1%}")
    for row in found.rows:
        how = f"{row.shown} {row.choose}{' calibrated' if row.calibrated else ''}"
        print(f"  {how:<24} {row.mean:.1%} ± {row.deviation:.1%}   left out {row.left_out:.1f}")
    for name in ("accuracy", "calibrated"):
        values = sorted(getattr(order, name) for order in found.orders)
        print(f"  {len(values)} orders, {name:<12} {values[0]:.1%} to {values[-1]:.1%}")
    if options.out:
        write(found, RECORD if options.out == "app" else Path(options.out))
    return 0


def _label_words(options: argparse.Namespace) -> int:
    from .data import load
    from .prompt.label_words import as_dict, as_table, label_words

    train, test = load(options.train, "train"), load(options.test, "test")
    steps = label_words(train, test, backbone=options.backbone, on_step=progress_bar())
    rows = list({row.condition: row for row in steps}.values())
    print(json.dumps(as_dict(rows, test.name), ensure_ascii=False) if options.json else as_table(rows))
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
            f"{'ok  ' if check.passed else 'FAIL'} {check.what:<64} {check.found:>18}   wanted {check.wanted}",
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
