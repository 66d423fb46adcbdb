/* Shortcuts of the keyboard, as the server lists them for this person; and the focus stays where it was when news change the page. */
(function () {
  "use strict";
  var keys = JSON.parse(document.body.dataset.keys || "{}"), first = "", timer = 0;
  function search() { return document.querySelector("main input[type=search]"); }
  function writes(at) { return at.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName); }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented || writes(event.target)) { return; }
    var pressed = (first ? first + " " : "") + event.key;
    clearTimeout(timer);
    first = "";
    if (pressed === "g") { first = "g"; timer = setTimeout(function () { first = ""; }, 1500); return; }
    if (!Object.prototype.hasOwnProperty.call(keys, pressed)) { return; }
    event.preventDefault();
    if (pressed === "/" && search()) { search().focus(); return; }
    window.location.assign(keys[pressed]);
  });
  if (window.location.hash === "#search" && search()) { search().focus(); }

  var kept = null;
  function same(at) { return [at.tagName, at.id, at.getAttribute("href"), at.getAttribute("name"), at.textContent.trim()].join("|"); }
  document.addEventListener("htmx:beforeSwap", function () {
    var at = document.activeElement;
    kept = at && at !== document.body && at.closest("main") && at.id !== "main" ? same(at) : null;
  });
  document.addEventListener("htmx:afterSwap", function () {
    if (kept === null || document.activeElement !== document.body) { return; }
    var found = Array.prototype.find.call(document.querySelectorAll("main a[href], main button, main summary"), function (at) { return same(at) === kept; });
    if (found) { found.focus({ preventScroll: true }); }
  });
})();
