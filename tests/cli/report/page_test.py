"""The page of scarbon report, made from a synthetic log in which users chose hostile names: what it may
load, whether it can be read at all widths, on paper, with a keyboard and by a screen reader. What needs
Chromium is skipped without it. CARBON_SCREENSHOTS names a folder for pictures of the page."""

import base64
import hashlib
import html.parser
import json
import os
import re
import subprocess
import tempfile
import unittest

import browser

ROOT = os.environ["CARBON_ROOT"]
SCARBON = os.environ["CARBON_SCARBON"]
PICTURES = os.environ.get("CARBON_SCREENSHOTS")
HOSTILE = [
    "</script><script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title = 'broken'\">",
    "<!--<script>",
    "'\"><style>*{display:none}</style>&amp;&lt;",
    "\u202egnp.exe",
    "one-name-that-is-as-long-as-slurm-lets-it-be-" * 4,
    "=HYPERLINK(\"x\")",
]


def synthetic_log(path, *arguments, hostile=True):
    lines = subprocess.run([os.path.join(ROOT, "scripts/synthetic-log"), *arguments], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    with open(path, "w", encoding="ascii") as file:
        for number, line in enumerate(lines):
            record = json.loads(line)
            if hostile and "job" in record and number % 3 == 0:
                record["job"]["name"] = HOSTILE[number % len(HOSTILE)]
                record["job"]["account"] = HOSTILE[number // 3 % len(HOSTILE)]
                # Placed, and much saved: it is among the best.
                if record["home"] and number % 2 == 0:
                    record["home"]["runs"][0]["gross_g"] *= 50
            file.write(json.dumps(record) + "\n")


def report(log, *arguments, path=None):
    """`path`: a folder with programs, before the others."""
    environment = {**os.environ, "TZ": "Europe/Berlin"}
    if path:
        environment["PATH"] = path + ":" + environment["PATH"]
    return subprocess.run([SCARBON, "report", "--file", log, *arguments], check=True, text=True,
                          capture_output=True, env=environment).stdout


def report_of_outcomes(folder, *arguments):
    """A report of an invented log, with what came of its jobs."""
    log, accounting = folder + "/came.jsonl", folder + "/accounting"
    if not os.path.exists(log):
        synthetic_log(log, "--jobs", "700", "--days", "20", "--accounting", accounting)
    return report(log, "--config", accounting + "/carbon.json", "--outcome", "--grid", accounting + "/grid",
                  *arguments, path=accounting + "/bin")


class Elements(html.parser.HTMLParser):
    """The elements of a page with their attributes, and the texts of scripts, styles and others."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.raw, self.texts, self.open = [], [], [], None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            self.open = tag
            self.raw.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        if tag == self.open:
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.raw[-1][2] += data
        else:
            self.texts.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="carbon-page-")
        cls.log = cls.folder.name + "/placements.jsonl"
        synthetic_log(cls.log, "--jobs", "600", "--days", "40")
        cls.path = cls.folder.name + "/page.html"
        report(cls.log, "--shadow", "--html", "-o", cls.path)
        with open(cls.path, encoding="utf-8") as file:
            cls.page = file.read()
        cls.elements = Elements(cls.page)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()


class Content(PageTest):
    def test_names_are_text_and_nothing_else(self):
        texts = "\n".join(self.elements.texts)
        for name in HOSTILE[:4]:
            self.assertIn(name, texts)
        # What turns the direction of writing is replaced.
        self.assertNotIn("\u202e", self.page)
        self.assertEqual([tag for tag, _, _ in self.elements.raw], ["style", "script", "script"])
        self.assertEqual(self.elements.named("img"), [])
        for tag, attributes in self.elements.elements:
            for name in attributes:
                self.assertFalse(name.startswith("on") or name == "style", (tag, attributes))

    def test_data_of_the_charts_are_the_report(self):
        data = json.loads(self.elements.raw[1][2])
        self.assertEqual(self.elements.raw[1][1]["type"], "application/json")
        self.assertEqual(data["v"], 2)
        shown = json.loads(report(self.log, "--shadow", "--json"))
        for of in (data, shown):
            del of["made_at"]
        self.assertEqual(data, shown)
        self.assertTrue(any(job["name"] == HOSTILE[0] for job in shown["best"] + shown["worst"]))

    def test_policy_admits_the_own_style_and_script_alone(self):
        policy = self.elements.named("meta")[1]
        self.assertEqual(policy["http-equiv"], "Content-Security-Policy")
        digest = {tag: "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
                  for tag, attributes, text in self.elements.raw if "type" not in attributes}
        self.assertEqual(policy["content"],
                         f"default-src 'none'; script-src {digest['script']}; style-src {digest['style']}; "
                         "base-uri 'none'; form-action 'none'")

    def test_page_names_no_other_file(self):
        ids = {attributes["id"] for _, attributes in self.elements.elements if "id" in attributes}
        for tag, attributes in self.elements.elements:
            self.assertNotIn("src", attributes)
            if "href" in attributes:
                self.assertIn(attributes["href"][1:], ids)
        self.assertNotIn("url(", self.elements.raw[0][2])
        self.assertNotIn("@import", self.elements.raw[0][2])

    def test_page_is_small_and_has_the_licences(self):
        self.assertLess(len(self.page), 600_000)
        self.assertIn("Permission to use, copy, modify", self.page)

    def test_page_of_many_groups_stays_small(self):
        log = self.folder.name + "/many.jsonl"
        with open(self.log, encoding="ascii") as source, open(log, "w", encoding="ascii") as file:
            for number, line in enumerate(source):
                record = json.loads(line)
                if "job" in record:
                    record["job"]["account"] = f"account-{number}"
                file.write(json.dumps(record) + "\n")
        page = report(log, "--html")
        self.assertLess(len(page), 800_000)
        self.assertIn("--json and --csv have all of them", page)

    def test_page_without_decisions_says_so(self):
        page = report(self.log, "-E", "2000-01-01", "--html")
        self.assertIn("There is no decision in this period.", page)
        self.assertEqual(Elements(page).named("figure"), [])

    def test_page_shows_what_came_beside_what_was_predicted(self):
        page = Elements(report_of_outcomes(self.folder.name, "--html"))
        charts = [figure.get("data-chart") for figure in page.named("figure")]
        for name in ("actual-timeline", "actual-cases", "actual-sites"):
            self.assertIn(name, charts)
        data = json.loads(page.raw[1][2])
        known = [bucket["actual"] for bucket in data["timeline"]["buckets"] if bucket["actual"]]
        self.assertGreater(len(known), 10)
        for bucket in known:
            self.assertLessEqual(bucket["saved_low_g"], bucket["saved_g"])
            self.assertLessEqual(bucket["saved_g"], bucket["saved_high_g"])
        total = {figure["name"]: figure for figure in data["actuals"]["figures"]}["co2e_location_actual"]
        self.assertAlmostEqual(sum(bucket["saved_g"] for bucket in known) / total["saved"], 1, delta=1e-9)
        # The worst jobs emitted more than at home, and say so.
        worst = data["actuals"]["worst"]
        self.assertLess(worst[0]["actual"]["saved_g"], 0)
        self.assertIn("emitted-more", worst[0]["harms"])
        saved = [job["actual"]["saved_g"] for job in worst]
        self.assertEqual(saved, sorted(saved))
        text = "\n".join(page.texts)
        for source in ("measured by ipmi", "modelled: h100-sxm", "average-lifecycle", "DE.csv"):
            self.assertIn(source, text)

    def test_csv_is_safe_in_a_spreadsheet(self):
        import csv
        import io
        rows = list(csv.DictReader(io.StringIO(report(self.log, "--csv"))))
        groups = {row["group"] for row in rows if row["section"] == "group"}
        self.assertIn("'" + HOSTILE[6], groups)
        self.assertIn(HOSTILE[0], groups)
        total = {row["figure"]: row for row in rows if row["section"] == "total"}
        of_groups = sum(float(row["saved"]) for row in rows
                        if row["section"] == "group" and row["figure"] == "co2e_location" and row["saved"])
        self.assertAlmostEqual(float(total["co2e_location"]["saved"]), of_groups, delta=0.1)


# Elements whose text is cut, or that leave the window.
CUT = """
(() => {
  const bad = [];
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || e.closest("thead") && getComputedStyle(e.closest("thead")).position === "absolute") continue;
    if (e.tagName === "script") continue;
    if (box.right > document.documentElement.clientWidth + 1 || box.left < -1) {
      if (e.closest("svg") && e.tagName !== "text") continue;
      bad.push(`leaves the window: ${e.tagName} ${e.textContent.slice(0, 60)} ${box.left} ${box.right}`);
    }
    if (!e.closest("svg") && e.clientWidth && e.scrollWidth > e.clientWidth + 1) {
      bad.push(`is cut: ${e.tagName} ${e.className} ${e.textContent.slice(0, 60)}`);
    }
  }
  return bad;
})()
"""

# Texts of a chart that cover one another or leave it.
OVERLAPS = """
(() => {
  const bad = [];
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((e) => [e.textContent, e.getBoundingClientRect()])
        .filter(([text, box]) => text.trim() && box.width);
    for (const [text, box] of texts) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 3 ||
          box.bottom > frame.bottom + 3) {
        bad.push(`${svg.getAttribute("aria-label")}: "${text}" leaves the chart`);
      }
    }
    for (let i = 0; i < texts.length; ++i) {
      for (let j = 0; j < i; ++j) {
        const [a, b] = [texts[i][1], texts[j][1]];
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2) {
          bad.push(`${svg.getAttribute("aria-label")}: "${texts[i][0]}" covers "${texts[j][0]}"`);
        }
      }
    }
  }
  return bad;
})()
"""


@unittest.skipUnless(browser.find(), "Chromium is not installed (package chromium)")
class InABrowser(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = browser.Browser()
        cls.plain = cls.folder.name + "/plain.html"
        synthetic_log(cls.folder.name + "/plain.jsonl", "--jobs", "900", hostile=False)
        report(cls.folder.name + "/plain.jsonl", "--shadow", "--html", "-o", cls.plain)
        cls.came = cls.folder.name + "/came.html"
        report_of_outcomes(cls.folder.name, "--shadow", "--html", "-o", cls.came)
        cls.one = cls.folder.name + "/one.html"
        with open(cls.folder.name + "/plain.jsonl", encoding="ascii") as source:
            line = next(line for line in source if '"placed"' in line)
        with open(cls.folder.name + "/one.jsonl", "w", encoding="ascii") as file:
            file.write(line)
        report(cls.folder.name + "/one.jsonl", "--html", "-o", cls.one)
        cls.none = cls.folder.name + "/none.html"
        report(cls.folder.name + "/one.jsonl", "-E", "2000-01-01", "--html", "-o", cls.none)
        with open(os.path.join(ROOT, "tests/cli/report/axe/axe.min.js"), encoding="utf-8") as file:
            cls.axe = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        super().tearDownClass()

    def each_page(self, check):
        for name, path in (("hostile", self.path), ("plain", self.plain), ("came", self.came),
                           ("one", self.one), ("none", self.none)):
            for width in (360, 1280):
                for scheme in ("light", "dark"):
                    with self.subTest(page=name, width=width, scheme=scheme):
                        self.browser.show(path, width, scheme)
                        check(name, width, scheme)

    def test_it_loads_nothing_and_breaks_no_rule(self):
        self.browser.show(self.path, 1280)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual([url for url in self.browser.requests() if not url.startswith("file://")], [])
        self.assertEqual(len(self.browser.requests()), 1)
        self.assertIn("Carbon report", self.browser.evaluate("document.title"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('figure.drawn').length"), 7)
        self.browser.show(self.came, 1280)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('figure.drawn').length"), 10)

    def test_nothing_is_cut_and_nothing_overlaps(self):
        def check(name, width, scheme):
            for is_open in (False, True):
                self.browser.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = %s; })"
                                      % str(is_open).lower())
                self.assertEqual(self.browser.evaluate(CUT), [])
                self.assertEqual(self.browser.evaluate(OVERLAPS), [])
                self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                if PICTURES and not is_open:
                    self.browser.screenshot(f"{PICTURES}/{name}-{width}-{scheme}.png")
        self.each_page(check)

    def test_axe_finds_nothing(self):
        def check(*_):
            self.browser.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            # The page's own policy holds for the page, not for the debugger.
            self.browser.evaluate(self.axe + ";0")
            found = self.browser.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})"
                                          ".then((r) => JSON.stringify([r.violations, r.passes.length]))")
            violations, passes = json.loads(found)
            self.assertEqual([(v["id"], [n["html"][:200] for n in v["nodes"]][:5]) for v in violations], [])
            self.assertGreater(passes, 20)
        self.each_page(check)

    def test_every_link_and_table_is_reached_by_keyboard(self):
        self.browser.show(self.path, 1280)
        wanted = self.browser.evaluate("document.querySelectorAll('a[href], summary').length")
        self.assertGreater(wanted, 10)
        reached = set()
        for _ in range(wanted):
            self.browser.press("Tab", 9)
            reached.add(self.browser.evaluate(
                "[...document.querySelectorAll('a[href], summary')].indexOf(document.activeElement)"))
        self.assertEqual(reached, set(range(wanted)))
        # The last one is a table that is closed: a key opens it.
        self.assertFalse(self.browser.evaluate("document.activeElement.parentElement.open"))
        self.browser.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", windowsVirtualKeyCode=13,
                          text="\r")
        self.browser.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", windowsVirtualKeyCode=13)
        self.assertTrue(self.browser.evaluate("document.activeElement.parentElement.open"))

    def test_it_has_all_figures_without_script(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.show(self.path, 1280)
            page = self.browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
            tables = self.browser.call("DOM.querySelectorAll", nodeId=page, selector="table")["nodeIds"]
            self.assertEqual(len(tables), len(self.elements.named("table")))
            for table in tables:
                self.browser.call("DOM.getBoxModel", nodeId=table)  # fails if it is not shown
        finally:
            self.browser.call("Emulation.setScriptExecutionDisabled", value=False)

    def test_it_prints_cleanly(self):
        # The width of A4 without its margins.
        for path in (self.plain, self.came):
            with self.subTest(page=path):
                self.browser.show(path, 688, media="print")
                self.browser.evaluate("dispatchEvent(new Event('beforeprint'))")
                self.assertEqual(
                    self.browser.evaluate("document.querySelectorAll('details:not([open])').length"), 0)
                self.assertEqual(self.browser.evaluate(CUT), [])
                self.assertEqual(self.browser.evaluate(OVERLAPS), [])
                self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 688)
        self.browser.show(self.plain, 1280, scheme="dark", media="")
        pdf = self.browser.pdf()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertTrue(2 <= pages <= 15, pages)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('details:not([open])').length"), 7)
        if PICTURES:
            with open(f"{PICTURES}/plain.pdf", "wb") as file:
                file.write(pdf)


del PageTest

if __name__ == "__main__":
    unittest.main()
