"""Whatever is wrong with the snapshot, on a real slurmctld."""

import datetime
import json
import os
import unittest

from fail_open import FailOpenTest
from private_slurm import wait_until


def instant(lead):
    now = datetime.datetime.now(datetime.timezone.utc)
    return f"{now + datetime.timedelta(seconds=lead):%FT%TZ}"


class SnapshotTest(FailOpenTest):
    def edit_manifest(self, **fields):
        path = self.snapshot / "manifest.json"
        manifest = json.loads(path.read_text())
        self.assertLessEqual(fields.keys(), manifest.keys())
        edited = self.snapshot / "edited"
        edited.write_text(json.dumps({**manifest, **fields}))
        edited.chmod(0o644)
        edited.replace(path)

    def test_no_snapshot(self):
        away = self.folder / "away"
        self.snapshot.rename(away)
        self.assert_passes_unchanged("No such file or directory")
        away.rename(self.snapshot)
        self.assert_placed_again()

    def test_never_a_snapshot(self):
        away = self.folder / "away"
        self.snapshot.rename(away)
        # The controller of before says so too; then its successor must.
        wait_until(self.new_lines, 8, "slurmctld's log says so")
        self.lines_before = self.our_lines()
        self.private_slurm("restart-controller")
        self.assert_passes_unchanged("No such file or directory")
        away.rename(self.snapshot)
        self.look_again()
        self.assert_placed_again()

    def test_stale_snapshot(self):
        self.edit_manifest(published_at=instant(-3600))
        self.assert_passes_unchanged("the snapshot is 60 minutes old, limit 10")
        self.edit_manifest(published_at=instant(0))
        self.assert_placed_again()

    def test_snapshot_from_the_future(self):
        self.edit_manifest(published_at=instant(3630))
        self.assert_passes_unchanged("minutes in the future, limit 5")
        self.edit_manifest(published_at=instant(0))
        self.assert_placed_again()

    def test_absurd_times(self):
        self.edit_manifest(published_at="999999999-01-01T00:00:00Z")
        self.assert_passes_unchanged("minutes in the future, limit 5")
        self.edit_manifest(published_at=instant(0))
        self.assert_placed_again()

    def test_wrong_version(self):
        version = self.manifest()["version"]
        self.edit_manifest(version=99)
        self.assert_passes_unchanged("version")
        self.edit_manifest(version=version)
        self.assert_placed_again()

    def test_garbage_for_a_manifest(self):
        path = self.snapshot / "manifest.json"
        good = path.read_bytes()
        path.write_bytes(os.urandom(1000))
        self.assert_passes_unchanged("manifest.json")
        path.write_bytes(good)
        self.assert_placed_again()

    def test_truncated_part(self):
        part = self.snapshot / f"forecast-{self.manifest()['parts']['forecast']}.bin"
        whole = part.read_bytes()
        part.write_bytes(whole[: len(whole) // 2])
        # A part that was read is not read again: a new life of the plugin meets it.
        self.private_slurm("restart-controller")
        self.assert_passes_unchanged("SHA-256")
        part.write_bytes(whole)
        self.look_again()
        self.assert_placed_again()

    def test_missing_part(self):
        part = self.snapshot / f"config-{self.manifest()['parts']['config']}.json"
        away = self.folder / "part"
        part.rename(away)
        self.private_slurm("restart-controller")
        self.assert_passes_unchanged("is missing")
        away.rename(part)
        self.look_again()
        self.assert_placed_again()

    def test_writable_by_the_group(self):
        path = self.snapshot / "manifest.json"
        path.chmod(0o664)
        self.assert_passes_unchanged("writable")
        path.chmod(0o644)
        self.assert_placed_again()

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_foreign_owner(self):
        path = self.snapshot / "manifest.json"
        os.chown(path, 65534, 65534)
        self.assert_passes_unchanged("is owned by uid 65534")
        os.chown(path, 0, 0)
        self.assert_placed_again()


if __name__ == "__main__":
    unittest.main()
