"""scarbond-fetch and scarbond as two users: the one talks with providers, the other with slurmctld, and neither
can do what is the other's. On a real slurmctld, with forecasts over HTTP."""

import json
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess
import time
import unittest

from private_slurm import CLEAN_OSLO, SCARBON, SCARBOND_FETCH, PrivateSlurmTest, wait_until
from provider_faults import StandIn, hourly

TOKEN = "tok-5d21e0fa"
ZONE = "NO-NO1"
FETCHER = "games"  # it exists everywhere
IS_ROOT = os.geteuid() == 0


def inet_sockets(pid):
    """[(local port, remote port, state)] of a process's IPv4 and IPv6 sockets; UDP has state None."""
    inodes = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor))
        except FileNotFoundError:  # closed meanwhile
            continue
        if found:
            inodes.add(found[1])
    sockets = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = pathlib.Path(f"/proc/{pid}/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            words = line.split()
            if words[9] in inodes:
                local, remote = (int(words[i].rsplit(":", 1)[1], 16) for i in (1, 2))
                sockets.append((local, remote, words[3] if table.startswith("tcp") else None))
    return sockets


class FetcherTest(PrivateSlurmTest):
    max_age = "24h"  # of oslo's forecast

    def setUp(self):
        self.provider = StandIn({ZONE: hourly(20)}.get, secret=TOKEN)
        self.url = self.provider.listen()
        self.addCleanup(self.provider.close_all)
        # Others may not enter the folder of a build that is root's.
        self.fetch_program = shutil.copy(SCARBOND_FETCH, self.folder)
        self.fetched = self.folder / "fetched"
        shutil.rmtree(self.fetched, ignore_errors=True)
        self.fetched.mkdir(mode=0o755)
        self.secret = self.fetched / "token"
        self.secret.write_text(TOKEN + "\n")
        self.secret.chmod(0o600)
        self.fetch_as = {}
        if IS_ROOT:
            user = pwd.getpwnam(FETCHER)
            self.fetch_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            for path in (self.fetched, self.secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        self.fetch_log = self.folder / "fetch.log"
        self.fetch_log.write_text("")
        (self.folder / "scarbond.log").write_text("")

    def write_config(self, *arguments, **details):
        """As ever, but oslo's forecast comes over HTTP, and scarbond-fetch asks for it."""
        path = super().write_config(*arguments, **details)
        config = json.loads(path.read_text())
        config["paths"]["forecasts"] = str(self.fetched / "forecasts")
        config["paths"]["archive"] = str(self.fetched / "archive.sqlite")
        config["zones"]["zone-oslo"]["max_age"] = self.max_age
        config["zones"]["zone-oslo"]["forecast"] = [
            {"provider": "electricity-maps", "zone": ZONE, "refresh": "1s",
             "url": f"{self.url}/electricity-maps/v4", "secret_file": str(self.secret)}]
        path.write_text(json.dumps(config))
        return path

    def start_fetch(self, config):
        with open(self.fetch_log, "a") as log:
            fetcher = subprocess.Popen([self.fetch_program, "--config", str(config)],
                                       stdin=subprocess.DEVNULL, stderr=log, env={}, **self.fetch_as)
        self.addCleanup(fetcher.wait, 30)
        self.addCleanup(fetcher.kill)
        return fetcher

    def start_both(self):
        fetcher = self.start_fetch(self.write_config({"mode": "enforce"}, CLEAN_OSLO))
        wait_until((self.fetched / "forecasts").exists, 20, "forecasts are fetched")
        return fetcher, self.watch_as_configured()

    def watch_as_configured(self):
        daemon = self.watch({"mode": "enforce"}, CLEAN_OSLO)
        wait_until(lambda: self.status()["zone-oslo"]["usable"], 20, "oslo has a forecast")
        return daemon

    def wait_for_placement(self, partition):
        wait_until(lambda: self.submit()[1]["Partition"] == partition, 20,
                   f"jobs are placed in {partition}")

    def status(self):
        shown = self.run_command(SCARBON, "status", "--json", "--config",
                                 str(self.folder / "carbon.json"))
        self.whole_status = json.loads(shown.stdout)
        return {zone["zone"]: zone for zone in self.whole_status["zones"]}

    def facts(self):
        self.status()
        return json.dumps(self.whole_status)

    def test_jobs_are_placed_on_what_another_user_fetched(self):
        self.start_both()
        self.wait_for_placement("oslo")
        self.assertEqual(self.provider.credentials, {TOKEN})
        (source,) = self.status()["zone-oslo"]["sources"]
        self.assertEqual((source["source"], source["in_use"]), (f"electricity-maps:{ZONE}", True))
        self.assertGreater(source["requests"], 0)
        # What it leaves is for scarbond to read, and not for others to write.
        facts = (self.fetched / "forecasts").stat()
        self.assertEqual(stat.S_IMODE(facts.st_mode), 0o644)
        self.assertEqual(facts.st_uid, self.fetch_as.get("user", os.geteuid()))
        for path in (self.fetched / "forecasts", self.fetch_log, self.folder / "scarbond.log",
                     *(path for path in self.snapshot.iterdir() if path.is_file())):
            self.assertNotIn(TOKEN.encode(), path.read_bytes(), path)

    def test_scarbond_connects_to_nobody_but_slurmctld_and_scarbond_fetch_listens_nowhere(self):
        fetcher, daemon = self.start_both()
        conf = (self.slurm / "slurm.conf").read_text()
        controller = int(re.search(r"(?m)^SlurmctldPort=(\d+)", conf)[1])
        provider = int(self.url.rsplit(":", 1)[1])
        seen, asked = set(), self.provider.asked[ZONE]
        end = time.monotonic() + 5
        while time.monotonic() < end:
            seen |= {remote for _, remote, _ in inet_sockets(daemon.pid)}
            for _, remote, state in inet_sockets(fetcher.pid):
                self.assertNotEqual(state, "0A", "scarbond-fetch listens")
                self.assertIn(remote, (0, provider))
            time.sleep(0.002)
        self.assertLessEqual(seen, {controller})
        self.assertGreater(self.provider.asked[ZONE], asked)
        # Nor has it what it would need for that.
        maps = pathlib.Path(f"/proc/{fetcher.pid}/maps").read_text()
        self.assertIn("libcurl", maps)
        self.assertNotIn("libslurm", maps)
        self.assertNotIn("munge", maps)

    @unittest.skipUnless(IS_ROOT, "only root can become somebody else")
    def test_scarbond_fetch_can_read_nothing_of_slurms_and_write_nothing_of_scarbonds(self):
        fetcher, _ = self.start_both()
        self.submit()
        wait_until(self.records, 10, "the log is there")
        self.log.parent.chmod(0o750)
        status = pathlib.Path(f"/proc/{fetcher.pid}/status").read_text()
        uid = self.fetch_as["user"]
        self.assertRegex(status, rf"(?m)^Uid:\t{uid}\t{uid}\t{uid}\t{uid}$")
        self.assertRegex(status, r"(?m)^CapEff:\t0+$")
        self.assertRegex(status, r"(?m)^Groups:\s*$")
        keys = [path for path in self.slurm.rglob("*") if path.is_file()
                and (path.name.endswith((".key", ".seal")) or path.name == "slurm_carbon.seal")]
        self.assertTrue(any("munge" in str(path) for path in keys), keys)
        self.assertTrue(any(path.name == "slurm_carbon.seal" for path in keys), keys)
        private = [*keys, self.log, *self.snapshot.glob("capacity-*"),
                   *self.snapshot.glob("admission-*"), self.snapshot / "scarbond-status.json"]
        for path in private:
            done = self.run_command("cat", str(path), **self.fetch_as)
            self.assertEqual(done.returncode, 1, path)
        for folder in (self.snapshot, self.log.parent, self.slurm):
            done = self.run_command("touch", str(folder / "new"), **self.fetch_as)
            self.assertEqual(done.returncode, 1, folder)

    def test_without_scarbond_fetch_decisions_go_on_until_the_forecast_is_stale(self):
        self.max_age = "45s"
        fetcher, _ = self.start_both()
        fetcher.kill()
        fetcher.wait(10)
        killed = time.monotonic()
        self.wait_for_placement("oslo")
        # As if it were four minutes later: the file's own time cannot be waited for.
        self.rewrite_fetched(updated_at=time.time() - 240)
        wait_until(lambda: "scarbond-fetch has written none for 4 minutes" in self.facts(), 10,
                   "status says why")
        self.assertIn("fetched-forecasts-old", self.facts())
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        wait_until(lambda: not self.status()["zone-oslo"]["usable"], 60, "the forecast is stale")
        print(f"\nstale {time.monotonic() - killed:.1f} s after the kill")
        count = len(self.records())
        self.assertNotEqual(self.submit()[1]["Partition"], "oslo")
        self.assertIn("stale", json.dumps(self.last_record(count)))
        # Another one continues.
        self.start_fetch(self.folder / "carbon.json")
        self.wait_for_placement("oslo")

    def rewrite_fetched(self, updated_at):
        """As scarbond-fetch wrote it, at another time."""
        path = self.fetched / "forecasts"
        line, part = path.read_bytes().split(b"\n", 1)
        report = json.loads(line)
        report["updated_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(updated_at))
        new = self.fetched / "new"
        new.write_bytes(json.dumps(report).encode() + b"\n" + part)
        self.give(new)
        os.replace(new, path)

    def give(self, path):
        """To scarbond-fetch's user."""
        path.chmod(0o644)
        if IS_ROOT:
            os.chown(path, self.fetch_as["user"], self.fetch_as["group"])

    def test_a_file_that_is_broken_or_somebody_elses_is_refused_and_said_so(self):
        fetcher, _ = self.start_both()
        self.wait_for_placement("oslo")
        fetcher.kill()
        fetcher.wait(10)
        path = self.fetched / "forecasts"
        good = path.read_bytes()
        for change, fact in ((lambda: path.write_bytes(b"garbage\n"), "is not a JSON object"),
                             (lambda: path.write_bytes(good[:-1]), "bytes after its first line"),
                             (lambda: path.chmod(0o666), "is writable by group or others"),
                             (path.unlink, "No such file or directory")):
            with self.subTest(fact):
                path.write_bytes(good)
                self.give(path)
                wait_until(lambda: "fetched-forecasts-unusable" not in self.facts(), 20, "it is good")
                change()
                wait_until(lambda: fact in self.facts(), 20, f"status says: {fact}")
                self.assertIn("the last that could be read are used", self.facts())
                self.assertEqual(self.submit()[1]["Partition"], "oslo")

    def test_once_fetches_writes_and_ends(self):
        config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
        done = self.run_command(self.fetch_program, "--once", "--config", str(config), **self.fetch_as)
        self.assertEqual(done.returncode, 0, done.stderr)
        asked = self.provider.asked[ZONE]
        self.look_again()
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        self.assertEqual(self.provider.asked[ZONE], asked)
        # It is told apart from a scarbond that fetches itself.
        alone = json.loads(config.read_text())
        del alone["paths"]["forecasts"]
        config.write_text(json.dumps(alone))
        done = self.run_command(self.fetch_program, "--once", "--config", str(config), **self.fetch_as)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/paths/forecasts: is missing", done.stderr)


if __name__ == "__main__":
    unittest.main()
