// The reading desk: text and items find each other, decisions go to the server at once, what others decide
// comes back by a poll. Every answer of the server has one shape: see views/desk.py.

// shell.js listens: importing it here would run it twice under its two names (with and without hash)
const toast = (words, level = "success") => document.dispatchEvent(new CustomEvent("toast", { detail: { text: words, level } }));

const desk = document.getElementById("desk");
const text = document.getElementById("desk-text");
const list = document.getElementById("desk-list");
const slot = document.getElementById("desk-slot");
const none = document.getElementById("desk-none");
const only = document.getElementById("only-uncertain");
const editable = Boolean(desk.dataset.editable);
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const POLL = 3000;

let revision = Number(desk.dataset.revision);
let kind = desk.dataset.kind;
let current = null;
let passage = null;

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const card = (id) => document.getElementById(`item-${id}`);
const cards = () => $$(":scope > .desk-item", list);
const visible = () => cards().filter((one) => !one.hidden);
const itemUrl = (id, verb) => desk.dataset.urlItem.replace("/0/form/", `/${id}/${verb}/`);

// --- talking to the server

async function send(url, values = {}) {
  const body = new FormData();
  for (const [name, value] of values instanceof FormData ? values.entries() : Object.entries(values)) {
    body.append(name, value);
  }
  body.append("since", revision);
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
  } catch {
    throw new Error("连不上服务器，没有保存。请检查网络后重试。");
  }
  if (answer.redirected) throw new Error("登录已过期，这一步没有保存。请重新登录后接着核对，之前的都在。");
  const found = await answer.json().catch(() => null);
  if (!answer.ok || !found) throw new Error(found?.message ?? "服务器没有正常回答，没有保存。请重试。");
  return found;
}

async function piece(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error("没有取到内容，请重试。");
  return answer.text();
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message, "danger");
    return null;
  }
}

// --- taking in what changed

async function take(found) {
  if (found.read_at !== desk.dataset.readAt) {
    // somebody had the document read again: everything may have moved
    location.reload();
    return;
  }
  revision = found.revision;
  let moved = found.gone.length > 0;
  for (const id of found.gone) {
    if (current === String(id)) current = null;
    card(id)?.remove();
  }
  for (const one of found.items) {
    const old = card(one.id);
    if (old && $(".desk-form", old) && !old.dataset.saving) {
      // being edited here: the server will say who was first when it is saved
      continue;
    }
    const holder = document.createElement("template");
    holder.innerHTML = one.html.trim();
    const fresh = holder.content.firstElementChild;
    if (old) {
      old.replaceWith(fresh);
    } else {
      moved = true;
      const after = current ? card(current) : null;
      if (after) after.after(fresh);
      else list.prepend(fresh);
    }
  }
  count(found.counts);
  if (moved) {
    text.innerHTML = await piece(desk.dataset.urlText);
  }
  paint();
  filter();
}

