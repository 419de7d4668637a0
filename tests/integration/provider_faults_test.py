"""Everything that goes wrong with providers, through scarbond and a real slurmctld: a zone for each
fault, all at once. What must hold of a zone in trouble: the last good data are served with their true
age, after max_age the next source is, the log names what is wrong, and it recovers. Of the others:
nothing."""

import re
import signal
import time
import unittest

from daemon import DaemonTest
from private_slurm import wait_until
from provider_faults import FAULTS

MAX_AGE = 15
REFRESH = 3
# A silent server is given up after 30 s.
LONGEST = 45

SLOW = "fewer than 50 bytes a second for 30s"
NO_JSON = r"the reply of \d+ bytes is no JSON"
TOO_LARGE = "the reply has more than 4194304 bytes"
# The providers other than Electricity Maps.
OF = {"stones": "watttime", "grams": "watttime", "logins over": "watttime",
      "well by country": "energy-charts", "well by location": "carbon-aware-sdk"}

# Fault -> what the log says of it.
TROUBLES = {
    "nan": NO_JSON,
    "infinite": NO_JSON,
    "none": "the reply has no values",
    "past": "the data ends at .*, in the past",
    "future": "the data begins at .*, in the future",
    "no offset": "datetime: .*offset",
    "epoch": r'datetime: time "\d+"',
    "stones": "unit .*stones.* is not known",
    "empty": NO_JSON,
    "empty object": "forecast: is missing",
    "empty array": "forecast: is missing",
    "html": "is no JSON but text/html",
    "html as json": NO_JSON + " but begins like HTML",
    "wrong type": "is no JSON but text/csv",
    "truncated": NO_JSON,
    "deep": "nested deeper than 16",
    "no text": NO_JSON,
    "reset": "reset by peer",
    "closed": "Empty reply from server",
    "cut": "the reply ends before its end",
    "garbage": "HTTP/0.9",
    "big": TOO_LARGE,
    "big in chunks": TOO_LARGE,
    "gzip bomb": TOO_LARGE,
    "redirect loop": "is redirected more than 4 times",
    "redirect away": "is redirected to another host, http://localhost",
    "401": "status 401, the credential is not accepted",
    "403": "status 403, the account may not have this",
    "404": "status 404, no such zone or data",
    "429": "status 429, too many requests",
    "429 retry": "status 429, too many requests; again in 7s",
    "500": "status 500, a fault of theirs",
    "503": "status 503, a fault of theirs",
    "503 retry": "status 503, a fault of theirs",
    "refused": "Failed to connect",
    "hang": SLOW,
    "hang in headers": SLOW,
    "hang in body": SLOW,
    "drip": SLOW,
}
# Fault of one record, which alone is not used -> what the log says of it, once.
NOTES = {
    "null": "holes of 1h in all filled",
    "negative": r"1 of \d+ records left out, .*forecast.*-4.* is negative",
    "huge": r"1 of \d+ records left out, .*above 10000",
    "contradicted": r"2 of \d+ records left out, .*is said to be both 20 and 999",
    "overlapping": r"1 of \d+ records left out, .*overlaps the one of",
    "gap": "holes of 1h in all filled",
}
# Odd, but nothing wrong. "well" has a silent one on its host; of the last it is the logins that end.
ODD = ["null at the end", "text", "zeros", "one", "twice", "unsorted", "offset", "central european", "grams",
       "chunked", "gzip", "redirect", "well", "well by country", "well by location", "logins over"]
SILENT = [fault for fault, said in TROUBLES.items() if said == SLOW]
# How often the same fault may be logged: once more if another code was reported in between.
MOST_LINES = 2


def name_of(fault):
    return fault.replace(" ", "-")


