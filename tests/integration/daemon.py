"""Runs scarbond with a private Slurm, a fake provider and a clock that can be stepped."""

import datetime
import json
import os
import subprocess
import time

from private_slurm import SCARBON, SCARBOND, PrivateSlurmTest
from provider_faults import StandIn, hourly

TOKEN = "tok-77e0b2d4"


class DaemonTest(PrivateSlurmTest):
    def setUp(self):
        self.clock_file = self.folder / "clock"
        self.step(0)
        self.provider = StandIn(self.series, secret=TOKEN, user="someone", clock=self.now)
        self.addCleanup(self.provider.close_all)
        self.write_secret(TOKEN)
        self.log_path = self.folder / "scarbond.log"
        self.log_path.write_text("")

    def series(self, zone):
        return hourly(20, 30, 40, clock=self.now)

    def now(self):
        return time.time() + self.offset

    def step(self, seconds):
        self.offset = seconds
        new = self.folder / "clock.new"
        new.write_text(str(seconds))
        os.replace(new, self.clock_file)

    def write_secret(self, secret):
        """Into the secret file; the provider takes it, and those before it."""
        self.provider.secrets.add(secret)
        new = self.folder / "token.new"
        new.touch(mode=0o600)
        new.write_text(secret + "\n")
        os.replace(new, self.folder / "token")

    # scarbond.

    def source(self, zone, provider="electricity-maps", url=None):
        path = {"electricity-maps": "electricity-maps/v4"}.get(provider, provider)
        url = f"{url or self.provider.listen()}/{path}"
        credential = {"electricity-maps": {"secret_file": str(self.folder / "token")},
                      "watttime": {"user": "someone", "secret_file": str(self.folder / "token")}}
        return {"provider": provider, "zone": zone, "url": url, **credential.get(provider, {})}

    def configure(self, zones, forecast="60s", paths=None):
        """zones: name -> {"forecast": [source], ...}; forecast: how often each source is asked; paths:
        paths other than snapshot and log."""
        for zone in zones.values():
            for source in zone["forecast"]:
                if "provider" in source:
                    source["refresh"] = forecast
        path = self.folder / "carbon.json"
        path.write_text(json.dumps({
            "paths": {"snapshot": str(self.snapshot), "log": str(self.log), **(paths or {})},
            "refresh": {"capacity": "1s", "forecast": forecast},
            "zones": zones,
            "sites": {"oslo": {"zone": next(iter(zones)), "pue": 1.1}},
            "pools": {"oslo": {"site": "oslo", "partition": "oslo", "hardware": "h100-sxm"}},
            "policies": [{"name": "test", "mode": "enforce"}],
        }, indent=1))
        return path

    def start(self, config, *arguments):
        # AddressSanitizer's runtime comes first, where there is one.
        preload = [os.environ.get("PRIVATE_SLURMCTLD_PRELOAD"), os.environ["CARBON_STEPPED_CLOCK"]]
        environment = dict(self.environment, LD_PRELOAD=":".join(filter(None, preload)),
                           STEPPED_CLOCK_FILE=str(self.clock_file))
        with open(self.log_path, "a", encoding="utf-8") as log:
            daemon = subprocess.Popen(
                [SCARBOND, "--config", str(config), *arguments], env=environment,
                stdin=subprocess.DEVNULL, stderr=log)
        self.addCleanup(daemon.wait, 30)
        self.addCleanup(daemon.terminate)
        return daemon

    def lines(self):
        return self.log_path.read_text(encoding="utf-8").splitlines()

    def whole_status(self):
        """Returns the output of scarbon status."""
        return json.loads(self.run_command(
            SCARBON, "status", "--json", "--config", str(self.folder / "carbon.json")).stdout)

    def status(self):
        """Zone -> what scarbon status shows of its forecast, where it has one."""
        return self.zones_in(self.whole_status())

    @staticmethod
    def zones_in(status):
        return {
            zone["zone"]: {"source": zone["source"], "usable": zone["usable"],
                           **{key: datetime.datetime.fromisoformat(zone[key]).timestamp()
                              for key in ("fetched_at", "horizon")}}
            for zone in status["zones"] if zone["source"]}

    def lines_of(self, zone):
        return [line for line in self.lines() if f"zone {zone}: " in line]

    def assert_secrets_are_nowhere(self, daemon):
        texts = [self.run_command(SCARBON, "status", *form, "--config",
                                  str(self.folder / "carbon.json")).stdout.encode()
                 for form in ([], ["--json"])]
        texts += [path.read_bytes() for path in (*self.snapshot.iterdir(), self.log_path)
                  if path.is_file()]
        with open(f"/proc/{daemon.pid}/cmdline", "rb") as arguments:
            texts.append(arguments.read())
        for secret in (*self.provider.secrets, *self.provider.sessions):
            for text in texts:
                self.assertNotIn(secret.encode(), text)
