// The page's own script: typing that waits for a pause, charts that change in place, links that keep the state.
(() => {
  "use strict";
  const PAUSE = 150; // ms of quiet after the last key before the model is asked
  const PATIENCE = 20000; // ms until a page that has not been filled is used as it is

  // --- Typing -------------------------------------------------------------------------------------------------
  // A text box takes its new value at every key, and half-typed Pinyin too. Inside .live the input event that gives it
  // the value is held back until composition has ended and typing pauses; leaving the box or Enter sends it at once.
  const waiting = new WeakMap();
  const box = (event) =>
    event.target instanceof Element && event.target.matches("textarea, input") && event.target.closest(".live")
      ? event.target : null;
  const release = (element) => {
    if (!waiting.has(element)) return;
    clearTimeout(waiting.get(element));
    waiting.delete(element);
    const event = new Event("input", { bubbles: true });
    event.released = true;
    element.dispatchEvent(event);
    window.cloze.typed(element);
  };
  const early = new Map(); // what is typed into a box before Python has read the link, which is about to fill it
  const hold = (element) => {
    clearTimeout(waiting.get(element));
    waiting.set(element, setTimeout(() => release(element), PAUSE));
  };
  window.addEventListener("input", (event) => {
    const element = box(event);
    if (!element || event.released || element.type === "range" || element.type === "number") return;
    event.stopImmediatePropagation();
    if (controls === null) early.set(element, element.value);
    clearTimeout(waiting.get(element));
    waiting.set(element, undefined);
    if (!event.isComposing) hold(element);
  }, true);
  window.addEventListener("compositionend", (event) => { const element = box(event); if (element) hold(element); }, true);
  window.addEventListener("focusout", (event) => { const element = box(event); if (element) release(element); }, true);
  window.addEventListener("keydown", (event) => {
    const element = box(event);
    if (element && event.key === "Enter" && !event.isComposing) release(element);
  }, true);
  // What is pasted beyond a box's limit is left out by the browser without a word: the style sheet says it.
  const full = (target) => target.maxLength > 0 && target.value.length >= target.maxLength;
  window.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement)
      target.closest(".block")?.toggleAttribute("data-full", full(target));
  }, true);
  const stillFull = () => { // a box may be filled anew by a click, of which it hears nothing
    for (const block of document.querySelectorAll(".block[data-full]"))
      block.toggleAttribute("data-full", [...block.querySelectorAll("textarea, input")].some(full));
  };

  // --- Charts -------------------------------------------------------------------------------------------------
  // A figure arrives as JSON and is drawn into the same element every time, so that zoom and bars carry over. Colours
  // written as "var(--name)" are looked up in the page, which is how figures follow light and dark.
  const dark = () => document.body.classList.contains("dark");
  const resolve = (value, style) => {
    if (typeof value === "string") {
      const name = /^var\((--[\w-]+)\)$/.exec(value);
      return name ? style.getPropertyValue(name[1]).trim() : value;
    }
    if (Array.isArray(value)) return value.map((item) => resolve(item, style));
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, style)]));
    return value;
  };
  let library;
  const plotly = () => (library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("cloze/plotly.js", document.baseURI).href;
    script.onload = () => done(window.Plotly);
    script.onerror = failed;
    document.head.append(script);
  }));
  // A phone has room for smaller letters only, and for no long name in one line.
  const NARROW = 420, LETTER = 6.5; // px: a chart's width, one letter's
  const broken = (text, room) => {
    if (!text || text.includes("<") || text.length * LETTER <= room) return text;
    const spaces = [...text.matchAll(/ /g)].map((found) => found.index);
    const middle = spaces.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2))[0];
    return middle === undefined ? text : `${text.slice(0, middle)}<br>${text.slice(middle + 1)}`;
  };
  const narrowed = ({ data, layout }, width) => {
    const room = { x: 0.6 * width, y: layout.height - 120 };
    const named = (axis, { title, ...rest }) => ({ ...rest, title: { ...title, text: broken(title?.text, room[axis[0]]) } });
    const axes = Object.keys(layout).filter((name) => /^[xy]axis/.test(name));
    // Nor have many columns of a heat map room for a sign behind each number.
    const bare = (trace) => trace.type !== "heatmap" || trace.x.length < 6 || !trace.texttemplate ? trace : {
      ...trace,
      text: trace.text.map((row) => row.map((value) => value.replace("%", ""))),
      hovertemplate: trace.hovertemplate.replace("%{text}", "%{text}%"),
    };
    const smaller = (trace) => (trace.textfont?.size ? { ...trace, textfont: { ...trace.textfont, size: 11 } } : trace);
    return {
      data: data.map(bare).map(smaller),
      layout: {
        ...layout,
        ...Object.fromEntries(axes.map((name) => [name, named(name, layout[name])])),
        annotations: layout.annotations?.map((one) => ({ ...one, text: broken(one.text, width / 3) })),
        font: { ...layout.font, size: 12 },
      },
    };
  };
  const drawn = new Set();
  // Plotly hears the window only; a place also changes its width when its neighbours do. In a tab that is not open a
  // place has none, and what is drawn there stays without its lines: such a chart waits until it is seen.
  const widths = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!target.clientWidth) continue;
      if (target.waits) target.waits();
      else if (target.data && target.clientWidth !== target._fullLayout?.width) window.Plotly.Plots.resize(target);
    }
  });
  const draw = async (element, value) => {
    const plot = element.querySelector(".plot");
    const result = element.querySelector(".result");
    if (!plot || !value || !value.figure) return;
    result.textContent = value.result || "";
    plot.setAttribute("aria-label", value.result || "");
    plot.style.minHeight = `${value.figure.layout.height}px`;
    element.figure = value.figure;
    drawn.add(element);
    widths.observe(plot);
    const Plotly = await plotly();
    if (element.figure !== value.figure || !plot.isConnected) return;
    plot.waits = plot.clientWidth ? null : () => draw(element, value);
    if (plot.waits) return;
    const resolved = resolve(value.figure, getComputedStyle(document.body));
    const { data, layout } = plot.clientWidth < NARROW ? narrowed(resolved, plot.clientWidth) : resolved;
    await Plotly.react(plot, data, { ...layout, uirevision: "keep", autosize: true },
      { displayModeBar: false, responsive: true, displaylogo: false });
    plot.dataset.drawn = String(Number(plot.dataset.drawn || 0) + 1);
    if (!plot.clozeClick && plot.on) {
      plot.clozeClick = true;
      plot.on("plotly_click", (event) => {
        const point = event.points[0];
        const picked = point.customdata ?? point.text;
        if (element.trigger && typeof picked === "string") element.trigger("select", { value: picked });
      });
    }
  };
  const redraw = () => {
    for (const element of drawn) {
      if (element.isConnected) draw(element, { figure: element.figure, result: element.querySelector(".result").textContent });
      else drawn.delete(element);
    }
  };
  // Every chart can be kept as a picture, on the colour that it stands on.
  window.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-image]");
    const plot = button?.closest(".chart").querySelector(".plot");
    if (!plot?.data) return;
    const layout = { ...plot.layout, paper_bgcolor: getComputedStyle(document.body).backgroundColor };
    const { clientWidth: width, clientHeight: height } = plot;
    const filename = button.closest(".block").id;
    window.Plotly.downloadImage({ data: plot.data, layout }, { format: button.dataset.image, filename, width, height, scale: 2 });
  });
  let theme = null;
  const watchTheme = () => new MutationObserver(() => {
    if (theme !== dark()) { theme = dark(); redraw(); }
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });

  // --- The open tab and the address ---------------------------------------------------------------------------
  const TABS = "#lessons button[role='tab'][id^='lesson-']";
  const open = () => document.querySelector(`${TABS}[aria-selected='true']`)?.id.slice(7, -7); // lesson-NAME-button
  let controls = null; // the query of everything but the open tab, as Python last wrote it; null before it has read ours
  const remember = () => {
    if (controls === null) return;
    const state = new URLSearchParams(controls);
    const lesson = open();
    if (lesson && lesson !== lessons()[0]) state.set("lesson", lesson);
    for (const name of ["hide", "lang"]) if (asked.has(name)) state.set(name, asked.get(name));
    const written = state.size ? `?${state}` : "";
    history.replaceState(null, "", window.location.pathname + written);
    for (const link of document.querySelectorAll("a[data-keeps-state]")) link.href = link.dataset.keepsState + written;
    window.dispatchEvent(new Event("cloze-address"));
  };
  // A teacher's link may hide tabs, and parts of them, of which the style sheet says what they cover.
  const asked = new URLSearchParams(window.location.search);
  const hidden = (asked.get("hide") || "").split(",").filter((name) => /^[a-z]+$/.test(name));
  if (asked.get("lang")) hidden.push("language");
  document.documentElement.classList.add(...hidden.map((name) => `hide-${name}`));
  const lessons = () => (document.querySelector("#header header")?.dataset.lessons || "").split(" ");
  // On a narrow screen the tabs that do not fit stand in a menu, where they have a label but no name. Which ones fit,
  // Gradio measures on copies of all of them.
  const copyOf = (name) => document.querySelectorAll("#lessons .visually-hidden > button")[lessons().indexOf(name)];
  const inMenu = (name) => [...document.querySelectorAll("#lessons .overflow-dropdown button")]
    .find((button) => button.textContent === copyOf(name)?.textContent);
  // Escape closes that menu, as it does any other.
  window.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("#lessons .overflow-dropdown:not(.hide)");
    if (!menu) return;
    const button = menu.parentElement.querySelector("button");
    button.click();
    button.focus();
  });
  const byName = (name) => document.getElementById(`lesson-${name}-button`) || inMenu(name);
  const hideTabs = () => {
    for (const name of hidden)
      for (const button of [copyOf(name), byName(name)]) if (button && !button.hidden) {
        button.hidden = true;
        button.style.setProperty("display", "none", "important");
        window.dispatchEvent(new Event("resize"));
      }
  };
  // The tab that a link names, or else the first that is not hidden, is opened as soon as it is there, hears
  // clicks, and would be asked about the link's state.
  const wanted = () => (lessons().includes(asked.get("lesson")) && asked.get("lesson")) || (hidden.length ? lessons().find((one) => !hidden.includes(one)) : null);
  const openWanted = () => {
    const address = window.location.search;
    if (hidden.length) new MutationObserver(hideTabs).observe(document.body, { childList: true, subtree: true });
    const timer = setInterval(() => {
      const other = document.querySelector("a[data-keeps-state]");
      if (other && other.lang === asked.get("lang")) window.location.replace(other.dataset.keepsState + address);
      if (controls === null) return; // the tab would be computed for the defaults, before Python has read the link
      const name = wanted();
      const tab = byName(name);
      if (tab && open() !== name) tab.click();
      else if (tab) clearInterval(timer);
    }, 50);
    setTimeout(() => clearInterval(timer), PATIENCE);
  };

  const asking = new Map();
  let numbers = {}; // of text boxes among all controls, by element id
  const intro = (name) => document.querySelector(`#lesson-${name} .intro`); // there when the tab has been drawn
  window.cloze = {
    // A chart component: draws its value now and whenever it changes.
    chart(element, props, watch, trigger) {
      element.trigger = trigger;
      watch("value", () => draw(element, props.value));
      draw(element, props.value);
    },
    // A component whose buttons carry data-pick: a click hands the value to Python, whose answer may be new buttons. Who
    // pressed one by key goes on from the same one, or from what stands in its place.
    picks(element, trigger) {
      const buttons = () => [...element.querySelectorAll("[data-pick]")];
      let pressed = null;
      element.addEventListener("click", (event) => {
        const button = event.target.closest("[data-pick]");
        if (!button) return;
        pressed = event.detail ? null : { pick: button.dataset.pick, place: buttons().indexOf(button) };
        trigger("select", { value: button.dataset.pick });
      });
      window.addEventListener("pointerdown", () => { pressed = null; });
      window.addEventListener("focusin", ({ target }) => { if (!element.contains(target)) pressed = null; });
      new MutationObserver(() => {
        if (!pressed || document.activeElement !== document.body) return;
        const now = buttons();
        (now.find((button) => button.dataset.pick === pressed.pick) || now[Math.min(pressed.place, now.length - 1)])?.focus();
      }).observe(element, { childList: true, subtree: true });
    },
    link(element, props, watch) {
      watch("value", () => { controls = props.value.slice(1); remember(); });
    },
    // Every tab has an event that computes it; what changes the page sends that of the open one.
    asks(name, trigger) { asking.set(name, () => trigger("select", {})); },
    gathers(trigger) { window.cloze.gather = () => trigger("select", {}); },
    // Python has read the link. If that names another tab than is open, opening it will ask.
    restored(values) {
      window.cloze.values = values;
      if (!wanted() || open() === wanted()) window.cloze.ask(values);
      for (const [element, typed] of early) if (element.value !== typed) {
        element.value = typed;
        element.dispatchEvent(new Event("input", { bubbles: true }));
      }
      early.clear();
    },
    // One control's new value, by its number among all of them.
    say(number, value) {
      if (!window.cloze.values) return window.cloze.gather?.();
      if (window.cloze.values[number] !== value) // a box in which somebody types has said so itself
        window.cloze.ask(Object.assign([...window.cloze.values], { [number]: value }));
    },
    boxes(byId) { numbers = byId; },
    // The same of a text box, which does not wait until Gradio has noticed.
    typed(element) {
      const number = numbers[element.closest(".block[id]")?.id];
      const values = window.cloze.values;
      if (number === undefined || !values || values[number] === element.value || !intro(open())) return;
      window.cloze.values = Object.assign([...values], { [number]: element.value });
      asking.get(open())();
      setTimeout(remember);
    },
    async ask(values) {
      setTimeout(stillFull);
      // Until Python has read the link, the controls say their defaults, and the open tab will be filled with the link.
      if (controls === null && performance.now() < PATIENCE) return;
      window.cloze.values = values; // before anything is waited for: the newest are sent, whoever comes first
      asking.get(await window.cloze.lesson())?.();
    },
    // The name of the open tab; asked for while a click on another is still being carried out. The controls of a tab
    // that is opened for the first time have their values when it has been drawn, not before.
    async lesson() {
      await new Promise((done) => setTimeout(done));
      setTimeout(remember); // the model is asked first
      const name = open() || "compare";
      if (!intro(name)) {
        while (!intro(name)) await new Promise((done) => setTimeout(done, 20));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      }
      return name;
    },
  };
  // Gradio names the document after the browser's language and the first page.
  const named = () => {
    const header = document.querySelector("#header header");
    if (!header) return;
    if (document.documentElement.lang !== header.lang) document.documentElement.lang = header.lang;
    if (document.title !== header.dataset.title) document.title = header.dataset.title;
    document.documentElement.style.setProperty("--full", JSON.stringify(header.dataset.full));
  };
  const watchName = () => {
    const timer = setInterval(() => {
      if (!document.querySelector("#header header")) return;
      clearInterval(timer);
      named();
      const watcher = new MutationObserver(named);
      watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
      watcher.observe(document.head, { childList: true, characterData: true, subtree: true });
    }, 50);
  };
  const start = () => { watchTheme(); watchName(); if (asked.get("lesson") || hidden.length) openWanted(); };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
