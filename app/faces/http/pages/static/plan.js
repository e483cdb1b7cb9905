// A plan's text goes to the clipboard at a press; without scripts it can be selected where it stands.
"use strict";

function offerCopying() {
  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  const told = button.parentElement.querySelector("[role=status]");
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    told.textContent = told.dataset.copied;
  } catch {
    told.textContent = told.dataset.notCopied;
  }
}

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-copy]")) copy(event.target);
});
document.addEventListener("DOMContentLoaded", offerCopying);
document.addEventListener("htmx:afterSettle", offerCopying);
// The button that was pressed is gone: whoever uses the keyboard goes on at the plan.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "plan") document.getElementById("plan").focus();
});
