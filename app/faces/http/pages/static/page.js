// What the pages do beyond htmx: name a lever's place and put all back, count the seconds of a wait, take back a
// notice, tell times in the reader's zone, print, follow a job.
"use strict";

function showPlace(lever) {
  const isSwitch = lever.type === "checkbox";
  const text = JSON.parse(lever.dataset.texts)[isSwitch ? Number(lever.checked) : Number(lever.value)];
  const told = lever.dataset.unit ? `${text} ${lever.dataset.unit}` : text;
  if (!isSwitch) lever.setAttribute("aria-valuetext", told);
  lever.closest(".lever").querySelector("output").textContent = told;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-texts]")) showPlace(event.target);
  if (refused && refused.contains(event.target)) takeBackNotice();
});

// Every lever back to how things are; the last of them has the form asked for what that comes to.
function reset(event) {
  event.preventDefault();
  const levers = [...event.target.closest("form").querySelectorAll("input[data-now]")];
  for (const lever of levers) {
    if (lever.type === "checkbox") lever.checked = lever.dataset.now === "1";
    else lever.value = lever.dataset.now;
    showPlace(lever);
  }
  if (levers.length) levers[0].dispatchEvent(new Event("input", { bubbles: true }));
}

// A notice goes when its cause does: what was refused is changed, or goes through; what was away answers.
let refused = null;
let unreachable = false;
function takeBackNotice() {
  document.getElementById("notice").replaceChildren();
  refused = null;
  unreachable = false;
}
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  if (successful && (unreachable || elt === refused)) takeBackNotice();
  else if (!successful && xhr && xhr.getResponseHeader("HX-Retarget")) refused = elt;
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
    const place = document.getElementById("notice");
    const notice = document.createElement("div");
    notice.classList.add("notice", "bad");
    notice.textContent = place.dataset.unreachable;
    place.replaceChildren(notice);
    unreachable = true;
  });
}
// The button that was pressed is gone: whoever uses the keyboard goes on where it was.
document.addEventListener("htmx:afterSwap", (event) => {
  const said = document.querySelector(`[id="${event.detail.target.id}"].card .feedback`);
  if (said) said.focus();
});

// The server tells times in UTC, which nobody's watch shows.
function tellTimes(within) {
  const language = document.documentElement.lang;
  const words = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  for (const time of within.querySelectorAll("time[datetime*=T]")) {
    time.title = time.title || time.textContent;
    time.textContent = words.format(new Date(time.dateTime));
  }
}
document.addEventListener("htmx:afterSettle", () => tellTimes(document));

document.addEventListener("DOMContentLoaded", () => {
  tellTimes(document);
  // A browser that comes back to a page keeps where its sliders were, but not what was told of them.
  document.querySelectorAll("input[data-texts]").forEach(showPlace);
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  document.querySelectorAll("[data-reset]").forEach((link) => link.addEventListener("click", reset));
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
    const line = job.querySelector("[data-done]");
    const told = line.dataset.done.replace(/\{(\w+)\}/g, (_, name) => progress[name]);
    line.textContent = progress.done === progress.total ? `${told}. ${line.dataset.measuring}` : told;
  };
  events.addEventListener("progress", tell);
  events.addEventListener("end", (event) => {
    tell(event);
    events.close();
    location.reload();
  });
}
