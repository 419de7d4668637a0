"""A provider that repeats the token that it was sent, in any form, gets it written nowhere: neither by
scarbond to its log, its status file, its metrics and the service manager, nor by scarbon status."""

import base64
import html
import json
import urllib.parse

import unittest

from daemon import DaemonTest
from private_slurm import wait_until
from provider_faults import echoed

# With all that is escaped somewhere.
ODD_TOKEN = "t0k/+77e0 b2d4=%&x\"y'\\z<9f"


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


FORMS = {
    "as-it-is": str,
    "upper": str.upper,
    "lower": str.lower,
    "in-a-path": lambda text: urllib.parse.quote(text, safe=""),
    "in-a-query": urllib.parse.quote_plus,
    "in-json": json.dumps,
    "in-html": html.escape,
    "base64": base64_of,
    "base64-of-both": lambda text: base64_of(f":{text}"),
    "cut-short": lambda text: text[:-2],
}


class SecretsTest(DaemonTest):
    def test_writes_no_token_that_a_provider_repeats(self):
        self.provider.secrets.clear()
        self.write_secret(ODD_TOKEN)
        zones = {f"{name}-{code}": {"kind": "average-lifecycle", "max_age": "1h",
                                    "forecast": [self.source(f"{name}-{code}")]}
                 for name in FORMS for code in (400, 500)}
        for code in (400, 500):
            self.provider.faults.update(
                {f"{name}-{code}": echoed(form, code) for name, form in FORMS.items()})
        metrics = self.folder / "metrics.prom"
        daemon = self.start(self.configure(zones, "1s", {"metrics": str(metrics)}), "--verbose")

        def told():
            return all(any("bad: " in line for line in self.lines_of(zone)) for zone in zones)

        wait_until(told, 60, "each zone's trouble is in the log")
        for zone in zones:
            self.assertIn("(secret)", "".join(self.lines_of(zone)), zone)
        # No part of any form either. What is there in any case is none.
        places = [self.log_path, metrics, *self.snapshot.iterdir()]
        texts = {str(place): place.read_text(errors="replace").lower()
                 for place in places if place.is_file()}
        texts["scarbon status"] = json.dumps(self.whole_status()).lower()
        for name, form in FORMS.items():
            shown = form(ODD_TOKEN).strip('"').lower()
            for at in range(len(shown) - 7):
                for place, text in texts.items():
                    self.assertNotIn(shown[at:at + 8], text, f"{name} in {place}")
        self.assert_secrets_are_nowhere(daemon)


if __name__ == "__main__":
    unittest.main()
