"""A fake installation of Slurm in a folder of its own: the real headers and libslurm of the Slurm that
the build is for, and commands that are shell scripts."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["CARBON_ROOT"])
CMAKE = os.environ["CARBON_CMAKE"]
RELEASE = os.environ["CARBON_SLURM_VERSION"]
INCLUDE = pathlib.Path(os.environ["CARBON_SLURM_INCLUDE_DIR"])
LIBRARY = pathlib.Path(os.environ["CARBON_SLURM_LIBRARY"]).resolve()
COMMANDS = ("bin/scontrol", "bin/sbatch", "bin/sinfo", "bin/squeue", "bin/scancel", "bin/sacctmgr",
            "sbin/slurmctld", "sbin/slurmd", "sbin/slurmdbd")
OTHER_RELEASE = "21.08.1"


class FakeSlurmTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)  # munged wants its socket within everyone's reach

    def install(self, name="slurm"):
        """Returns the prefix."""
        prefix = self.folder / name
        shutil.copytree(INCLUDE / "slurm", prefix / "include" / "slurm")
        plugins = prefix / "lib" / "slurm"
        plugins.mkdir(parents=True)
        for plugin in ("select_cons_tres", "auth_munge", "job_submit_lua",
                       "accounting_storage_mysql"):
            (plugins / f"{plugin}.so").touch()
        soname = re.match(r"libslurm\.so\.\d+", LIBRARY.name).group()
        (prefix / "lib" / soname).symlink_to(LIBRARY)
        (prefix / "lib" / "libslurm.so").symlink_to(soname)
        for command in COMMANDS:
            self.write_command(prefix / command, RELEASE)
        return prefix

    def write_command(self, path, release, more=""):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "slurm {release}" && exit\n{more}\n')
        path.chmod(0o755)

    def set_headers_release(self, prefix, release):
        header = prefix / "include" / "slurm" / "slurm_version.h"
        number = "0x" + "".join(f"{int(part):02x}" for part in release.split("."))
        header.write_text(re.sub(r"(#define SLURM_VERSION_NUMBER\s+)\w+", rf"\g<1>{number}",
                                 header.read_text()))

    def run_command(self, *command, first_in_path=None, **options):
        environment = dict(os.environ)
        if first_in_path:
            environment["PATH"] = f"{first_in_path}:{environment['PATH']}"
        environment.update(options.pop("environment", {}))
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              env=environment, stdin=subprocess.DEVNULL, timeout=200, **options)
