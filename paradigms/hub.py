"""What all that load models share: whether the hub answers, one load at a time, and which state of a folder it is."""

from __future__ import annotations

import os
import socket
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