class ProviderFaultsTest(DaemonTest):
    def test_every_fault_at_once(self):
        first, ports = {}, {}  # zone -> its first source's name, and host
        zones = {}
        for fault in [*TROUBLES, *NOTES, *ODD]:
            zone = name_of(fault)
            provider = OF.get(fault, "electricity-maps")
            url = self.provider.listen(ports["hang"] if fault == "well" else 0)
            first[zone], ports[zone] = provider, int(url.rsplit(":", 1)[1])
            zones[zone] = {
                "kind": "marginal" if provider == "watttime" else "average-lifecycle",
                "max_age": f"{MAX_AGE}s",
                "forecast": [self.source(zone, provider, url),
                             self.source(f"next-{zone}", "carbon-aware-file")],
            }
        troubles = {name_of(fault): said for fault, said in TROUBLES.items()}
        notes = {name_of(fault): said for fault, said in NOTES.items()}
        odd = [name_of(fault) for fault in [*NOTES, *ODD]]
        daemon = self.start(self.configure(zones, f"{REFRESH}s"))

        def serve(zones, source=None):
            """Whether these zones have data of their first source, or of this one, that are fresh."""
            self.shown, now = self.status(), time.time()
            return all(
                zone in self.shown and now - self.shown[zone]["fetched_at"] < MAX_AGE
                and self.shown[zone]["source"].startswith((source or first[zone]) + ":")
                for zone in zones)

        wait_until(lambda: serve(zones), 20, "every zone has its forecast")
        begun = time.time()
        self.provider.faults = {name_of(fault): FAULTS[fault] for fault in [*TROUBLES, *NOTES, *ODD]
                                if fault in FAULTS}
        self.provider.close(ports["refused"])
        self.provider.expire_sessions()

        # The last good data, of before the fault.
        time.sleep(max(0, begun + REFRESH + 4 - time.time()))
        shown = self.status()
        for zone in troubles:
            with self.subTest(zone):
                self.assertTrue(shown[zone]["source"].startswith(first[zone] + ":"), shown[zone])
                self.assertLessEqual(shown[zone]["fetched_at"], begun + 1)
                self.assertGreaterEqual(shown[zone]["fetched_at"], begun - REFRESH - 3)

        # Then the next source, while the others go on.
        wait_until(lambda: serve(troubles, "carbon-aware-file"), MAX_AGE + 10,
                   "every zone in trouble has its next source")
        self.assertTrue(serve(odd), self.shown)
        self.assertGreater(min(self.shown[zone]["fetched_at"] for zone in odd), begun)
        # A login each to begin with, and when it was over one more for the forecasts, and one for the
        # history if that is still being fetched then.
        with_login = list(OF.values()).count("watttime")
        self.assertGreaterEqual(self.provider.logins, 2 * with_login)
        self.assertLessEqual(self.provider.logins, 3 * with_login)

        # Zones whose server answered at all are well again before the silent ones are abandoned.
        self.provider.faults = {name_of(fault): FAULTS[fault] for fault in SILENT}
        self.provider.listen(ports["refused"])
        wait_until(lambda: all(any(SLOW in line for line in self.lines_of(name_of(fault)))
                               for fault in SILENT),
                   LONGEST - (time.time() - begun), "the silent ones are given up")
        self.provider.faults = {}
        # A refused request is repeated with another token.
        self.write_secret("tok-b1c44e09")
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: serve(zones), 25, "every zone has its forecast again")

        for zone, said in troubles.items():
            with self.subTest(zone):
                told = [line for line in self.lines_of(zone) if re.search(said, line)]
                self.assertTrue(0 < len(told) <= MOST_LINES, (said, self.lines_of(zone)))
        for zone in odd:
            with self.subTest(zone):
                # These are logged for one record, and for an expired login.
                known = notes.get(zone) or "watttime: .* status 401"
                told = [line for line in self.lines_of(zone) if re.search(known, line)]
                self.assertEqual(self.lines_of(zone), told)
                is_told = zone in notes or first[zone] == "watttime"
                self.assertEqual(len(told), 1 if is_told else 0)
        self.assert_secrets_are_nowhere(daemon)


if __name__ == "__main__":
    unittest.main()
