"""What each command of `python -m paradigms` does. One that succeeds returns 0; bad input raises ParadigmError.

What a command needs is imported when it runs: the one that only counts words does not wait for torch.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import TrainStep
from .errors import ParadigmError

if TYPE_CHECKING:
    from .plan import Plan

IN_A_PLAN = ("templates", "verbalizers", "train", "test", "n", "shots", "seeds", "calibrate", "backbone")
DOCUMENTS = 1_500  # that a soft prompt is pre-trained on: it has few numbers to learn


def evaluate(options: argparse.Namespace) -> int:
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
        generations=options.generations,
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


def ask(options: argparse.Namespace) -> int:
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


def vectors(options: argparse.Namespace) -> int:
    from .vectors import Documents, save_vectors, train_vectors

    missing = [file for file in options.text if not Path(file).is_file()]
    if missing:
        raise ParadigmError("not_found", f"no file {missing[0]}", where=missing[0])
    out = _folder(options.out)
    trained = train_vectors(
        Documents(options.text),
        size=options.size,
        n_words=options.words,
        epochs=options.epochs,
        workers=options.workers,
    )
    save_vectors(trained, out)
    print(f"{len(trained)} words x {trained.vector_size} in {options.out}")
    return 0


def pretrain(options: argparse.Namespace) -> int:
    from .backbone import BUILT_IN
    from .pretrain_run import recipe_for, run

    recipe = recipe_for(options.minutes, options.tokens, options.lr, options.seed, options.self_distillation)
    run(
        options.init or str(BUILT_IN),
        options.text,
        _folder(options.out),
        recipe,
        resume=options.resume,
        keep=options.keep,
        say=lambda line: print(line, flush=True),
    )
    return 0


def average(options: argparse.Namespace) -> int:
    from .pretrain_run import write
    from .weight_average import average

    out = _folder(options.out)
    write(average(options.backbones), out)
    print(f"the mean of {len(options.backbones)} backbones in {options.out}")
    return 0


def ppt(options: argparse.Namespace) -> int:
    from .corpus import documents_of, sentences_of
    from .prompt.ppt import pretrain

    out = _folder(options.out)
    documents = [sentences_of(document) for document in islice(documents_of(options.text), DOCUMENTS)]
    files = " ".join(Path(file).name for file in options.text)
    command = f"python -m paradigms ppt --text {files} --out {out.name} --seed {options.seed}{_backbone(options)}"
    draw = progress_bar()
    for question, step in pretrain(documents, out, command, backbone=options.backbone, seed=options.seed):
        draw(step)
        if step.step == step.total:
            print(f"{question}: {step.accuracy:.1%} right in training, {step.seconds:.0f} s", flush=True)
    return 0


def sweep(options: argparse.Namespace) -> int:
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

    given = {name: value for name in IN_A_PLAN if (value := getattr(options, name)) is not None}
    if options.plan is not None:
        if given:
            name = next(iter(given))
            raise ParadigmError("unused_option", f"a plan has its own --{name}: give one or the other", offending=name)
        return Plan.read(options.plan)
    if not (options.templates and options.verbalizers):
        raise ParadigmError("missing_option", "sweep needs --templates and --verbalizers, or a plan")
    templates = gallery.TEMPLATES if options.templates == "gallery" else read_templates(options.templates)
    ready = tuple(entry.source for entry in gallery.VERBALIZERS)
    own_words = ready if options.verbalizers == "gallery" else map(source_of, read_verbalizers(options.verbalizers))
    settings: dict[str, Any] = {"n": 0, **given}  # what is left out has the plan's default, but all of the sentences
    settings["templates"] = tuple(template.source for template in templates)
    settings["verbalizers"] = tuple(own_words)
    settings["seeds"] = tuple(range(given.get("seeds", 1)))
    return Plan(**settings)


def demonstrations(options: argparse.Namespace) -> int:
    from .data import load
    from .plan import draw
    from .prompt.demonstrations_study import RECORD, study, write

    file = RECORD if options.out == "app" else Path(options.out) if options.out else None
    if file:
        _folder(file.parent)
        if file.is_dir():
            raise ParadigmError("not_writable", f"{file} is a folder; a file is wanted", where=str(file))
    sets = "".join(
        f" --{name} {Path(given).name}" for name in ("train", "test") if (given := getattr(options, name)) != "reviews"
    )
    command = f"python -m paradigms demonstrations --n {options.n} --seeds {options.seeds}{sets}{_backbone(options)}"
    train, test = load(options.train, "train"), load(options.test, "test")
    test = draw(test, options.n)
    found = study(train, test, options.seeds, options.backbone, command)
    if file:
        write(found, file)
    tested = f"{found.n_test} sentences of {test.name}, {options.seeds} seeds"
    print(f"{found.backbone}, {tested}; majority {test.majority:.1%}")
    for row in found.rows:
        how = f"{row.shown} {row.choose}{' calibrated' if row.calibrated else ''}"
        print(f"  {how:<24} {row.mean:.1%} ± {row.deviation:.1%}   left out {row.left_out:.1f}")
    for name in ("accuracy", "calibrated"):
        values = sorted(getattr(order, name) for order in found.orders)
        print(f"  {len(values)} orders, {name:<12} {values[0]:.1%} to {values[-1]:.1%}")
    return 0


def label_words(options: argparse.Namespace) -> int:
    from .data import load
    from .prompt.label_words import as_dict, as_table, label_words

    train, test = load(options.train, "train"), load(options.test, "test")
    steps = label_words(train, test, backbone=options.backbone, on_step=progress_bar())
    rows = list({row.condition: row for row in steps}.values())
    print(json.dumps(as_dict(rows, test.name), ensure_ascii=False) if options.json else as_table(rows))
    return 0


def record(options: argparse.Namespace) -> int:
    from .record import TRAINED, record

    record(_folder(options.out or TRAINED), progress_bar())
    return 0


def data_report(options: argparse.Namespace) -> int:
    from .data_report import report

    failed = 0
    for check in report(Path(options.sst2) if options.sst2 else None):
        failed += not check.passed
        print(
            f"{'ok  ' if check.passed else 'FAIL'} {check.what:<64} {check.found:>18}   wanted {check.wanted}",
            flush=True,
        )
    return 1 if failed else 0


def bench(options: argparse.Namespace) -> int:
    from .bench import bench
    from .data import load

    measured = bench(load(options.test, "test").texts)
    print(json.dumps(measured.as_dict()) if options.json else measured)
    return 0


def _backbone(options: argparse.Namespace) -> str:
    """What a recorded command ends with where another backbone than the built-in one was asked."""
    return f" --backbone {Path(options.backbone).name}" if options.backbone else ""


def _folder(out: str | Path) -> Path:
    """The folder for what is made, made itself where there is none. Before any work: hours of it would be lost.

    Raises ParadigmError("not_writable") where there can be none, or where nothing can be put into it.
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParadigmError("not_writable", f"{out} is no folder and cannot be made one", where=str(out)) from error
    if not os.access(folder, os.W_OK):
        raise ParadigmError("not_writable", f"nothing can be written into {out}", where=str(out))
    return folder


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
