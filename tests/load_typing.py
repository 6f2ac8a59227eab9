"""A class that types: how long it takes from an edit to its answer. Run by hand, against the real app.

    python tests/load_typing.py              60 simulated browsers on the prompt tab, an edit every half second each
    python tests/load_typing.py --browser    one real Chromium, from the input event to the moved bars or cells

A simulated browser does what Gradio's own script does: an edit sends every event that hears the edited box; an event
that is still being answered sends its newest state when it has been (`always_last`); answers come over one stream. The
latency of an edit is the time until an answer that knows it. The last edit of everyone must be answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import urlopen

import httpx
import orjson

ROOT = Path(__file__).resolve().parent.parent
PAUSE = 0.5  # seconds between two edits of one person
PATIENCE = 60.0  # seconds after the last edit until an answer counts as lost
SENTENCE = (
    "a film that begins slowly and then finds its heart in the last hour the actors are wonderful but nobody told the "
    "writer when to stop I laughed twice and cried once and would see it again with my sister who hates the cinema"
)
WORDS = SENTENCE.split()
TEMPLATES = ("It was", "All in all", "In short, a", "Just", "What a", "The film is", "I found it", "So")
BARS = {  # ms: of the median, of 95 in 100
    "class": (float("inf"), 1000),
    "sentence": (100, 250),
    "template": (100, 250),
    "strip": (150, float("inf")),
}
LABEL_WORDS = {"neg": ("bad", "awful", "dull", "boring", "poor"), "pos": ("good", "fun", "fine", "superb", "nice")}


class Page:
    """What the app says about itself: the boxes of the prompt tab, and the events that hear them."""

    def __init__(self, config: dict[str, Any]):
        self.values = {one["id"]: one["props"].get("value") for one in config["components"]}
        ids: dict[str, int] = {}
        for one in config["components"]:
            ids.setdefault(one["props"].get("elem_id"), one["id"])  # the page in English, which comes first
        self.boxes = {"s": ids["sentence"], "t": ids["prompt-template"], "neg": ids["prompt-neg"]}
        self.boxes["pos"] = ids["prompt-pos"]
        self.bars = ids["prompt-bars"]
        self.events = {one["id"]: one for one in config["dependencies"]}
        self.load = next(one for one in self.events.values() if any(what == "load" for _, what in one["targets"]))
        self.live = next(one for one in self.events.values() if self.bars in one["outputs"])
        self.asking = next(one for one in self.events.values() if "cloze.ask(" in (one["js"] or ""))

    def hearing(self, box: int) -> Iterator[dict[str, Any]]:
        """The events that an edit of a box sends; those that ask for the open tab send that of the prompt."""
        for one in self.events.values():
            if [box, "change"] in [list(target) for target in one["targets"]]:
                if one["backend_fn"]:
                    yield one
                elif "cloze.say(" in one["js"]:
                    yield self.live

    def data(self, event: dict[str, Any], values: dict[int, Any]) -> list[Any]:
        """The inputs of an event; the page's script gives what all controls say as the one of the live event."""
        if event is self.live:
            return [self.data(self.asking, values)]
        return [values.get(one, self.values.get(one)) for one in event["inputs"]]


