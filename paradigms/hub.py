"""What every loader of models shares: whether the hub answers, one load at a time, which state of a folder it is, and
silence."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import RLock
from urllib.parse import urlsplit

PATIENCE = 2.0  # seconds
one_load_at_a_time = RLock()  # `transformers` leaves weights out where two threads load, even of different models


def state_of(source: str | Path) -> int:
    """When the folder's newest file was written: what is kept of a folder is stale once another is. 0 for no folder."""
    try:
        with os.scandir(source) as files:
            return max((file.stat().st_mtime_ns for file in files), default=0)
    except OSError:
        return 0


@lru_cache(maxsize=1)
def reachable() -> bool:
    """Whether the hub answers: asked once per process, with little patience, where its own client tries for half a
    minute. Where it says no, only what has been downloaded before is used."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE

    if HF_HUB_OFFLINE:
        return False
    address = urlsplit(ENDPOINT)
    try:
        with socket.create_connection((address.hostname, address.port or 443), timeout=PATIENCE):
            return True
    except OSError:
        return False


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' progress bars and remarks, which are put back afterwards."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
