// What the pages do beyond htmx: name a slider's place, count the seconds of a wait, print, follow a job.
"use strict";

function showPlace(slider) {
  const text = JSON.parse(slider.dataset.texts)[Number(slider.value)];
  const told = slider.dataset.unit ? `${text} ${slider.dataset.unit}` : text;
  slider.setAttribute("aria-valuetext", told);
  slider.parentElement.querySelector("output").textContent = told;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[type=range][data-texts]")) showPlace(event.target);
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
document.addEventListener("htmx:sendError", () => {
  const notice = document.createElement("div");
  notice.className = "notice bad";
  notice.textContent = "The service cannot be reached just now. Nothing was lost; try again in a minute.";
  document.getElementById("notice").replaceChildren(notice);
});

document.addEventListener("DOMContentLoaded", () => {
  // A browser that comes back to a page keeps where its sliders were, but not what was told of them.
  document.querySelectorAll("input[type=range][data-texts]").forEach(showPlace);
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
    const { state, progress } = JSON.parse(event.data);
    const bar = job.querySelector("progress");
    bar.max = progress.total;
    bar.value = progress.done;
    job.querySelector("[data-state]").textContent = state;
    const measured = progress.done === progress.total ? ". How good they are is being measured" : "";
    job.querySelector("[data-done]").textContent =
      `${progress.done} of ${progress.total} source rows done: ${progress.accepted} rows made, ` +
      `${progress.rejected} source rows gave none${measured}`;
  };
  events.addEventListener("progress", tell);
  events.addEventListener("end", (event) => {
    tell(event);
    events.close();
    location.reload();
  });
}
