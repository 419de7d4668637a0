"""The JavaScript of others that is committed is what scripts/web-bundle recorded. This test needs no
npm; scripts/check makes the bundles again where npm is installed."""

import json
import os
import re
import subprocess
import unittest

ROOT = os.environ["CARBON_ROOT"]
CHARTS = os.path.join(ROOT, "cli/report/page/bundle")
AXE = os.path.join(ROOT, "tests/cli/report/axe")


def contents(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class WebBundle(unittest.TestCase):
    def sums(self):
        return subprocess.run([os.path.join(ROOT, "scripts/web-bundle"), "--sums"],
                              capture_output=True, text=True)

    def test_bundles_have_the_recorded_digests(self):
        checked = self.sums()
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        for folder, names in ((CHARTS, {"charts.min.js", "charts.js", "LICENCES", "package-lock.json",
                                        "package.json", ".npmrc"}),
                              (AXE, {"axe.min.js", "LICENCES", "package-lock.json", "package.json",
                                     ".npmrc"})):
            recorded = {line.split()[1] for line in contents(folder, "SHA256SUMS").splitlines()}
            self.assertEqual(recorded, names)

    def test_lock_files_pin_every_package_and_name_no_registry(self):
        for folder in (CHARTS, AXE):
            lock = json.loads(contents(folder, "package-lock.json"))
            for name, package in lock["packages"].items():
                if name:
                    self.assertIn("integrity", package, name)
                    self.assertNotIn("resolved", package, name)

    def test_the_licences_name_the_locked_versions(self):
        for folder in (CHARTS, AXE):
            versions = {name.removeprefix("node_modules/"): package.get("version") for name, package in
                        json.loads(contents(folder, "package-lock.json"))["packages"].items()}
            named = re.findall(r"^(\S+) (\d[\d.]*) \(", contents(folder, "LICENCES"), re.MULTILINE)
            self.assertTrue(named)
            for name, version in named:
                self.assertEqual(versions[name], version)

    def test_the_chart_library_can_stand_in_a_page(self):
        bundle = contents(CHARTS, "charts.min.js")
        self.assertNotIn("</script", bundle.lower())
        self.assertNotIn("<!--", bundle)
        self.assertIn("Permission to use, copy, modify", bundle)


if __name__ == "__main__":
    unittest.main()
