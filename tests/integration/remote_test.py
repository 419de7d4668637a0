"""scarbon on a machine that has slurm.conf and munge only: it asks a real scarbond over TCP, with munge's
credentials, and shows each user what she may see. That machine is a root of its own, without carbon.json,
snapshot and placement log."""

import csv
import io
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import unittest

from private_slurm import CLEAN_OSLO, SCARBON, PrivateSlurmTest, wait_until

# They exist everywhere.
ALICE, BOB, OPERATOR = "games", "news", "mail"

# Makes the root and runs a command in it. Arguments: the root, a folder whose mounts are shown at the same
# place (it contains munge's socket), the user, and the command.
LOGIN_NODE = r"""
set -e
root=$1 slurm=$2 plugins=$3 user=$4
shift 4
mount --make-rprivate /
mkdir -p "$root"
mount -t tmpfs tmpfs "$root"
for name in bin sbin lib lib64 usr etc dev proc run; do
  if [[ -L /$name ]]; then cp -P "/$name" "$root/$name"
  elif [[ -d /$name ]]; then mkdir "$root/$name" && mount --rbind "/$name" "$root/$name"; fi
done
# carbon.json of this machine is not that of a login node.
[[ ! -d $root/etc/slurm ]] || mount -t tmpfs tmpfs "$root/etc/slurm"
mkdir -p "$root/tmp" "$root$slurm" "$root$plugins"
chmod 1777 "$root/tmp"
cp "$slurm/slurm.conf" "$root$slurm/"
touch "$root$slurm/munge.socket"
mount --bind "$slurm/munge.socket" "$root$slurm/munge.socket"
mount --bind "$plugins" "$root$plugins"
cp "$SCARBON" "$root/tmp/scarbon"
exec chroot "$root" setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can make another root, and submit as others")


class RemoteTest(PrivateSlurmTest):
    start_options = ("--accounting",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for arguments in (("account", "carbon"), ("user", OPERATOR, "account=carbon", "AdminLevel=Operator")):
            subprocess.run(("sacctmgr", "--immediate", "add", *arguments), env=cls.environment,
                           check=True, stdout=subprocess.DEVNULL)

    def serve(self, **listen):
        """Publishes from a scarbond that listens. Returns its process."""
        self.port = free_port()
        config = self.write_config({"mode": "enforce", "may_change": ["site"]}, CLEAN_OSLO)
        written = json.loads(config.read_text())
        written["listen"] = {"port": self.port, "address": "127.0.0.1", **listen}
        config.write_text(json.dumps(written))
        daemon = self.start_scarbond(config)
        wait_until(self.is_listening, 20, "scarbond listens")
        wait_until(lambda: (self.plugin_status() or {}).get("snapshot"), 20, "the plugin has a snapshot")
        return daemon

    def is_listening(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def server(self):
        return f"127.0.0.1:{self.port}"

    def test_a_command_asks_the_server_that_is_named(self):
        self.serve()
        _, job = self.submit("--job-name=mine")
        wait_until(lambda: self.records(), 10, "the decision is in the log")
        done = self.run_command(SCARBON, "log", "--server", self.server(), "-P", "-n", "-o", "job")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), ["mine"])
        local = self.run_command(SCARBON, "log", "--config", str(self.folder / "carbon.json"), "-P", "-n",
                                 "-o", "job,id,saved,reason")
        remote = self.run_command(SCARBON, "log", "--server", self.server(), "-P", "-n",
                                  "-o", "job,id,saved,reason")
        self.assertEqual(remote.stdout, local.stdout)
        self.assertTrue(job["JobId"])

    def test_a_server_that_does_not_listen_is_named(self):
        port = free_port()
        done = self.run_command(SCARBON, "forecast", "--server", f"127.0.0.1:{port}")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"scarbond at 127.0.0.1:{port}: Connection refused", done.stderr)
        self.assertIn('"listen"', done.stderr)

    def test_a_wrong_server_is_refused(self):
        done = self.run_command(SCARBON, "log", "--server", "host:port")
        self.assertEqual(done.returncode, 1)
        self.assertIn('--server: "host:port" is not HOST, HOST:PORT or [ADDRESS]:PORT', done.stderr)

    def test_it_stops_listening_when_it_is_told_to(self):
        daemon = self.serve()
        config = self.folder / "carbon.json"
        written = json.loads(config.read_text())
        del written["listen"]
        config.write_text(json.dumps(written))
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: not self.is_listening(), 20, "scarbond does not listen any more")

    def test_a_port_that_is_taken_is_a_warning(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
            written = json.loads(config.read_text())
            written["listen"] = {"port": port, "address": "127.0.0.1"}
            config.write_text(json.dumps(written))
            self.start_scarbond(config)

            def finding():
                done = self.run_command(SCARBON, "status", "--json", "--config", str(config))
                found = json.loads(done.stdout)["findings"]
                return [one for one in found if one["code"] == "scarbond-not-listening"]

            (one,) = wait_until(finding, 20, "scarbon status says that scarbond does not listen")
            self.assertIn(f"port {port}: bind: Address already in use", one["fact"])
            # It publishes all the same.
            self.assertTrue((self.snapshot / "manifest.json").exists())

    def submit_as(self, user, name):
        entry = pwd.getpwnam(user)
        count = len(self.records())
        done = self.run_command(
            "sbatch", "--parsable", "--gpus=1", "--time=5", "--output=/dev/null", "--chdir=/",
            f"--job-name={name}", "--wrap=true", user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.last_record(count)
        return done.stdout.strip()

    def on_login_node(self, user, *arguments):
        done = subprocess.run(
            ["unshare", "--mount", "bash", "-c", LOGIN_NODE, "login", str(self.folder / "root"),
             str(self.slurm), str(self.plugins), user, "/tmp/scarbon", *arguments],
            env={**self.environment, "SCARBON": SCARBON, "SLURM_CARBON_SERVER": self.server(), "TMPDIR": ""},
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        return done

    def shown(self, user, *arguments):
        done = self.on_login_node(user, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    @needs_root
    def test_each_user_sees_what_is_hers(self):
        self.serve()
        hers, his = self.submit_as(ALICE, "hers"), self.submit_as(BOB, "his")
        for job in (hers, his):
            self.wait_for_state(job, "COMPLETED", 30)

        def names(user):
            return self.shown(user, "log", "-P", "-n", "-o", "job").split()

        self.assertEqual(names(ALICE), ["hers"])
        self.assertEqual(names(BOB), ["his"])
        self.assertEqual(names(OPERATOR)[-2:], ["hers", "his"])
        self.assertEqual(names("root")[-2:], ["hers", "his"])

        # Records that she may not see are not lost.
        self.submit_as(ALICE, "again")
        done = self.on_login_node(ALICE, "log", "-P", "-n", "-o", "job")
        self.assertEqual((done.stdout.split(), done.stderr), (["hers", "again"], ""))

        # Everybody sees forecasts and sites.
        (row, *_) = csv.DictReader(io.StringIO(self.shown(ALICE, "forecast", "--csv")))
        self.assertIn("zone-frankfurt", row.values())
        status = json.loads(self.on_login_node(ALICE, "status", "--json").stdout)
        self.assertEqual(status["snapshot"]["config"], self.manifest()["parts"]["config"])
        self.assertEqual({pool["state"] for pool in status["pools"]}, {None})

        explained = json.loads(self.shown(ALICE, "explain", "--json", hers))
        self.assertIn("hers", json.dumps(explained))
        done = self.on_login_node(ALICE, "explain", his)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"job {his}: the log names no decision about it", done.stderr)

        report = json.loads(self.shown(ALICE, "report", "--json"))
        self.assertIn(f"the decisions about the jobs of {ALICE}", json.dumps(report))
        self.assertIn("the decisions about all jobs", self.shown(OPERATOR, "report", "--json"))
        stated = json.loads(self.shown(ALICE, "statement", "--format=json", hers))
        self.assertIn(hers, json.dumps(stated))


    @needs_root
    def test_a_machine_without_anything_says_what_is_missing(self):
        self.port = free_port()
        done = self.on_login_node(ALICE, "log")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"127.0.0.1:{self.port}: Connection refused", done.stderr)

    @needs_root
    def test_a_scarbond_of_another_user_is_not_believed(self):
        """A user listens where scarbond should: with an own scarbond, which nothing forbids."""
        self.serve()
        entry = pwd.getpwnam(BOB)
        own = self.folder / "of-bob"
        own.mkdir()
        config = json.loads((self.folder / "carbon.json").read_text())
        config["paths"] = {"snapshot": str(own / "snapshot"), "log": str(own / "log" / "placements.jsonl")}
        self.port = config["listen"]["port"] = free_port()
        (own / "carbon.json").write_text(json.dumps(config))
        shutil.copy(self.scarbond, own / "scarbond")
        for path in (own, *own.iterdir()):
            os.chown(path, entry.pw_uid, entry.pw_gid)
        for csv_file in self.folder.glob("*.csv"):
            csv_file.chmod(0o644)
        with open(self.folder / "of-bob.log", "w", encoding="utf-8") as log:
            false_one = subprocess.Popen(
                [own / "scarbond", "--config", own / "carbon.json"], env=self.environment, stdin=subprocess.DEVNULL,
                stderr=log, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
        self.addCleanup(false_one.wait, 30)
        self.addCleanup(false_one.terminate)
        wait_until(self.is_listening, 20, "the false scarbond listens")
        time.sleep(1)
        done = self.on_login_node(ALICE, "forecast")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"answered as {BOB}, who is neither root nor SlurmUser", done.stderr)


if __name__ == "__main__":
    unittest.main()
