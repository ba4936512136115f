// Shows each time in the viewer's zone, with UTC beside it, and keeps live parts up to date. The page works without.
(function () {
  "use strict";
  var long = new Intl.DateTimeFormat(undefined, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZoneName: "short"
  });
  var short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  function local(root) {
    root.querySelectorAll("time[datetime]:not([data-local])").forEach(function (time) {
      var utc = time.textContent;
      var at = new Date(time.getAttribute("datetime"));
      if (at.getDate() === at.getUTCDate()) { utc = utc.substring(utc.indexOf(",") + 2); }
      time.setAttribute("data-local", "");
      time.textContent = long.format(at);
      var beside = document.createElement("span");
      beside.className = "utc";
      beside.textContent = utc;
      time.appendChild(beside);
    });
    root.querySelectorAll("[data-hour]").forEach(function (hour) {
      hour.textContent = short.format(new Date(hour.getAttribute("data-hour")));
    });
    root.querySelectorAll("[data-hours]").forEach(function (head) { head.textContent = "Hour"; });
    // A filter whose address names no zone has days of the viewer's.
    root.querySelectorAll("input[data-zone=viewer]").forEach(function (field) {
      field.value = zone;
      field.form.querySelector("[data-zone-name]").textContent = zone;
    });
  }

  // What a person would call the same control after a refresh.
  function name(control) {
    return control.id || control.tagName + "|" + (control.getAttribute("aria-label") || control.textContent.trim());
  }

  function refocus(root, focused) {
    var same = Array.prototype.filter.call(root.querySelectorAll("a, button, summary, [tabindex]"), function (control) {
      return name(control) === focused.name;
    });
    (same[0] || root.querySelectorAll("a, button, summary")[focused.place] || root).focus({ preventScroll: true });
  }

  function stale(is) {
    var note = document.getElementById("stale");
    if (note) { note.hidden = !is; }
  }

  var focused = null;
  local(document);
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var active = document.activeElement;
    focused = event.target !== active && event.target.contains(active) ? {
      name: name(active),
      place: Array.prototype.indexOf.call(event.target.querySelectorAll("a, button, summary"), active)
    } : null;
  });
  document.body.addEventListener("htmx:afterSwap", function (event) {
    local(event.target);
    stale(false);
    if (focused) { refocus(event.target, focused); }
  });
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (failed) {
    document.body.addEventListener(failed, function () { stale(true); });
  });
  // A table or a form that was opened stays open, and what is read is not taken away: no swap meanwhile.
  document.body.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden || event.target.querySelector("details[open]")) { event.preventDefault(); }
  });
})();
