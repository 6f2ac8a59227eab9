"""Memory that is freed stays with the process.

glibc hands large freed blocks back to the system and takes them anew for every layer's activations, each time as fresh
pages to be cleared; a forward pass spends a quarter of its time there. Telling it to keep them is worth that quarter.
"""

import ctypes
import sys
from functools import lru_cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Set once per process; does nothing where the C library is not glibc."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)
