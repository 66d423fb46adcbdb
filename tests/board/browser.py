"""Debian's Chromium under Playwright, and what every page must stand: no fault told, nothing cut off, nothing that axe finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import servers
from playwright.sync_api import Page, sync_playwright

AXE = (Path(__file__).resolve().parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
WIDTHS = (360, 768, 1440)
PACKAGES = ("chromium", "fonts-noto-cjk")
CUT_OFF = """() => {
  const width = document.documentElement.clientWidth, found = [];
  for (const at of document.querySelectorAll('body *')) {
    const box = at.getBoundingClientRect(), style = getComputedStyle(at);
    if (!box.width || at.closest('.sr, .skip') || style.position === 'absolute') continue;
    if (box.right > width + 1 && !at.closest('.table')) found.push(at.tagName + ' ' + at.className + ' ' + Math.round(box.right));
    if (at.scrollWidth > at.clientWidth + 1 && at.clientWidth && style.overflowX === 'hidden') found.push('cut ' + at.tagName);
  }
  return found;
}"""
RULES = "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).slice(0, 3).join(' '))"


def chromium() -> str:
    """The browser's path, installed first where it is missing; servers.Missing says what to do."""
    if shutil.which("chromium") is None:
        servers.install_packages(list(PACKAGES))
    found = shutil.which("chromium")
    if found is None:
        raise servers.Missing("Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk")
    return found


@dataclass
class Person:
    """One browser with its page, and every fault that it was told of."""

    base: str
    page: Page
    settle: Callable[[], None]
    faults: list[str] = field(default_factory=list)

    def lost(self, url: str, why: str) -> None:
        """A request that failed; one that the page itself gave up, because it was left, did not."""
        if "ERR_ABORTED" not in why:
            self.faults.append(f"{url} {why}")

    def go(self, path: str) -> None:
        self.settle()
        self.page.goto(self.base + path, wait_until="domcontentloaded")

    def act(self, button: str, reason: str, within: str = "main", **values: str) -> str:
        """Two clicks and a reason; returns what the page says came of it."""
        self.page.locator(within).get_by_role("link", name=button, exact=True).first.click()
        for name, value in values.items():
            at = self.page.locator(f"[name={name}]")
            at.select_option(value) if at.evaluate("e => e.tagName") == "SELECT" else at.fill(value)
        self.page.fill("[name=reason]", reason)
        self.page.get_by_role("button", name="确认").click()
        return self.page.locator("#outcome").inner_text()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def cut_off(self, path: str, widths: tuple[int, ...] = WIDTHS) -> dict[int, list[str]]:
        """What sticks out of a page, by width; the page is loaded anew in each."""
        found = {}
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.go(path)
            found[width] = self.page.evaluate(CUT_OFF)
        return {width: bad for width, bad in found.items() if bad}

    def axe(self) -> list[str]:
        """What axe finds on the page as it stands."""
        self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(RULES)
        return found


@contextmanager
def people(base: str, settle: Callable[[], None]) -> Iterator[Any]:
    """Opens browsers: `person(role, unit)` signs on as a demonstration's person."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])

        def person(role: str, unit: str | None = None) -> Person:
            page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
            page.set_default_timeout(10_000)
            found = Person(base, page, settle)
            page.on("console", lambda told: found.faults.append(told.text) if told.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: found.faults.append(str(error)))
            page.on("requestfailed", lambda gone: found.lost(gone.url, gone.failure or ""))
            page.on("response", lambda got: found.faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
            found.go("/sign-in")
            form = page.locator(f"form:has(input[value={role}])")
            if unit:
                form.locator("select").select_option(unit)
            form.get_by_role("button").click()
            page.wait_for_load_state("domcontentloaded")
            return found

        yield person
        browser.close()
