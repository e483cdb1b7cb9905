"use strict";
const form = document.querySelector("form"), said = document.getElementById("said");
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
let kept = true;
form.addEventListener("input", () => { kept = false; });
window.addEventListener("beforeunload", (event) => { if (!kept) event.preventDefault(); });
const cell = (text) => `"${text.replaceAll('"', '""').replace(/\s+/g, " ").trim()}"`;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const rows = [["reviewer", "packet", "case", "option", "plausible", "safe", "would_advise", "why_not"]];
  let open = 0;
  for (const option of form.querySelectorAll(".option")) {
    const { case: name, option: letter } = option.dataset, own = `${name}-${letter}-`;
    const answers = ["plausible", "safe", "would_advise"].map((question) => data.get(own + question) ?? "");
    open += answers.filter((answer) => answer === "").length;
    rows.push([data.get("reviewer"), form.dataset.packet, name, letter, ...answers, data.get(own + "why_not")]);
  }
  const link = document.createElement("a");
  const text = rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = `answers-${data.get("reviewer")}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
  kept = open === 0;
  said.textContent = open ? `Downloaded, but ${open} answers are still missing.` : "Downloaded: all answers are there.";
});
