// Dropping files on the upload form and saying what was chosen.

const form = document.querySelector("[data-upload]");
const zone = form?.querySelector("[data-drop]");
const input = zone?.querySelector("input[type=file]");
const words = zone?.querySelector("[data-chosen]");

function tell() {
  const files = [...input.files];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  words.textContent = files.length
    ? `已选 ${files.length} 份：${files.map((file) => file.name).join("、")}（${(size / 1048576).toFixed(1)} MB）`
    : "";
}

if (input) {
  input.addEventListener("change", tell);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    const chosen = new DataTransfer();
    const files = [...event.dataTransfer.files];
    for (const file of input.multiple ? files : files.slice(0, 1)) chosen.items.add(file);
    input.files = chosen.files;
    tell();
  });
}
