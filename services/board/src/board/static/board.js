/* News of the board: the server says that something changed, the page asks for its middle anew. Nothing here decides anything. */
(function () {
  "use strict";
  var body = document.body, seen = Number(body.dataset.version || 0), last = 0, timer = 0;
  document.addEventListener("htmx:configRequest", function (event) { event.detail.headers["X-CSRF-Token"] = body.dataset.csrf || ""; });

  function busy() {  // somebody types, or has something open: the page must not change under the hands
    var at = document.activeElement;
    return Boolean(document.querySelector("main details[open], main form.form")) || Boolean(at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName));
  }
  function changed(version) {
    if (version === seen) { return; }
    seen = version;
    var wait = Math.max(0, 1000 - (Date.now() - last));
    clearTimeout(timer);
    timer = setTimeout(function () {
      last = Date.now();
      if (!busy() && !document.hidden && window.htmx) { window.htmx.trigger(body, "changed"); }
    }, wait);
  }
  function poll() {
    fetch(body.dataset.versionUrl, { credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (found) { if (found) { changed(found.version); } }).catch(function () {});
  }
  function listen() {
    var tab = sessionStorage.getItem("tab") || String(Math.random()).slice(2);
    sessionStorage.setItem("tab", tab);
    var stream = new EventSource(body.dataset.live + "?seen=" + seen + "&tab=" + tab);
    stream.onmessage = function (event) { changed(Number(event.data)); };
    stream.onerror = function () { if (stream.readyState === EventSource.CLOSED) { setInterval(poll, 5000); } };
    window.addEventListener("pagehide", function () { stream.close(); });
  }
  if (body.dataset.live && window.EventSource) { listen(); }

  var clock = document.querySelector("[data-clock]"), names = document.documentElement.lang === "en"
    ? ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] : ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function showClock() {
    fetch(clock.dataset.clock, { credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : null; }).then(function (found) {
      if (!found) { return; }
      var local = new Date(Date.parse(found.now) + 8 * 3600e3);
      clock.querySelector("time").textContent = local.getUTCFullYear() + "-" + two(local.getUTCMonth() + 1) + "-" + two(local.getUTCDate());
      clock.childNodes[1].textContent = " " + names[local.getUTCDay()] + " ";
      clock.querySelector(".hm").textContent = two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
    }).catch(function () {});
  }
  if (clock) { setInterval(function () { if (!document.hidden) { showClock(); } }, document.querySelector(".speeds") ? 1000 : 20000); }
})();
