// Lists: row cursor by keys, drawer, ticking for bulk changes, row look-up in forms, unsaved forms.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const rows = () => $$("#ledger tr[data-row]");
let at = -1;

function moveTo(index) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, index));
  all.forEach((row, number) => row.classList.toggle("current-row", number === at));
  all[at].scrollIntoView({ block: "nearest" });
  if (!$("#drawer").hidden) openDrawer(all[at], false);
}
function openDrawer(row, focus = true) {
  at = rows().indexOf(row);
  rows().forEach((one) => one.classList.toggle("current-row", one === row));
  const source = focus ? $("[data-open-drawer]", row) ?? row : document.body;
  window.htmx.ajax("GET", row.dataset.drawer, { target: "#drawer", source, swap: "innerHTML" });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("#ledger tr[data-row]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  if (event.target.closest("input, button, label, summary") || (link && !link.matches("[data-open-drawer]"))) return;
  if (window.getSelection()?.toString()) return;
  event.preventDefault();
  openDrawer(row);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  const row = rows()[at];
  if (event.key === "j") moveTo(at + 1);
  else if (event.key === "k") moveTo(at - 1);
  else if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) {
    if ($("#drawer").hidden) openDrawer(row);
    else location.assign(row.dataset.page);
  } else if (event.key === "e") {
    const edit = row?.dataset.edit;
    if (edit) location.assign(edit);
  } else if (event.key === " " && row && !event.target.closest("a, button, summary, input")) {
    const tick = $("input[name=row]", row);
    if (tick) {
      event.preventDefault();
      tick.checked = !tick.checked;
      showTicked();
    }
  }
});

// --- bulk changes
const ticks = () => $$("#ledger input[name=row]");
function showTicked() {
  const bar = $("[data-bulk-bar]");
  if (!bar) return;
  const whole = $("[data-whole]").value === "1";
  const count = whole ? Number($("#ledger").dataset.total) : ticks().filter((one) => one.checked).length;
  bar.hidden = !count;
  $("[data-bulk-count]").textContent = count.toLocaleString("en-US");
  const all = $("[data-tick-all]");
  all.checked = count > 0 && ticks().every((one) => one.checked);
  all.indeterminate = count > 0 && !all.checked;
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) ticks().forEach((one) => { one.checked = event.target.checked; });
  if (event.target.matches("[data-tick-all], #ledger input[name=row]")) {
    $("[data-whole]").value = "";
    showTicked();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-all]")) {
    ticks().forEach((one) => { one.checked = true; });
    $("[data-whole]").value = "1";
    showTicked();
  }
  if (event.target.closest("[data-bulk-none]")) {
    ticks().forEach((one) => { one.checked = false; });
    $("[data-whole]").value = "";
    showTicked();
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "ledger") at = -1;
});

// --- relation fields of large registers: names are offered while typing
let waiting;
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-pick]");
  if (!field) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch(`${field.dataset.pick}?q=${encodeURIComponent(field.value)}`);
    if (!answer.ok) return;
    const { names } = await answer.json();
    field.list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
  }, 200);
});

// --- a form that was changed is not left by accident
for (const form of $$("form[data-leave-guard]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
