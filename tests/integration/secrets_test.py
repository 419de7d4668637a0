"""A provider that repeats the token that it was sent, in any form, gets it written nowhere: neither by
scarbond to its log, its status file and its metrics, nor by scarbon status. And nor does a forecast file
get its text written."""

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

    # Who may choose the file, or make a link of it, need not be who may read what it points to.
    def test_quotes_nothing_of_a_forecast_file(self):
        contents = {
            "shadow": "root:$y$s3cret:19000:0:99999:7:::\ndaemon:s3cret:19000:0:99999:7:::\n",
            "pairs": "name,s3cret-one\nother,s3cret-two\n",
            "table": "time_s3cret,value,s3cret\n2026-11-24T00:00Z,s3cret,1\n",
            "value": "2026-11-24T00:00:00Z,1\n2026-11-24T01:00:00Z,s3cret\n",
            "json": '{"token": "s3cret", "GeneratedAt": "s3cret", "Emissions": "s3cret"}',
        }
        zones = {}
        for name, text in contents.items():
            secret = self.folder / f"{name}-of-root"
            secret.touch(mode=0o600)
            secret.write_text(text)
            link = self.folder / f"{name}.csv"
            link.symlink_to(secret)
            for form in ("csv", "carbon-aware-sdk"):
                zones[f"{name}-{form}"] = {
                    "kind": "average-lifecycle",
                    "forecast": [{"file": str(link), "format": form}],
                    "history": [{"file": str(link)}],
                }
        self.start(self.configure(zones), "--verbose")
        wait_until(lambda: all(len(self.lines_of(zone)) > 2 for zone in zones), 30,
                   "what is wrong with each file is in the log")
        texts = [path.read_text(errors="replace") for path in (self.log_path, *self.snapshot.iterdir())
                 if path.is_file()]
        for text in (*texts, json.dumps(self.whole_status())):
            self.assertNotIn("s3cret", text)


if __name__ == "__main__":
    unittest.main()