function count(counts) {
  let open = 0;
  for (const [name, one] of Object.entries(counts)) {
    open += one.all - one.done;
    const line = $(`[data-counts="${name}"]`);
    for (const key of ["all", "done", "uncertain"]) $(`[data-n="${key}"]`, line).textContent = one[key];
    const tab = document.getElementById(`kind-${name}`);
    $("[data-all]", tab).textContent = one.all;
    const mark = $("[data-uncertain-mark]", tab);
    mark.textContent = one.uncertain;
    mark.hidden = !one.uncertain;
  }
  $("[data-open-count]").textContent = open;
}

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${desk.dataset.urlChanges}?since=${revision}`, { headers: { Accept: "application/json" } });
    if (answer.status === 200 && !answer.redirected) await take(await answer.json());
  } catch {
    // the network is away for a moment: the next poll catches up
  }
}
setInterval(poll, POLL);
document.addEventListener("visibilitychange", poll);

// --- what is shown

function filter() {
  const shown = cards().filter((one) => {
    const fits = one.dataset.kind === kind && (!only.checked || one.dataset.uncertain !== undefined || one.dataset.item === current);
    one.hidden = !fits;
    return fits;
  });
  const label = document.getElementById(`kind-${kind}`).dataset.label;
  none.hidden = shown.length > 0;
  none.textContent = only.checked ? `${label}里没有存疑的条目了。` : `没有读出${label}。可以在正文里选中文字来添加。`;
  if (!shown.some((one) => one.dataset.item === current)) current = null;
  mark();
}

function paint() {
  // pieces of text all of whose items were rejected lose their colour
  for (const one of $$(".hl[data-items]", text)) {
    const states = one.dataset.items.split(" ").map((id) => card(id)?.dataset);
    one.classList.toggle("is-rejected", states.every((state) => !state || state.state === "rejected"));
    one.classList.toggle("is-uncertain", states.some((state) => state && state.uncertain !== undefined));
    one.classList.toggle("shown", states.some((state) => state && state.kind === kind && state.state !== "rejected"));
  }
}

function mark() {
  for (const one of cards()) {
    const on = one.dataset.item === current;
    one.classList.toggle("current", on);
    if (on) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
  for (const one of $$(".hl.found", text)) one.classList.remove("found");
  if (current) pieces(current).forEach((one) => one.classList.add("found"));
}

const pieces = (id) => $$(".hl[data-items]", text).filter((one) => one.dataset.items.split(" ").includes(id));

function into(box, element, place) {
  const size = box.getBoundingClientRect();
  const spot = element.getBoundingClientRect();
  if (box.scrollHeight > box.clientHeight + 2) {
    const away = spot.top - size.top;
    if (place === "nearest" && away >= 8 && away + spot.height <= size.height - 8) return;
    box.scrollTop += away - Math.max(8, (size.height - Math.min(spot.height, size.height)) / 3);
  } else {
    element.scrollIntoView({ block: place });
  }
}

function choose(id, { showText = true, showCard = true } = {}) {
  const one = card(id);
  if (!one) return;
  current = String(id);
  if (one.dataset.kind !== kind) tab(one.dataset.kind, false);
  if (one.hidden) filter();
  mark();
  if (showCard) into(list, one, "nearest");
  const first = pieces(current)[0];
  if (showText && first) into(text, first, "center");
}

function tab(name, move = true) {
  kind = name;
  desk.dataset.kind = text.dataset.kind = name;
  for (const one of $$(".desk-kinds [role=tab]")) {
    const on = one.dataset.kind === name;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
  }
  for (const one of $$("[data-counts]")) one.hidden = one.dataset.counts !== name;
  const legend = $("[data-legend]");
  legend.className = `hl shown k-${name}`;
  legend.textContent = document.getElementById(`kind-${name}`).dataset.label;
  if (move) current = null;
  paint();
  filter();
  if (move) list.scrollTop = 0;
}

function pane(name) {
  desk.dataset.pane = name;
  for (const one of $$(".desk-switch [role=tab]")) one.setAttribute("aria-selected", String(one.dataset.pane === name));
}

// --- moving

function step(by) {
  const shown = visible();
  if (!shown.length) return;
  const at = shown.findIndex((one) => one.dataset.item === current);
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + by));
  choose(shown[next].dataset.item);
}

function nextUncertain() {
  const all = cards().filter((one) => one.dataset.uncertain !== undefined);
  if (!all.length) {
    toast("没有存疑的条目了。");
    return;
  }
  const here = all.filter((one) => one.dataset.kind === kind);
  const order = cards();
  const at = current ? order.indexOf(card(current)) : -1;
  const next = here.find((one) => order.indexOf(one) > at) ?? here.find((one) => one.dataset.item !== current) ?? all.find((one) => one.dataset.kind !== kind) ?? here[0];
  choose(next.dataset.item);
}

// --- deciding

async function decide(id, verb) {
  const one = card(id);
  if (!one || !editable) return;
  if (verb === "edit" || verb === "split") {
    await openForm(one, itemUrl(id, verb === "edit" ? "form" : "split-form"));
    return;
  }
  const shown = visible();
  const after = shown[shown.indexOf(one) + 1]?.dataset.item;
  const was = one.className;
  // the answer is seen at once; the server's word replaces it
  one.classList.add("is-sending");
  const found = await attempt(() => send(itemUrl(id, verb), { seen: one.dataset.seen }));
  if (!found) {
    one.className = was;
    poll();
    return;
  }
  await take(found);
  if (verb !== "reset" && current === String(id) && after && card(after)) choose(after);
}

async function openForm(one, url) {
  closeForm();
  choose(one.dataset.item);
  const html = await attempt(() => piece(url));
  if (html === null) return;
  const holder = document.createElement("div");
  holder.className = "desk-form-holder";
  holder.innerHTML = html;
  one.append(holder);
  one.classList.add("is-open");
  into(list, one, "nearest");
  $("input:not([type=hidden]), textarea, select", holder).focus();
}

function closeForm() {
  slot.replaceChildren();
  for (const one of $$(".desk-form-holder")) {
    one.parentElement.classList.remove("is-open");
    one.remove();
  }
}

async function openAdd(name = kind) {
  const values = new URLSearchParams({ kind: name });
  if (passage) {
    values.set("start", passage.start);
    values.set("quote", passage.quote);
  }
  const html = await attempt(() => piece(`${desk.dataset.urlNew}?${values}`));
  if (html === null) return;
  closeForm();
  slot.innerHTML = html;
  pane("items");
  slot.scrollIntoView({ block: "nearest" });
  const start = $(passage ? "#desk-slot .desk-fields .desk-field:nth-child(3) .form-control" : "#add-quote");
  start?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".desk-form");
  if (!form) return;
  event.preventDefault();
  const values = new FormData(form);
  if (form.dataset.seen) values.append("seen", form.dataset.seen);
  const holder = form.closest(".desk-item");
  const error = $(".desk-form-error", form);
  if (holder) holder.dataset.saving = "1";
  try {
    const found = await send(form.dataset.action, values);
    const id = form.dataset.item;
    const before = new Set(cards().map((one) => one.dataset.item));
    await take(found);
    slot.replaceChildren();
    passage = null;
    words();
    const added = found.items.find((one) => !before.has(String(one.id)));
    choose(added ? added.id : id);
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false;
    if (holder) delete holder.dataset.saving;
  }
});

// --- selecting a passage: offsets count characters as the server does, not UTF-16 units

function place(node, offset) {
  const run = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
  if (!run || !text.contains(run)) return null;
  const before = document.createRange();
  before.selectNodeContents(run);
  before.setEnd(node, offset);
  return Number(run.dataset.start) + [...before.toString()].length;
}

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !text.contains(selection.anchorNode)) return;
  const range = selection.getRangeAt(0);
  const start = place(range.startContainer, range.startOffset);
  const quote = selection.toString().trim();
  if (start !== null && quote && quote.length <= 600) {
    passage = { start: start + [...selection.toString()].findIndex((char) => char.trim()), quote };
    words();
  }
});
document.addEventListener("pointerdown", (event) => {
  if (passage && text.contains(event.target)) {
    passage = null;
    words();
  }
});
function words() {
  const label = $("[data-add-words]");
  if (!label) return;
  label.textContent = passage ? `用选中的 ${[...passage.quote].length} 字添加` : "添加条目";
  label.parentElement.classList.toggle("btn-primary", Boolean(passage));
}

// --- clicks

document.addEventListener("click", async (event) => {
  const target = event.target;
  const verb = target.closest("[data-verb]");
  const item = target.closest(".desk-item");
  if (verb && item) {
    decide(item.dataset.item, verb.dataset.verb);
  } else if (target.closest("[data-close-form]")) {
    closeForm();
    list.focus({ preventScroll: true });
  } else if (target.closest("[data-more-parts]")) {
    const one = target.closest(".desk-item");
    openForm(one, `${itemUrl(one.dataset.item, "split-form")}?n=${target.closest("[data-more-parts]").dataset.moreParts}`);
  } else if (target.closest("[data-find]")) {
    choose(item.dataset.item);
    if (getComputedStyle($(".desk-switch")).display !== "none") {
      pane("text");
      into(text, pieces(item.dataset.item)[0] ?? text, "center");
    }
  } else if (item && !target.closest("form, button, a")) {
    choose(item.dataset.item);
  } else if (target.closest(".desk-kinds [role=tab]")) {
    tab(target.closest("[role=tab]").dataset.kind);
  } else if (target.closest(".desk-switch [role=tab]")) {
    pane(target.closest("[role=tab]").dataset.pane);
  } else if (target.closest("#desk-add")) {
    openAdd();
  } else if (target.closest("#desk-undo")) {
    undo();
  } else if (target.closest("[data-jump]")) {
    jump(Number(target.closest("[data-jump]").dataset.jump));
    target.closest("details").open = false;
  } else if (target.closest("[data-accept-above]")) {
    const button = target.closest("[data-accept-above]");
    button.closest("details").open = false;
    const found = await attempt(() => send(desk.dataset.urlAccept, { confidence: button.dataset.acceptAbove }));
    if (found) {
      await take(found);
      toast(`已采用 ${found.items.length} 条，按 u 可以撤销。`);
    }
  } else if (target.closest(".hl[data-items]") && getSelection().isCollapsed) {
    const ids = target.closest(".hl").dataset.items.split(" ").filter((id) => card(id));
    // clicking again goes on to the next item under the same words; the kind in view comes first
    const wanted = ids.filter((id) => card(id).dataset.kind === kind);
    const ring = wanted.length ? [...wanted, ...ids.filter((id) => !wanted.includes(id))] : ids;
    const next = ring[(ring.indexOf(current) + 1) % ring.length];
    if (next) {
      choose(next, { showText: false });
      if (getComputedStyle($(".desk-switch")).display !== "none") {
        pane("items");
        into(list, card(next), "nearest");
      }
    }
  }
});

async function undo() {
  const found = await attempt(() => send(desk.dataset.urlUndo));
  if (!found) return;
  await take(found);
  const first = found.items[0];
  if (first) choose(first.id);
}

function jump(offset) {
  const marks = $$("[data-from], [data-page]", text);
  const target = marks.filter((one) => Number(one.dataset.from ?? one.dataset.page) <= offset).pop() ?? marks[0];
  if (target) {
    pane("text");
    into(text, target, "start");
  }
}
document.getElementById("desk-page")?.addEventListener("change", (event) => jump(Number(event.target.value)));
only.addEventListener("change", () => {
  filter();
  list.scrollTop = 0;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-add-kind]")) {
    const quote = document.getElementById("add-quote").value;
    const start = $("#desk-slot [name=start]").value;
    passage = quote ? { start: start || "", quote } : null;
    openAdd(event.target.value);
  }
});

// --- keys

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".desk-form");
  if (form) {
    if (event.key === "Escape") {
      event.preventDefault();
      closeForm();
      list.focus({ preventScroll: true });
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
    return;
  }
  if (event.target.matches?.("[role=tab]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const tabs = $$("[role=tab]", event.target.parentElement);
    const next = tabs[(tabs.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    next.focus();
    next.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    n: nextUncertain,
    a: () => current && decide(current, "accept"),
    x: () => current && decide(current, "reject"),
    e: () => current && decide(current, "edit"),
    s: () => current && decide(current, "split"),
    i: () => editable && openAdd(),
    u: () => editable && undo(),
  };
  const work = keys[event.key];
  if (!work) return;
  event.preventDefault();
  work();
});

// --- start

const asked = new URLSearchParams(location.search).get("item");
tab(kind);
if (asked && card(asked)) choose(asked);
