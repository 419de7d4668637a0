"""The archive and our own forecast: what scarbond does when a provider ends, dies or was long ago."""

import datetime
import http.server
import json
import math
import os
import subprocess
import threading
import time
import unittest
import urllib.parse

from private_slurm import CLEAN_OSLO, SCARBON, SCARBOND, PrivateSlurmTest, wait_until

UTC = datetime.timezone.utc
HOUR = datetime.timedelta(hours=1)
SOURCE = "electricity-maps:NO-NO1"


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Provider:
    """Answers as Electricity Maps does, three days ahead and as far back as is asked for, until it
    is dead."""

    def __init__(self):
        self.is_dead = False
        self.histories = 0
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
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        url = urllib.parse.urlparse(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        now = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        if url.path.endswith("/past-range"):
            self.histories += 1
            key, start = "data", parse_time(query["start"])
            end = min(parse_time(query["end"]), now)
        else:
            key, start, end = "forecast", now, now + 72 * HOUR
        points = []
        while start < end:
            value = 30 + 5 * math.sin(start.hour * math.pi / 12)
            points.append({"carbonIntensity": value, "datetime": f"{start:%FT%TZ}"})
            start += HOUR
        body = json.dumps(
            {"zone": query["zone"], "temporalGranularity": "hourly", key: points}
        ).encode()
        request.send_response(500 if self.is_dead else 200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


class ArchiveTest(PrivateSlurmTest):
    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        self.archive = self.folder / f"archive-{self.id()}.sqlite"
        self.max_age = "1h"
        (self.folder / "token").write_text("tok-3f9c1a77\n")
        os.chmod(self.folder / "token", 0o600)
        (self.folder / "scarbond.log").write_text("")

    def write_config(self, *arguments, **details):
        """As ever, but oslo's forecast comes over HTTP, and there is an archive."""
        path = super().write_config(*arguments, **details)
        config = json.loads(path.read_text())
        config["paths"]["archive"] = str(self.archive)
        config["refresh"]["forecast"] = "1s"
        zone = config["zones"]["zone-oslo"]
        zone["max_age"] = self.max_age
        zone["forecast"] = [
            {
                "provider": "electricity-maps",
                "zone": "NO-NO1",
                "url": self.provider.url,
                "secret_file": str(self.folder / "token"),
                "refresh": "1s",
            }
        ]
        path.write_text(json.dumps(config))
        return path

    def oslo(self, snapshot=None):
        """The published forecast of oslo's zone, or None."""
        done = self.run_command(
            SCARBON, "status", "--json", "--snapshot", str(snapshot or self.snapshot)
        )
        zones = json.loads(done.stdout)["zones"]
        return next((zone for zone in zones if zone["zone"] == "zone-oslo"), None)

    def wait_for_source(self, prefix, seconds):
        return wait_until(
            lambda: (zone := self.oslo()) and zone["source"].startswith(prefix) and zone,
            seconds,
            f"oslo's forecast is of {prefix}",
        )

    def assert_reaches_fourteen_days(self, zone):
        ahead = parse_time(zone["horizon"]) - datetime.datetime.now(UTC)
        self.assertGreater(ahead, datetime.timedelta(days=14))

    def daemon_log(self):
        return (self.folder / "scarbond.log").read_text()

    def test_ours_carries_on_stands_in_and_outlives_a_restart(self):
        self.max_age = "15s"
        daemon = self.watch({"mode": "enforce"}, CLEAN_OSLO)
        zone = wait_until(
            lambda: (zone := self.oslo()) and "horizon" in zone
            and parse_time(zone["horizon"])
            > datetime.datetime.now(UTC) + datetime.timedelta(days=14)
            and zone,
            30,
            "the forecast reaches fourteen days",
        )
        self.assertEqual(zone["source"], SOURCE)
        self.assertTrue(zone["usable"])

        self.provider.is_dead = True
        zone = self.wait_for_source("own:", 40)
        self.assertTrue(zone["usable"])
        self.assert_reaches_fourteen_days(zone)
        wait_until(
            lambda: self.submit()[1]["Partition"] == "oslo", 20, "jobs are placed on our forecast"
        )

        daemon.terminate()
        daemon.wait(30)
        published_at = self.manifest()["published_at"]
        self.watch({"mode": "enforce"}, CLEAN_OSLO)
        wait_until(
            lambda: self.manifest()["published_at"] != published_at, 10, "it publishes again"
        )
        zone = self.wait_for_source("own:", 10)
        self.assertTrue(zone["usable"])
        self.assert_reaches_fourteen_days(zone)

        self.provider.is_dead = False
        self.wait_for_source(SOURCE, 60)
        self.assertNotIn("archive:", self.daemon_log())

    def test_serves_the_last_forecast_with_its_true_age_after_a_restart(self):
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        first = self.oslo()
        self.assertEqual(first["source"], SOURCE)
        self.assertEqual(self.provider.histories, 0, "who publishes once asks for forecasts only")
        self.provider.is_dead = True
        time.sleep(1)  # times are published in whole seconds
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        again = self.oslo()
        self.assertEqual(again["source"], SOURCE)
        self.assertTrue(again["usable"])
        self.assertEqual(again["fetched_at"], first["fetched_at"])
        self.assertEqual(again["valid_until"], first["valid_until"])

    def test_a_second_daemon_says_who_has_the_archive_and_goes_on_without(self):
        daemon = self.watch({"mode": "shadow"}, CLEAN_OSLO)
        config = json.loads((self.folder / "carbon.json").read_text())
        snapshot = self.folder / "second"
        config["paths"]["snapshot"] = str(snapshot)
        config["paths"]["log"] = str(self.folder / "second-log" / "placements.jsonl")
        (self.folder / "second.json").write_text(json.dumps(config))
        log = self.folder / "second.log"
        with open(log, "w") as stream:
            second = subprocess.Popen(
                [SCARBOND, "--config", str(self.folder / "second.json")],
                env=self.environment, stdin=subprocess.DEVNULL, stderr=stream,
            )
        self.addCleanup(second.wait, 30)
        self.addCleanup(second.terminate)
        wait_until((snapshot / "manifest.json").exists, 20, "the second one publishes")
        self.assertIn(
            f"archive: {self.archive}: another process writes this archive, pid {daemon.pid}; "
            "going on without it",
            log.read_text(),
        )
        wait_until(
            lambda: (zone := self.oslo(snapshot)) and zone["source"] == SOURCE, 20,
            "the second one has oslo's forecast",
        )
        self.assertEqual(log.read_text().count("another process"), 1)
        status = self.run_command(SCARBON, "status", "--config", str(self.folder / "second.json"))
        self.assertEqual(status.returncode, 1)
        self.assertIn(
            f"problem: scarbond: archive: {self.archive}: another process writes this archive",
            status.stdout,
        )

        # And in the same snapshot folder it does not start at all.
        done = self.run_command(SCARBOND, "--config", str(self.folder / "carbon.json"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(daemon.pid), done.stderr)

    def test_leaves_a_file_alone_that_is_no_archive(self):
        self.archive.write_text("precious")
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        self.assertEqual(self.archive.read_text(), "precious")
        self.assertEqual(self.oslo()["source"], SOURCE)
        self.assertEqual(
            [path.name for path in self.folder.glob("*damaged*")], [], "nothing is moved aside"
        )


if __name__ == "__main__":
    unittest.main()
