"""Whether the model hub answers. Its own client tries again and again for half a minute where there is no network."""

from __future__ import annotations

import socket
from functools import lru_cache
from urllib.parse import urlsplit

PATIENCE = 2.0  # seconds


@lru_cache(maxsize=1)
def reachable() -> bool:
    """Asked once per process, with little patience; where it says no, only what has been downloaded before is used."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE

    if HF_HUB_OFFLINE:
        return False
    address = urlsplit(ENDPOINT)
    try:
        with socket.create_connection((address.hostname, address.port or 443), timeout=PATIENCE):
            return True
    except OSError:
        return False