class Typist:
    """One browser. `latencies` are in seconds, one for each edit."""

    def __init__(self, page: Page, url: str, number: int):
        self.page, self.url, self.session = page, url, f"typist{number:03d}"
        self.random = random.Random(number)
        self.values: dict[int, Any] = {}
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self.unanswered: list[tuple[float, int]] = []  # (when, number) of edits that no answer knows yet
        self.n_edits = 0
        self.known = ""  # the state that the last answer knew, as the link that the page writes
        self.running: Counter[int] = Counter()  # calls under way, by event
        self.again: set[int] = set()  # events to be sent once more
        self.called: dict[str, tuple[int, int]] = {}  # call -> its event, and the number of the newest edit it knows
        self.early: dict[str, dict[str, Any]] = {}  # answers that came before their call was known
        self.stream: asyncio.Task[None] | None = None
        self.direct: set[asyncio.Task[None]] = set()
        self.client = httpx.AsyncClient(base_url=url, timeout=PATIENCE)

    async def open(self) -> None:
        for event in (self.page.load, self.page.live):
            await self.send(event)
            while self.running.total():
                await asyncio.sleep(0.05)

    async def type(self, seconds: float) -> None:
        await asyncio.sleep(PAUSE * self.random.random())
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            began = time.perf_counter()
            box, text = self.edit()
            self.values[self.page.boxes[box]] = text
            self.n_edits += 1
            self.unanswered.append((began, self.n_edits))
            for event in self.page.hearing(self.page.boxes[box]):
                if not self.running[event["id"]] or event["trigger_mode"] == "multiple":
                    await self.send(event)
                elif event["trigger_mode"] == "always_last":
                    self.again.add(event["id"])
            await asyncio.sleep(max(0.0, began + PAUSE - time.perf_counter()))
        end = time.perf_counter()
        while self.unanswered and time.perf_counter() - end < PATIENCE:
            await asyncio.sleep(0.05)

    def edit(self) -> tuple[str, str]:
        """Mostly the sentence grows by a word or starts anew; now and then a template or a label word."""
        what = self.random.choices(["s", "t", "neg", "pos"], [7, 1, 1, 1])[0]
        if what == "s":
            words = str(self.values.get(self.page.boxes["s"], "")).split()
            words = [] if len(words) > 20 else words
            return "s", " ".join([*words, self.random.choice(WORDS)])
        if what == "t":
            return "t", f"{{text}} {self.random.choice(TEMPLATES)} {self.random.choice(WORDS)} [MASK]."
        return what, self.random.choice(LABEL_WORDS[what])

    async def send(self, event: dict[str, Any]) -> None:
        self.running[event["id"]] += 1
        knows = self.n_edits
        body = {
            "data": self.page.data(event, self.values),
            "fn_index": event["id"],
            "session_hash": self.session,
            "event_data": None,
            "trigger_id": None,
        }
        if event["queue"] is False:
            self.direct.add(task := asyncio.create_task(self.at_once(event["id"], knows, body)))
            task.add_done_callback(self.direct.discard)
            return
        answer = await self.client.post("/gradio_api/queue/join", json=body)
        if answer.status_code != 200:
            self.errors.append(f"{answer.status_code} {answer.text[:200]}")
            self.running[event["id"]] -= 1
            return
        call = answer.json()["event_id"]
        self.called[call] = event["id"], knows
        if self.stream is None:
            self.stream = asyncio.create_task(self.listen())
        if call in self.early:
            await self.queued(self.early.pop(call))

    async def at_once(self, number: int, knows: int, body: dict[str, Any]) -> None:
        """An event that does without the queue is one request and its response."""
        answer = await self.client.post("/gradio_api/run/predict", json=body)
        if answer.status_code != 200:
            self.errors.append(f"{answer.status_code} {answer.text[:200]}")
        await self.completed(number, knows, orjson.loads(answer.content)["data"] if answer.status_code == 200 else None)

    async def listen(self) -> None:
        """The answers to all events that are under way; ends when there are none."""
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as lines:
            async for line in lines.aiter_lines():
                if line.startswith("data: "):
                    message = orjson.loads(line[6:])
                    if message["msg"] == "process_completed":
                        await self.queued(message)
                    elif message["msg"] in ("unexpected_error", "server_stopped"):
                        self.errors.append(str(message)[:200])
        self.stream = None
        if self.called:
            self.stream = asyncio.create_task(self.listen())

    async def queued(self, message: dict[str, Any]) -> None:
        if message["event_id"] not in self.called:
            self.early[message["event_id"]] = message
            return
        if not message["success"]:
            self.errors.append(str(message["output"])[:200])
        data = message["output"]["data"] if message["success"] else None
        await self.completed(*self.called.pop(message["event_id"]), data)

    async def completed(self, number: int, knows: int, data: list[Any] | None) -> None:
        """Take an answer in; `data` is None where there was an error instead of one."""
        now = time.perf_counter()
        event = self.page.events[number]
        self.running[number] -= 1
        if event is self.page.live and data is not None:
            answer = dict(zip(event["outputs"], data, strict=True))
            if isinstance(answer[self.page.bars], str):
                self.known = answer[event["outputs"][0]]
                self.latencies += [now - when for when, edit in self.unanswered if edit <= knows]
                self.unanswered = [(when, edit) for when, edit in self.unanswered if edit > knows]
        if event["id"] in self.again:
            self.again.remove(event["id"])
            await self.send(event)

    @property
    def lost(self) -> bool:
        """Whether what is shown at the end is not what the boxes say."""
        shown = dict(parse_qsl(self.known.removeprefix("?")))
        return bool(self.unanswered) or any(
            shown.get(name, self.page.values[box]) != self.values.get(box, self.page.values[box])
            for name, box in self.page.boxes.items()
        )


async def crowd(url: str, n: int, seconds: float, memory: Callable[[], float]) -> dict[str, Any]:
    """A report on `n` typists; `memory` says how much the app has, in MB."""
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
        page = Page((await client.get("/config")).json())
    typists = [Typist(page, url, number) for number in range(n)]
    used: list[float] = []

    async def watch() -> None:
        while True:
            used.append(memory())
            await asyncio.sleep(max(1.0, seconds / 20))

    began = time.perf_counter()
    await asyncio.gather(*(typist.open() for typist in typists))
    opened = time.perf_counter() - began
    watching = asyncio.create_task(watch())
    await asyncio.gather(*(typist.type(seconds) for typist in typists))
    watching.cancel()
    used.append(memory())
    for typist in typists:
        if typist.stream is not None:  # of a measurement that goes on; nobody waits for it any more
            typist.stream.cancel()
        await typist.client.aclose()
    latencies = [latency for typist in typists for latency in typist.latencies]
    errors = [error for typist in typists for error in typist.errors]
    return {
        "typists": n,
        "opened_s": round(opened, 1),  # all pages filled, which all asked at once
        "seconds": seconds,
        "edits": sum(typist.n_edits for typist in typists),
        **quantiles(latencies),
        "errors": len(errors),
        "first_errors": errors[:3],
        "lost_last_edits": sum(typist.lost for typist in typists),
        "megabytes": [round(value) for value in used],
    }


