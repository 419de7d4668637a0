"""Forecasts that scarbond fetches over HTTP from a fake provider, on a real slurmctld."""

import json
import os
import time
import unittest

from private_slurm import CLEAN_OSLO, SCARBOND, PrivateSlurmTest, wait_until
from provider_faults import FAULTS, StandIn, hourly

TOKEN = "tok-3f9c1a77"
ZONE = "NO-NO1"
# scarbond logs this when nothing is wrong any more.
ALL_WELL = "forecasts: all zones have one"


class ProvidersTest(PrivateSlurmTest):
    def setUp(self):
        self.provider = StandIn({ZONE: hourly(20)}.get, secret=TOKEN)
        self.url = self.provider.listen()
        self.addCleanup(self.provider.close_all)
        self.secret = self.folder / "token"
        self.secret.write_text(TOKEN + "\n")
        os.chmod(self.secret, 0o600)

    def write_config(self, *arguments, **details):
        """As ever, but oslo's forecast comes over HTTP."""
        path = super().write_config(*arguments, **details)
        config = json.loads(path.read_text())
        config["zones"]["zone-oslo"]["forecast"] = [
            {
                "provider": "electricity-maps",
                "zone": ZONE,
                "url": f"{self.url}/electricity-maps/v4",
                "secret_file": str(self.secret),
                "refresh": "1s",
            }
        ]
        path.write_text(json.dumps(config))
        return path

    def asked(self):
        return self.provider.asked.get(ZONE, 0)

    def daemon_log(self):
        return (self.folder / "scarbond.log").read_text()

    def assert_capacity_is_published(self):
        started = time.time()
        wait_until(
            lambda: self.capacity(self.manifest()["parts"]["capacity"])["watched_at"] > started,
            10,
            "capacity is published",
        )

    def assert_secret_is_nowhere(self):
        places = [*self.snapshot.iterdir(), self.folder / "scarbond.log", self.log]
        for place in places:
            if place.is_file():
                self.assertNotIn(TOKEN.encode(), place.read_bytes(), str(place))

    def test_places_jobs_on_a_forecast_fetched_once(self):
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        _, job = self.submit()
        self.assertEqual(job["Partition"], "oslo")
        self.assertEqual(self.asked(), 1)
        self.assertEqual(self.provider.credentials, {TOKEN})
        self.assert_secret_is_nowhere()

    def test_goes_on_with_what_it_has_while_the_provider_fails(self):
        log = self.folder / "scarbond.log"
        log.write_text("")
        self.watch({"mode": "enforce"}, CLEAN_OSLO)
        wait_until(lambda: self.asked() >= 2, 20, "the provider is asked again and again")
        for fault in ("500", "html as json", None, "hang"):
            with self.subTest(fault):
                asked = self.asked()
                recoveries = self.daemon_log().count(ALL_WELL)
                self.provider.faults = {ZONE: FAULTS[fault]} if fault else {}
                wait_until(lambda: self.asked() > asked, 90, "the provider is asked")
                if fault is None:
                    wait_until(
                        lambda: self.daemon_log().count(ALL_WELL) > recoveries, 10, "all is well"
                    )
                self.assert_capacity_is_published()
                _, job = self.submit()
                self.assertEqual(job["Partition"], "oslo")
        self.assertIn("zone zone-oslo: electricity-maps:NO-NO1: ", self.daemon_log())
        self.assertNotIn("zone zone-lyon", self.daemon_log())
        self.assertEqual(self.provider.credentials, {TOKEN})
        self.assert_secret_is_nowhere()

    def test_names_a_secret_file_that_others_may_read(self):
        os.chmod(self.secret, 0o644)
        config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
        done = self.run_command(SCARBOND, "--once", "--config", str(config))
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(self.secret), done.stderr)
        self.assertNotIn(TOKEN, done.stderr)


if __name__ == "__main__":
    unittest.main()
