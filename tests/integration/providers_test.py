"""Forecasts that scarbond fetches over HTTP, from a stand-in for a provider, on a real slurmctld."""

import datetime
import http.server
import json
import os
import threading
import time
import unittest

from private_slurm import CLEAN_OSLO, SCARBOND, PrivateSlurmTest, wait_until

TOKEN = "tok-3f9c1a77"
# What scarbond logs once nothing is wrong any more.
ALL_WELL = "forecasts: all zones have one"


class Provider:
    """Answers as Electricity Maps does, or as `fault` says, and keeps what it was sent."""

    def __init__(self):
        self.fault = None
        self.tokens = []
        self.asked = 0
        self.released = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        self.asked += 1
        self.tokens.append(request.headers.get("auth-token"))
        if self.fault == "hang":
            self.released.wait(60)
            return
        body = b"<html>so sorry" if self.fault == "garbage" else self.forecast(request.path)
        request.send_response(500 if self.fault == "500" else 200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    @staticmethod
    def forecast(path):
        hour = datetime.datetime.now(datetime.timezone.utc).replace(
            minute=0, second=0, microsecond=0
        )
        zone = path.split("zone=")[1].split("&")[0]
        form = "%Y-%m-%dT%H:%M:%S.000Z"
        points = [
            {"carbonIntensity": 20, "datetime": f"{hour + datetime.timedelta(hours=i):{form}}"}
            for i in range(72)
        ]
        return json.dumps(
            {
                "zone": zone,
                "emissionFactorType": "lifecycle",
                "temporalGranularity": "hourly",
                "unit": "gCO2eq/kWh",
                "updatedAt": f"{hour:{form}}",
                "forecast": points,
                "data": points,
            }
        ).encode()


class ProvidersTest(PrivateSlurmTest):
    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.close)
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
                "zone": "NO-NO1",
                "url": self.provider.url,
                "secret_file": str(self.secret),
                "refresh": "1s",
            }
        ]
        path.write_text(json.dumps(config))
        return path

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
        self.assertEqual(self.provider.tokens, [TOKEN])
        self.assert_secret_is_nowhere()

    def test_goes_on_with_what_it_has_while_the_provider_fails(self):
        log = self.folder / "scarbond.log"
        log.write_text("")
        self.watch({"mode": "enforce"}, CLEAN_OSLO)
        wait_until(lambda: self.provider.asked >= 2, 20, "the provider is asked again and again")
        for fault in ("500", "garbage", None, "hang"):
            with self.subTest(fault):
                asked = self.provider.asked
                recoveries = self.daemon_log().count(ALL_WELL)
                self.provider.fault = fault
                wait_until(lambda: self.provider.asked > asked, 90, "the provider is asked")
                if fault is None:
                    wait_until(
                        lambda: self.daemon_log().count(ALL_WELL) > recoveries, 10, "all is well"
                    )
                self.assert_capacity_is_published()
                _, job = self.submit()
                self.assertEqual(job["Partition"], "oslo")
        self.assertIn("zone zone-oslo: electricity-maps:NO-NO1: ", self.daemon_log())
        self.assertNotIn("zone zone-lyon", self.daemon_log())
        self.assertEqual(set(self.provider.tokens), {TOKEN})
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