def quantiles(seconds: list[float]) -> dict[str, Any]:
    ordered = sorted(seconds) or [float("nan")]

    def at(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"answered": len(seconds), "p50_ms": at(0.5), "p95_ms": at(0.95), "max_ms": at(1.0)}


# From the released input event, after the pause in typing, to the change of what is watched and, `framed`, the frame
# that shows it.
WATCH = """([watched, framed]) => {
  window.took = []; let since = null;
  const moved = (began) => window.took.push(performance.now() - began);
  window.addEventListener("input", (event) => { if (event.released) since = performance.now(); }, true);
  new MutationObserver(() => {
    if (since === null) return;
    const began = since; since = null;
    if (framed) requestAnimationFrame(() => moved(began)); else moved(began);
  }).observe(document.querySelector(watched), { attributes: true, childList: true, subtree: true });
}"""


def one_browser(url: str, edits: int) -> dict[str, dict[str, Any]]:
    """Reports on a single person in a real browser: the bars of the prompt tab, while only the sentence is edited, and
    while at every fifth edit the template is, and with it accuracy over all held-out reviews is measured anew; and the
    first cells of the playground's strip, whose template is edited."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        page = chromium.new_page()
        typist = random.Random(0)

        def watched(lesson: str, there: str, watch: str, box: str, every: int, rest: int) -> dict[str, Any]:
            """Every `every`-th edit is one of the template in `box`, the others are edits of the sentence."""
            page.goto(f"{url}/?lesson={lesson}")
            page.wait_for_selector(there, timeout=60_000)
            page.wait_for_timeout(3000)
            page.evaluate(WATCH, [watch, lesson == "prompt"])
            for number in range(edits):
                template = number % every == every - 1
                words = " ".join(typist.choice(WORDS) for _ in range(4 + number % 12))
                text = f"{{text}} {typist.choice(TEMPLATES)} {typist.choice(WORDS)} [MASK]." if template else words
                page.locator(f"{box if template else '#sentence'} textarea").fill(text)
                page.wait_for_function(f"window.took.length > {number}", timeout=20_000)
                page.wait_for_timeout(rest)
            return {"edits": edits, **quantiles([ms / 1000 for ms in page.evaluate("window.took")])}

        bars = ("prompt", "#prompt-bars .meter", "#prompt-bars", "#prompt-template")
        strip = ("playground", "#playground-strip .cell.right", "#playground-strip", "#playground-pt")
        reports = {
            "sentence": watched(*bars, every=edits + 1, rest=300),
            "template": watched(*bars, every=5, rest=300),
            "strip": watched(*strip, every=1, rest=2000),
        }
        chromium.close()
    return reports


@contextmanager
def app() -> Iterator[tuple[str, Callable[[], float]]]:
    """The app in a process of its own: its address, and its resident memory in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            time.sleep(0.2)
            try:
                urlopen(f"{url}/config", timeout=30).close()
                break
            except OSError:
                assert process.poll() is None, "the app has ended"

        def cpu_seconds() -> float:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        used = 0.0  # until it has answered, beside the first page, what a class asks first
        while (now := cpu_seconds()) - used > 0.4:  # Gradio alone, looking for work, takes up to 0.2
            used = now
            time.sleep(2)

        def memory() -> float:
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

        yield url, memory
    finally:
        process.terminate()
        process.wait(30)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--typists", type=int, default=60)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--browser", action="store_true", help="one real Chromium")
    options.add_argument("--edits", type=int, default=60, help="of the real Chromium, each kind")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with app() as (url, memory):
        if chosen.browser:
            reports = one_browser(url, chosen.edits)
        else:
            reports = {"class": asyncio.run(crowd(url, chosen.typists, chosen.seconds, memory))}
    for what, report in reports.items():
        median, most = BARS[what]
        met = report["p50_ms"] <= median and report["p95_ms"] <= most
        report["met"] = met and not report.get("errors") and not report.get("lost_last_edits")
    if chosen.json:
        print(json.dumps(reports))
    else:
        for what, report in reports.items():
            print(what, *(f"  {name:<16} {value}" for name, value in report.items()), sep="\n")
    return 0 if all(report["met"] for report in reports.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
