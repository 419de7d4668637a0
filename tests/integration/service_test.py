"""What scarbond reports to the service manager that started it, read from a socket like systemd's, and its
files for scarbon status and Prometheus."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import unittest

from private_slurm import CLEAN_OSLO, SCARBON, SCARBOND, PrivateSlurmTest, wait_until


class ServiceTest(PrivateSlurmTest):
    def setUp(self):
        path = self.folder / "notify"
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(60)
        self.addCleanup(self.socket.close)
        self.notify = str(path)

    def start(self, config, **environment):
        daemon = subprocess.Popen(
            [SCARBOND, "--config", str(config)],
            env={**self.environment, "NOTIFY_SOCKET": self.notify, **environment},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(daemon.wait, 60)
        self.addCleanup(daemon.kill)
        return daemon

    def told(self, wanted):
        """Returns its messages up to `wanted`, a whole line, or the beginning of one if it ends in =."""
        lines = []
        while True:
            lines += self.socket.recv(4096).decode().split("\n")
            for line in lines:
                if line == wanted or (wanted.endswith("=") and line.startswith(wanted)):
                    return lines

    def test_is_ready_reloads_and_stops(self):
        config = self.write_config({"mode": "shadow"}, CLEAN_OSLO)
        daemon = self.start(config)
        self.assertEqual(self.told("READY=1"), ["READY=1", "STATUS=publishing"])
        self.assertTrue((self.snapshot / "manifest.json").exists())
        daemon.send_signal(signal.SIGHUP)
        self.assertEqual(self.told("RELOADING=1"), ["RELOADING=1"])
        self.assertEqual(self.told("READY=1"), ["READY=1", "STATUS=publishing"])
        daemon.terminate()
        # Nobody asked for a watchdog message.
        self.assertEqual(self.told("STOPPING=1"), ["STOPPING=1"])
        self.assertEqual(daemon.wait(30), 0)

    def test_gives_a_sign_of_life_each_tick_where_it_is_watched_over(self):
        config = self.write_config({"mode": "shadow"}, CLEAN_OSLO)
        daemon = self.start(config, WATCHDOG_USEC="10000000")
        self.told("READY=1")
        started = time.monotonic()
        for _ in range(3):
            self.told("WATCHDOG=1")
        self.assertGreater(time.monotonic() - started, 1)
        daemon.terminate()
        self.told("STOPPING=1")

    def test_is_ready_without_slurmctld_and_says_so(self):
        config = self.write_config({"mode": "shadow"}, CLEAN_OSLO)
        os.kill(self.controller_pid(), signal.SIGSTOP)
        self.addCleanup(os.kill, self.controller_pid(), signal.SIGCONT)
        started = time.monotonic()
        daemon = self.start(config)
        lines = self.told("READY=1")
        print(f"\nready {time.monotonic() - started:.1f} s after a start without slurmctld")
        self.assertRegex(lines[1], r"^STATUS=.+; nothing is published yet$")
        os.kill(self.controller_pid(), signal.SIGCONT)
        self.assertEqual(self.told("READY=1"), ["READY=1", "STATUS=publishing"])
        daemon.terminate()

    def test_tells_the_journal_each_lines_level_and_a_file_the_time(self):
        config = self.write_config({"mode": "shadow"}, CLEAN_OSLO)
        said, written = os.pipe()
        self.addCleanup(os.close, said)
        facts = os.fstat(written)
        for stream, line in ((f"{facts.st_dev}:{facts.st_ino}", r"(?m)^<6>info: stopping$"),
                             ("1:2", r"(?m)^[0-9-]+T[0-9:]+ scarbond: info: stopping$")):
            daemon = subprocess.Popen(
                [SCARBOND, "--config", str(config)],
                env={**self.environment, "NOTIFY_SOCKET": self.notify, "JOURNAL_STREAM": stream},
                stdin=subprocess.DEVNULL, stderr=written)
            self.addCleanup(daemon.wait, 60)
            self.addCleanup(daemon.kill)
            self.told("READY=1")
            daemon.terminate()
            self.assertEqual(daemon.wait(30), 0)
            self.assertRegex(os.read(said, 65536).decode(), line)
        os.close(written)

    def test_leaves_its_state_and_metrics(self):
        config = self.write_config({"mode": "shadow"}, CLEAN_OSLO)
        text = json.loads(config.read_text())
        text["paths"]["metrics"] = str(self.folder / "carbon.prom")
        config.write_text(json.dumps(text))
        self.start(config)
        self.told("READY=1")
        wait_until((self.folder / "carbon.prom").exists, 10, "metrics are written")
        metrics = (self.folder / "carbon.prom").read_text()
        self.assertRegex(metrics, r"(?m)^slurm_carbon_publishes_total 1$")
        self.assertRegex(
            metrics,
            r'(?m)^slurm_carbon_forecast_age_seconds{zone="zone-oslo",source="csv:oslo.csv",'
            r'kind="average-lifecycle"} [0-9.]+$',
        )
        done = self.run_command(SCARBON, "status", "--json", "--snapshot", str(self.snapshot))
        zones = {zone["zone"]: zone for zone in json.loads(done.stdout)["zones"]}
        self.assertEqual(zones["zone-oslo"]["sources"][0]["source"], "csv:oslo.csv")
        self.assertTrue(zones["zone-oslo"]["sources"][0]["in_use"])

    def test_writes_metrics_of_jobs_if_it_is_asked_to(self):
        config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
        text = json.loads(config.read_text())
        metrics = self.folder / "carbon.prom"
        text["paths"]["metrics"] = str(metrics)
        text["metrics"] = {"jobs": 5}
        config.write_text(json.dumps(text))
        self.start(config)
        self.told("READY=1")

        def is_in_use():
            status = self.plugin_status() or {"error": "none"}
            return not status["error"] and (status["snapshot"]["config"] ==
                                            self.manifest()["parts"]["config"])

        wait_until(is_in_use, 30, "the plugin uses the policy that is published")
        before = len(self.records())
        answer, job = self.submit(wrap="sleep 60")
        self.assertEqual(job["Partition"], "oslo")
        run = self.last_record(before)["chosen"]["runs"][0]
        labels = rf'{{uuid="{answer.job_id}",pool="oslo",state="running"}}'

        def shown(name):
            found = re.search(rf"(?m)^slurm_carbon_{name}{re.escape(labels)} (\S+)$",
                              metrics.read_text())
            return found and float(found[1])

        wait_until(lambda: shown("job_predicted_energy_joules"), 60, "the job has metrics")
        self.assertAlmostEqual(shown("job_predicted_energy_joules") / 3.6e6, run["energy_kwh"])
        self.assertAlmostEqual(shown("job_predicted_emissions_grams"), run["gross_g"], places=3)
        self.assertRegex(metrics.read_text(),
                         r'(?m)^slurm_carbon_jobs{pool="oslo",state="running"} 1$')
        self.run_command("scancel", answer.job_id)


if __name__ == "__main__":
    unittest.main()
