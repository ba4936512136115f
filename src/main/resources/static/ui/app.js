// Tells each time in the zone of whoever looks, with UTC beside it. The page works without.
(function () {
  "use strict";
  var long = new Intl.DateTimeFormat(undefined, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZoneName: "short"
  });
  var short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

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
    root.querySelectorAll("text[data-hour]").forEach(function (tick) {
      tick.textContent = short.format(new Date(tick.getAttribute("data-hour")));
    });
  }

  local(document);
  document.body.addEventListener("htmx:afterSwap", function (event) { local(event.target); });
  // A table or a form that was opened stays open, and what is read is not taken away: no swap meanwhile.
  document.body.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden || event.target.querySelector("details[open]")) { event.preventDefault(); }
  });
})();
