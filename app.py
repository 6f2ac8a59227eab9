"""Cloze in the browser: `python app.py`, then open the address it prints."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress

# Before gradio is imported: no version check, no telemetry.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# Before torch is: threads that wait should sleep, not spin, where a training and sixty browsers share two cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    options.add_argument("--port", type=int, default=int(os.environ.get("GRADIO_SERVER_PORT", "7860")))
    options.add_argument("--backbone", help="another masked language model: a folder or a hub name")
    options.add_argument("--root-path", default="", help="the path under which a reverse proxy serves the app")
    chosen = options.parse_args()

    from lessons.site import serve

    # Ctrl-C while the server is still starting is as clean an end as one later, which Gradio takes care of.
    with suppress(KeyboardInterrupt):
        serve(chosen.host, chosen.port, chosen.root_path, chosen.backbone)


if __name__ == "__main__":
    main()
