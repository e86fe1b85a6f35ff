// The entry grid and the split form: arrows and Enter move between cells, sums are shown while typing.

const table = document.querySelector("[data-entry]");

function neighbour(input, rows, columns) {
  const cell = input.closest("td");
  const row = cell.parentElement;
  const lines = [...row.parentElement.rows];
  const line = lines[lines.indexOf(row) + rows];
  return line?.cells[cell.cellIndex + columns]?.querySelector(".entry-input");
}

function goTo(input) {
  if (!input) return;
  input.focus();
  input.select();
}

table?.addEventListener("keydown", (event) => {
  const input = event.target.closest(".entry-input");
  if (!input) return;
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const steps = {
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowLeft: whole || input.selectionEnd === 0 ? [0, -1] : null,
    ArrowRight: whole || input.selectionStart === input.value.length ? [0, 1] : null,
  };
  const step = steps[event.key];
  if (event.key === "Enter") event.preventDefault();
  if (!step) return;
  event.preventDefault();
  const next = neighbour(input, ...step);
  if (next) goTo(next);
  else if (event.key === "Enter") input.blur();
});

// an answer replaces the cell: the place of the cursor is kept when it stands in that cell
let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const cell = event.detail.target;
  kept = cell?.contains?.(document.activeElement) ? cell : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (kept && kept === event.detail.target) goTo(kept.querySelector(".entry-input"));
  kept = null;
});

// --- split: the sum against the whole
const form = document.querySelector("[data-split]");
function showSum() {
  const output = form.querySelector("[data-split-sum]");
  if (!output) return;
  const values = [...form.querySelectorAll(".entry-input")].map((one) => Number(one.value.replaceAll(",", "")) || 0);
  const sum = values.reduce((total, value) => total + value, 0);
  const whole = Number(form.dataset.whole);
  const rest = Math.round((whole - sum) * 1e6) / 1e6;
  const words = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  const check = rest === 0 ? "正好" : rest > 0 ? `还差 ${words(rest)}` : `超出 ${words(-rest)}`;
  output.textContent = `${words(sum)} / ${words(whole)}，${check}`;
}
if (form) {
  form.addEventListener("input", showSum);
  showSum();
}
