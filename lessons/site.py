"""The whole site: a page per language, the looks, and the settings of the server."""

from __future__ import annotations

import gc
import sys
from copy import copy
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import gradio as gr
from plotly.offline import get_plotlyjs
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from paradigms.prompt.what_is_trained import TRAIN

from . import challenge, models, prompt_training, training
from .page import LIVE, PATHS, Page
from .state import FIELDS
from .text import Text

WEB = Path(__file__).resolve().parent.parent / "assets" / "web"
# cloze.js, which the others build on, comes first.
SCRIPTS = sorted(WEB.glob("*.js"), key=lambda file: (file.stem != "cloze", file.name))
FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
UPLOADS = (600, 3600)  # seconds: how often files that visitors loaded are looked through, and how old they may grow
KEEP = {"Cache-Control": "public, max-age=86400"}


def build(root_path: str = "") -> gr.Blocks:
    """The pages, English at `/` and Chinese at `/zh`, from the same code."""
    with gr.Blocks(title=Text("en")("page.title"), analytics_enabled=False, delete_cache=UPLOADS) as demo:
        Page(demo, "en", root_path)
        gr.api(ask, api_name="ask", **LIVE)
    with demo.route(Text("zh")("page.title"), PATHS["zh"], show_in_navbar=False):
        Page(demo, "zh", root_path)
    demo.unload(forget)
    return demo


def ask(sentence: str) -> dict[str, dict[str, float]]:
    """The one public endpoint: the probability of each label for a sentence, by paradigm."""
    text = str(FIELDS["s"].clean(sentence))
    return {
        method: dict(zip(map(str, model.classes_), map(float, model.predict_proba([text])[0]), strict=True))
        for method, model in models.trained().items()
    }


def forget(request: gr.Request) -> None:
    """A closed browser's models go at once."""
    if request.session_hash:
        models.SESSIONS.forget(request.session_hash)
        training.forget(request.session_hash)


def describe_once(demo: gr.Blocks) -> None:
    """Let the components of a finished page keep what they say of themselves. Gradio asks all of them, of both pages,
    for every browser that comes: for a class that opens the page together, many seconds of everybody's waiting."""
    for block in demo.blocks.values():
        of_calls = () if block.skip_api else ("api_info", "api_info_as_input", "api_info_as_output")
        for said in ("get_config", *of_calls):
            if hasattr(block, said):
                # Each browser gets a copy: its own values are written into it.
                setattr(block, said, partial(copy, getattr(block, said)()))


class ZippedPages:
    """Gradio compresses what has a file's name, and the pages have none: the longest texts of all, which a class asks
    for at the same moment. Answers to what is typed stay as they are."""

    def __init__(self, app: ASGIApp):
        self.app, self.zipped = app, GZipMiddleware(app, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["type"] == "http" and scope["path"] in PATHS.values()
        await (self.zipped if page else self.app)(scope, receive, send)


def settings(root_path: str = "") -> dict[str, Any]:
    """What `launch` is given: nothing leaves the machine, nothing of a visitor is kept."""
    return {
        "app_kwargs": {
            "middleware": [Middleware(ZippedPages)],
            "routes": [
                Route("/cloze/plotly.js", plotly_js),
                *(Route(f"/cloze/{file.name}", script) for file in SCRIPTS),
            ],
        },
        "theme": gr.themes.Base(font=FONTS, font_mono=["ui-monospace", "monospace"], primary_hue="slate"),
        "css_paths": sorted(WEB.glob("*.css")),
        "head": "".join(f'<script src="{root_path.rstrip("/")}/cloze/{file.name}"></script>' for file in SCRIPTS),
        "footer_links": [],
        "root_path": root_path or None,
        # A class whose calls wait for the engine leaves threads for what else is asked; and whoever waits for a turn to
        # train, twice each perhaps, is a job of Gradio's as well, of which it has as many.
        "max_threads": 240,
        "run_history": False,
        "max_file_size": "1mb",
        "enable_monitoring": False,
        "mcp_server": False,
        "ssr_mode": False,
        "share": False,
        "state_session_capacity": 200,
        "show_error": False,
    }


def plotly_js(request: object) -> Response:
    """The plotly.js that belongs to the installed plotly."""
    return Response(get_plotlyjs(), media_type="text/javascript", headers=KEEP)


def script(request: Request) -> Response:
    """One of the page's own scripts."""
    return FileResponse(WEB / request.url.path.rsplit("/", 1)[1], media_type="text/javascript")


def warm_up() -> None:
    """What all browsers will need, beside the first page and not before it: the models, the answers to the challenge
    set, what trainings would change."""
    challenge.answered()
    for train in TRAIN:
        prompt_training.parameters(train)
    gc.collect()
    gc.freeze()  # all of it stays: looking through it for garbage again and again would hold up a class
    gc.collect()  # which also tells the collector how little is left to look through


def serve(host: str, port: int, root_path: str = "", backbone: str | None = None) -> None:
    """Run the site until Ctrl-C."""
    if backbone is not None:
        models.Backbone.use(backbone)
    if find_spec("matplotlib") is None:
        # Gradio looks for it twice at every call, and a search that finds nothing is not remembered.
        sys.modules["matplotlib"] = None  # type: ignore[assignment]
    demo = build(root_path)
    describe_once(demo)
    demo.queue(max_size=300)
    Thread(target=warm_up, daemon=True).start()
    demo.launch(server_name=host, server_port=port, **settings(root_path))
