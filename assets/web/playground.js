// The playground: the strip of cells, copying and saving, and the builder of links for a class.
(() => {
  "use strict";

  // --- The strip ----------------------------------------------------------------------------------------------
  // A cell per held-out sentence, in a block per class. Python sends one number a cell; the sentences themselves with
  // every first picture, and with all that follow where this page, by what `have` says, does not have them yet: of
  // pictures that come at the same moment Gradio shows the last one only.
  const sentences = new Map(); // by their key
  const fill = (pattern, values) => pattern.replace(/\$(\w+)/g, (_, name) => values[name]);
  const build = (element, value) => {
    const blocks = value.labels.map((label, side) => {
      const block = document.createElement("section");
      block.className = `block side-${side}`;
      const head = document.createElement("p");
      const cells = document.createElement("div");
      cells.className = "cells";
      cells.setAttribute("role", "group");
      cells.setAttribute("aria-label", fill(value.words.block, { label }));
      block.append(head, cells);
      return block;
    });
    element.cells = value.gold.map((gold, row) => {
      const cell = document.createElement("button");
      cell.type = "button";
      cell.dataset.row = row;
      cell.tabIndex = -1;
      blocks[gold].lastChild.append(cell);
      return cell;
    });
    blocks.forEach((block) => { const first = block.querySelector("button"); if (first) first.tabIndex = 0; });
    element.querySelector(".blocks").replaceChildren(...blocks);
  };
  // Right or wrong, and how it changed: `gained`, `lost`, `other` (another wrong answer); "" where it did not.
  const judge = (value, row) => {
    const [gold, said, before] = [value.gold[row], value.said[row], value.before[row]];
    if (said < 0) return ["pending", ""];
    const flip = before < 0 || before === said ? "" : said === gold ? "gained" : before === gold ? "lost" : "other";
    return [said === gold ? "right" : "wrong", flip];
  };
  const name = (value, row) => {
    const [state, flip] = judge(value, row);
    const said = value.said[row] < 0 ? "" : value.labels[value.said[row]];
    const parts = [fill(value.words.cell, { row: row + 1, gold: value.labels[value.gold[row]] })];
    if (said) parts.push(fill(value.words.said, { said, share: value.share[row] }), value.words[state]);
    else parts.push(value.words.pending);
    if (flip) parts.push(value.words[flip]);
    return parts.join(value.words.comma);
  };
  const tell = (element, row) => {
    const detail = element.querySelector(".cell-detail");
    element.told = row;
    const head = document.createElement("b");
    head.textContent = name(element.value, row);
    const text = document.createElement("span");
    text.textContent = sentences.get(element.key)?.[row] || "";
    detail.replaceChildren(head, text);
  };
  const paint = (element, value) => {
    if (!value || !value.key) return;
    if (value.texts) sentences.set(value.key, value.texts);
    if (element.key !== value.key || !element.cells?.[0]?.isConnected) { build(element, value); element.key = value.key; element.told = null; }
    element.value = value;
    const right = value.labels.map(() => 0), known = value.labels.map(() => 0);
    element.cells.forEach((cell, row) => {
      const [state, flip] = judge(value, row);
      cell.className = `cell ${state} ${flip}`;
      cell.setAttribute("aria-label", name(value, row));
      if (state !== "pending") known[value.gold[row]] += 1;
      if (state === "right") right[value.gold[row]] += 1;
    });
    element.querySelectorAll(".block > p").forEach((head, side) => {
      const counts = { label: value.labels[side], right: right[side], known: known[side] };
      head.textContent = known[side] ? fill(value.words.head, counts) : counts.label;
    });
    if (element.told !== null) tell(element, element.told);
    else element.querySelector(".cell-detail").textContent = value.words.hint;
  };
  const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  const walk = (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    const row = [...cell.parentElement.children];
    const columns = getComputedStyle(cell.parentElement).gridTemplateColumns.split(" ").length;
    const step = { ...STEPS, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = row[Math.max(0, Math.min(row.length - 1, row.indexOf(cell) + step))];
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };

  // --- Copying and saving -------------------------------------------------------------------------------------
  // navigator.clipboard exists on https and on this machine only; elsewhere the old way works.
  const copy = async (text) => {
    try { return await navigator.clipboard.writeText(text); } catch { /* the old way */ }
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  };
  const save = (text, file) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text]));
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  };
  const content = (id) => { const place = document.getElementById(id); return place.value ?? place.textContent; };
  window.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy], [data-save]");
    if (!button) return;
    const { copy: copied, save: saved, of, done } = button.dataset;
    if (saved) save(content(of), saved);
    else {
      await copy(content(copied));
      const was = button.textContent;
      if (was === done) return;
      button.textContent = done;
      setTimeout(() => { button.textContent = was; }, 1500);
    }
  });

  // --- A link for the class -----------------------------------------------------------------------------------
  // The address as it is, with what is ticked hidden and, if wanted, the language fixed.
  const address = (form) => {
    const query = new URLSearchParams(window.location.search);
    const hidden = [...form.querySelectorAll("input[name='hide']:checked")].map((box) => box.value);
    if (hidden.length) query.set("hide", hidden.join(",")); else query.delete("hide");
    const language = form.querySelector("input[name='lang']");
    if (language.checked) query.set("lang", language.value); else query.delete("lang");
    const { origin, pathname } = window.location;
    form.querySelector("textarea").value = origin + pathname + (query.size ? `?${query}` : "");
  };

  Object.assign(window.cloze, {
    have: () => [...sentences.keys()].join(" "),
    strip(element, props, watch, trigger) {
      const blocks = element.querySelector(".blocks");
      const told = (event) => { const cell = event.target.closest(".cell"); if (cell) tell(element, Number(cell.dataset.row)); };
      blocks.addEventListener("mouseover", told);
      blocks.addEventListener("focusin", told);
      blocks.addEventListener("keydown", walk);
      blocks.addEventListener("click", (event) => {
        const cell = event.target.closest(".cell");
        if (cell) trigger("select", { value: sentences.get(element.key)?.[Number(cell.dataset.row)] });
      });
      watch("value", () => paint(element, props.value));
      paint(element, props.value);
    },
    classLink(element) {
      const form = element.querySelector("form");
      form.addEventListener("change", () => address(form));
      form.addEventListener("submit", (event) => event.preventDefault());
      window.addEventListener("cloze-address", () => address(form));
      address(form);
    },
  });
})();
