// The shell's behaviour: menus, dialogs, toasts, drawer, source popover, keys. No inline scripts anywhere.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable='true']");

// --- menus made of <details data-menu>
document.addEventListener("click", (event) => {
  for (const menu of $$("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.parentElement.remove();
  const opener = event.target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open);
  if (event.target.closest("[data-close-drawer]")) closeDrawer();
  if (event.target.closest("[data-close-modal]")) $("#modal")?.close();
  if (event.target.closest("[data-print]")) window.print();
  const back = event.target.closest("[data-back]");
  if (back) {
    event.preventDefault();
    if (history.length > 1) history.back();
    else location.assign("/");
  }
  const nav = event.target.closest("[data-toggle-nav]");
  if (nav) {
    const open = document.body.classList.toggle("nav-open");
    nav.setAttribute("aria-expanded", String(open));
  }
});

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  $("input[type=search]", dialog)?.select();
}
document.addEventListener("click", (event) => {
  // a click on the backdrop closes what holds no unsaved input
  if (event.target.matches?.("#search, #keys, #source")) event.target.close();
});

// --- one box ticks all of a name in its form: <input type="checkbox" data-tick-all="account">
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.tickAll;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[type=checkbox][name="${name}"]`)) {
    box.checked = event.target.checked;
  }
});

// --- confirmation: <form data-confirm="…" data-verb="删除"> or any element with hx-confirm and data-verb
function ask(text, verb, danger) {
  const dialog = $("#confirm");
  const button = $("#confirm-verb");
  $("#confirm-text").textContent = text;
  button.textContent = verb || "继续";
  button.className = danger ? "btn btn-danger" : "btn btn-primary";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(source.dataset.confirm, source.dataset.verb, source.dataset.danger !== undefined)) {
    form.dataset.confirmed = "1";
    form.requestSubmit(event.submitter ?? undefined);
    delete form.dataset.confirmed;
  }
}, true);
document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  const { verb, danger } = event.detail.elt.dataset;
  if (await ask(event.detail.question, verb, danger !== undefined)) event.detail.issueRequest(true);
});

// --- the open tab is in sight also where the tabs are wider than the screen
for (const tab of $$(".tabs .current")) tab.scrollIntoView({ block: "nearest", inline: "center" });

// --- what was chosen in a file field
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-file]")) return;
  const words = $("[data-file-chosen]", event.target.parentElement);
  words.dataset.none ??= words.textContent;
  const names = [...event.target.files].map((file) => file.name);
  words.textContent = names.length > 1 ? `${names.length} 个文件：${names.join("、")}` : (names[0] ?? words.dataset.none);
});

// --- a form is sent once
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const button = event.submitter;
  if (button && !event.target.hasAttribute("data-download")) {
    setTimeout(() => { button.disabled = true; });
    setTimeout(() => { button.disabled = false; }, 8000);
  }
});
window.addEventListener("pageshow", () => $$("form button[disabled]").forEach((one) => {
  if (!one.hasAttribute("data-off")) one.disabled = false;
}));

// --- toasts: from the page, from the event "toast" of a response, from failures
export function toast(text, level = "success") {
  const line = document.createElement("div");
  line.className = `toast-line toast-${level}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "关闭提示");
  close.textContent = "×";
  line.append(words, close);
  $("#toasts").append(line);
  expire(line);
}
function expire(line) {
  // refusals stay until they are closed
  if (!line.matches(".toast-danger, .toast-error")) setTimeout(() => line.remove(), 7000);
}
$$(".toast-line").forEach(expire);
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
document.addEventListener("htmx:sendError", () => toast("连不上服务器，没有保存。请检查网络后重试。", "danger"));

// --- drawer, modal and source popover are filled by htmx or fetch
let drawerOpener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "drawer") drawerOpener = event.detail.elt;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id === "drawer") {
    target.hidden = false;
    target.focus({ preventScroll: true });
  }
  if (target.id === "modal-body" && target.textContent.trim()) {
    if (!$("#modal").open) $("#modal").showModal();
  }
});
function closeDrawer() {
  const drawer = $("#drawer");
  if (!drawer || drawer.hidden) return false;
  drawer.hidden = true;
  drawer.replaceChildren();
  drawerOpener?.focus?.({ preventScroll: true });
  return true;
}
document.addEventListener("close-drawer", closeDrawer);
document.addEventListener("close-modal", () => $("#modal")?.close());
document.addEventListener("click", async (event) => {
  const figure = event.target.closest("[data-source]");
  if (!figure) return;
  const box = $("#source");
  const answer = await fetch(figure.dataset.source, { headers: { "HX-Request": "true" } });
  $("#source-body").innerHTML = await answer.text();
  const place = figure.getBoundingClientRect();
  box.showModal();
  const size = box.getBoundingClientRect();
  box.style.left = `${Math.max(16, Math.min(place.left, innerWidth - size.width - 16))}px`;
  const below = place.bottom + 6;
  box.style.top = `${below + size.height < innerHeight ? below : Math.max(8, place.top - size.height - 6)}px`;
});

// --- keys
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openDialog("search");
    return;
  }
  if (event.key === "Escape") {
    const menu = $("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (!$("dialog[open]")) closeDrawer();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    openDialog("search");
  } else if (event.key === "?") openDialog("keys");
});

// arrows walk through search results
$("#search")?.addEventListener("keydown", (event) => {
  // the search field would only empty itself
  if (event.key === "Escape") $("#search").close();
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = $$("#search-results a");
  if (!links.length) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (links[at] ?? $("#search-text")).focus();
});

// selects and switches that act at once: <select data-submit>
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
