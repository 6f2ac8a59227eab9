"""What a sweep found, as rows, CSV, JSON, or a table to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .plan import Plan
from .sweep import Cell, Summary


def rows(plan: Plan, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """The cells as flat rows, best first."""
    return [
        {
            "template": plan.templates[cell.row],
            "verbalizer": plan.verbalizers[cell.column],
            "accuracy": cell.accuracy,
            "deviation": cell.deviation,
            "low": cell.ci95[0],
            "high": cell.ci95[1],
            "n": cell.n,
            "shots": plan.shots,
            "accuracies": list(cell.accuracies),
            "prior": None if cell.prior is None else list(cell.prior),
        }
        for cell in sorted(cells, key=lambda cell: -cell.accuracy)
    ]


def as_csv(plan: Plan, cells: Sequence[Cell]) -> str:
    """One line a cell under a header; lists of numbers are separated by spaces."""
    lines = rows(plan, cells)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    for row in lines:
        writer.writerow({k: " ".join(map(str, v)) if isinstance(v, list) else v for k, v in row.items()})
    return file.getvalue()


def as_dict(plan: Plan, cells: Sequence[Cell], summary: Summary) -> dict[str, Any]:
    """Plan, cells and summary as JSON can hold them."""
    return {"plan": asdict(plan), "cells": rows(plan, cells), "summary": asdict(summary)}


def as_table(plan: Plan, cells: Sequence[Cell], summary: Summary) -> str:
    """One line a cell, best first, and the summary below."""
    spread, several = summary.spread, len(plan.seeds) > 1 and plan.shots
    lines = [f"{'accuracy':<16}  {'95% interval':<14}  template | verbalizer"]
    for row in rows(plan, cells):
        deviation = f" +- {100 * row['deviation']:.1f}" if several else ""
        bounds = f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"
        lines.append(f"{row['accuracy']:<8.1%}{deviation:<8}  {bounds:<14}  {row['template']} | {row['verbalizer']}")
    seeds = f", seeds {', '.join(map(str, plan.seeds))}" if plan.shots else ""
    how = f"{plan.shots} labelled examples per class{seeds}" if plan.shots else "zero-shot"
    lines.append(f"{spread.n} cells on {cells[0].n} sentences of {plan.test}, {how}:")
    lines.append(
        f"  best {spread.best:.1%}, median {spread.median:.1%}, worst {spread.worst:.1%}, standard deviation "
        f"{100 * spread.deviation:.1f} points; always the majority class {summary.majority:.1%}"
    )
    return "\n".join(lines)
