// What the pages do beyond htmx: name a lever's place, count the seconds of a wait, print, follow a job.
"use strict";

function showPlace(lever) {
  const isSwitch = lever.type === "checkbox";
  const text = JSON.parse(lever.dataset.texts)[isSwitch ? Number(lever.checked) : Number(lever.value)];
  const told = lever.dataset.unit ? `${text} ${lever.dataset.unit}` : text;
  if (!isSwitch) lever.setAttribute("aria-valuetext", told);
  lever.parentElement.querySelector("output").textContent = told;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-texts]")) showPlace(event.target);
});

let waiting = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  const shown = document.querySelector("#thinking [data-seconds]");
  if (event.target.tagName !== "FORM" || !shown) return;
  const since = Date.now();
  shown.textContent = "";
  clearInterval(waiting);
  waiting = setInterval(() => { shown.textContent = `${Math.round((Date.now() - since) / 1000)} s`; }, 1000);
});
document.addEventListener("htmx:afterRequest", () => clearInterval(waiting));
// Only what the service itself words as a notice is put on the page; a proxy's error page is not.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
});
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.textContent = "The service cannot be reached just now. Try again in a minute; what you typed is still here.";
    document.getElementById("notice").replaceChildren(notice);
  });
}
// The button that was pressed is gone: whoever uses the keyboard goes on where it was.
document.addEventListener("htmx:afterSwap", (event) => {
  const said = document.querySelector(`[id="${event.detail.target.id}"].card .feedback`);
  if (said) said.focus();
});

document.addEventListener("DOMContentLoaded", () => {
  // A browser that comes back to a page keeps where its sliders were, but not what was told of them.
  document.querySelectorAll("input[data-texts]").forEach(showPlace);
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  const job = document.querySelector("[data-events]");
  if (job) follow(job);
});

function follow(job) {
  const events = new EventSource(job.dataset.events);
  const tell = (event) => {
    const { state, progress, improvements } = JSON.parse(event.data);
    const bar = job.querySelector("progress");
    bar.max = progress.total;
    bar.value = progress.done;
    job.querySelector("[data-state]").textContent = state;
    const measured = progress.done === progress.total ? ". How good they are is being measured" : "";
    const improved = improvements ? `${progress.improved} more that only lower the risk, ` : "";
    job.querySelector("[data-done]").textContent =
      `${progress.done} of ${progress.total} source rows done: ${progress.accepted} rows made, ` +
      `${improved}${progress.rejected} source rows gave none${measured}`;
  };
  events.addEventListener("progress", tell);
  events.addEventListener("end", (event) => {
    tell(event);
    events.close();
    location.reload();
  });
}
