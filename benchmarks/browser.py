"""How fast the public pages are for somebody who comes for the first time, by telephone: Chromium
with a processor four times slower and the line that Lighthouse calls slow 4G, nothing in its cache.

The static files are those of production (hashed, compressed); the proxy in front, which would speak
HTTP/2, is left out. Bytes are those on the line, headers included."""

import json
import os
import re
import statistics
import tempfile
import urllib.request
from collections import Counter
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from benchmarks._portal import manage
from tests.browser.portal import CHROMIUM, FLAGS, running_portal

REPETITIONS = 3
WIDTHS = (390, 1440)
SLOWER = 4
# 1.6 Mbit/s down, 0.75 up, 150 ms: as the developer tools apply it to requests one by one.
SLOW_4G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1.6e6 * 0.9 / 8,
    "uploadThroughput": 0.75e6 * 0.9 / 8,
}
GOAL_CODE_KB = 100.0
GOAL_LCP_MS = 2500.0
GOAL_CLS = 0.1
KINDS = {"Stylesheet": "css", "Script": "js", "Font": "fonts", "Image": "images"}

PAGES = [
    "/",
    "/about/",
    "/standard/",
    "/standard/steps/",
    "/standard/readings/",
    "/self-test/",
    "/register/",
    "/verify/",
    "/verify/{certificate}/",
    "/verify/offline/",
    "/misuse/",
    "/notices/",
    "/notices/{notice}/",
    "/notices/{notice}/object/",
    "/objections/",
    "/search/?q=算力",
    "/help/",
    "/help/applicant/",
    "/api/docs",
    "/api/edge/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/organisation/register/",
]
# Before the page's own scripts: every largest paint and every shift, from the first on.
WATCH = """
window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True)
class Visit:
    """One page opened once."""

    kb: Counter[str]  # by kind
    requests: int
    lcp: float
    cls: float


def visit(browser: Browser, address: str, width: int) -> Visit:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kind_of: dict[str, str] = {}
    kb: Counter[str] = Counter()

    def finished(event: dict) -> None:
        kind = kind_of.get(event["requestId"], "Other")
        kb[KINDS.get(kind, "other")] += event["encodedDataLength"] / 1000

    line.on("Network.responseReceived", lambda e: kind_of.update({e["requestId"]: e["type"]}))
    line.on("Network.loadingFinished", finished)
    answer = page.goto(address, wait_until="networkidle")
    assert answer, address
    assert answer.status == 200, f"{address}: {answer.status}"
    seen = page.evaluate("window.seen")
    context.close()
    return Visit(kb, len(kind_of), seen["lcp"], seen["cls"])


def median(visits: list[Visit]) -> Visit:
    kinds = {kind for each in visits for kind in each.kb}
    return Visit(
        Counter({kind: statistics.median(each.kb[kind] for each in visits) for kind in kinds}),
        int(statistics.median(each.requests for each in visits)),
        statistics.median(each.lcp for each in visits),
        statistics.median(each.cls for each in visits),
    )


def line(path: str, width: int, seen: Visit) -> tuple[str, bool]:
    code = seen.kb["css"] + seen.kb["js"]
    missed = [
        name
        for name, value, goal in (
            ("CSS+JS", code, GOAL_CODE_KB),
            ("LCP", seen.lcp, GOAL_LCP_MS),
            ("CLS", seen.cls, GOAL_CLS),
        )
        if value > goal
    ]
    said = (
        f"{path:28} {width:5} {seen.kb['css']:6.1f} {seen.kb['js']:6.1f} {seen.kb['fonts']:6.1f} "
        f"{seen.kb['images']:7.1f} {sum(seen.kb.values()):7.1f} {seen.requests:5} "
        f"{seen.lcp:7.0f} {seen.cls:7.3f}   "
    )
    return said + (f"MISSED {', '.join(missed)}" if missed else "met"), not missed


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


def paths(address: str) -> list[str]:
    """With a certificate and a notice of the example data in them."""
    register = json.loads(fetch(f"{address}/register/register.json"))
    found = re.search(r"/notices/(GS[\w-]+)/", fetch(f"{address}/notices/").decode())
    assert found, "the example data publish a result"
    names = {"certificate": register["certificates"][0]["number"], "notice": found[1]}
    return [path.format(**names) for path in PAGES]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        served = {
            "DJANGO_SETTINGS_MODULE": "benchmarks._compressed",
            "STATIC_ROOT": f"{folder}/static",
        }
        env = {**os.environ, **served, "READ_DOTENV": "false", "VAR_DIR": f"{folder}/var"}
        manage(env, "collectstatic", "--no-input", "-v", "0")
        with (
            running_portal(**served, WEB_PROCESSES="1") as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            measure(browser, address)
            browser.close()


def measure(browser: Browser, address: str) -> None:
    print(
        f"processor {SLOWER} times slower, slow 4G, empty cache, medians of {REPETITIONS}; KB, ms"
    )
    print(f"goals: CSS+JS <= {GOAL_CODE_KB:.0f} KB, LCP <= {GOAL_LCP_MS:.0f} ms, CLS <= {GOAL_CLS}")
    print(
        f"{'page':28} {'width':>5} {'CSS':>6} {'JS':>6} {'fonts':>6} {'images':>7} {'total':>7} "
        f"{'files':>5} {'LCP':>7} {'CLS':>7}"
    )
    met = []
    for path in paths(address):
        visit(browser, address + path, WIDTHS[0])  # warms the server
        for width in WIDTHS:
            seen = median([visit(browser, address + path, width) for _ in range(REPETITIONS)])
            said, good = line(path, width, seen)
            print(said, flush=True)
            met.append(good)
    print(f"{sum(met)} of {len(met)} met")


if __name__ == "__main__":
    main()
