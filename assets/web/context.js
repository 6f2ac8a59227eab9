// The list of demonstrations: dragging moves one, and the keyboard stays with the one that its arrow has moved.
window.context = {
  list(element, trigger) {
    let from = null; // the place of what is being dragged
    let keep = []; // buttons to be focused when the list has been redrawn, the first that is there
    const row = (event) => event.target.closest?.("[data-place]");
    const mark = (target) => {
      for (const other of element.querySelectorAll(".target")) other.classList.remove("target");
      target?.classList.add("target");
    };
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-pick]");
      if (!button) return;
      const [what, place] = button.dataset.pick.split(":");
      const after = { up: Number(place) - 1, down: Number(place) + 1 }[what] ?? place;
      keep = [`${what}:${after}`, `up:${after}`, `down:${after}`, `drop:${after}`];
      trigger("select", { value: button.dataset.pick });
    });
    element.addEventListener("dragstart", (event) => {
      from = row(event)?.dataset.place ?? null;
      if (from === null) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", from); // without which Firefox does not drag
      row(event).classList.add("dragged");
    });
    element.addEventListener("dragover", (event) => {
      if (from === null) return;
      event.preventDefault();
      mark(row(event));
    });
    element.addEventListener("drop", (event) => {
      const to = row(event)?.dataset.place;
      if (from === null || to === undefined) return;
      event.preventDefault();
      if (to !== from) trigger("select", { value: `move:${from}:${to}` });
    });
    element.addEventListener("dragend", (event) => {
      row(event)?.classList.remove("dragged");
      mark(null);
      from = null;
    });
    new MutationObserver(() => {
      const button = keep.map((name) => element.querySelector(`[data-pick="${name}"]`)).find(Boolean);
      keep = [];
      button?.focus();
    }).observe(element, { childList: true, characterData: true, subtree: true });
  },
};
