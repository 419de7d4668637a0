"""scripts/common.sh: a failed build shows the compiler's error, the use of a build tree for another Slurm
is reported, and the choice of a Slurm does not affect the user's other commands."""

import json
import unittest

from fake_slurm import ROOT, FakeSlurmTest

PROJECT = """
cmake_minimum_required(VERSION 3.22)
project(small LANGUAGES C)
set(SLURM_PREFIX "" CACHE PATH "")
message(STATUS "Slurm 1.2.3 in ${SLURM_PREFIX}")
add_executable(good good.c)
add_executable(bad bad.c)
"""


class BuildTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        (self.folder / "CMakeLists.txt").write_text(PROJECT)
        (self.folder / "CMakePresets.json").write_text(json.dumps({
            "version": 3,
            "configurePresets": [{"name": "dev", "generator": "Ninja",
                                  "binaryDir": "${sourceDir}/build/${presetName}"}],
            "buildPresets": [{"name": "dev", "configurePreset": "dev"}],
        }))
        (self.folder / "good.c").write_text("int main(void) { return 0; }\n")
        (self.folder / "bad.c").write_text("int main(void) { return undeclared; }\n")

    def build(self, *arguments, slurm=""):
        return self.run_command(
            "bash", "-euo", "pipefail", "-c",
            'source "$1/scripts/common.sh"; choose_slurm "$2"; shift 2; build dev "$@"',
            "_", ROOT, slurm, *arguments, cwd=self.folder,
        )

    def test_the_compilers_error_is_shown(self):
        done = self.build()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"bad\.c:1:\d+: error: ['‘]undeclared")
        self.assertIn("all of its output is in build/dev/build.log", done.stderr)

    def test_an_error_before_any_command_ran_is_shown(self):
        (self.folder / "CMakeLists.txt").write_text(
            PROJECT + "add_custom_command(OUTPUT made COMMAND true DEPENDS never_there)\n"
            "add_custom_target(makes ALL DEPENDS made)\n")
        done = self.build("--target", "makes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("never_there", done.stderr)
        self.assertIn("all of its output is in build/dev/build.log", done.stderr)

    def test_the_end_is_told_after_an_error_that_is_long(self):
        (self.folder / "bad.c").write_text(
            "".join(f"int f{i}(void) {{ return undeclared{i}; }}\n" for i in range(5000)))
        done = self.build()
        self.assertEqual(done.returncode, 1)
        self.assertIn("all of its output is in build/dev/build.log", done.stderr)

    def test_an_error_of_cmake_is_shown(self):
        (self.folder / "CMakeLists.txt").write_text(PROJECT + 'message(FATAL_ERROR "no way")\n')
        done = self.build()
        self.assertEqual(done.returncode, 1)
        self.assertIn("no way", done.stderr)

    def test_a_build_that_succeeds_names_the_slurm(self):
        first, second = self.install("first"), self.install("second")
        done = self.build("--target", "good", slurm=first)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, f"Slurm 1.2.3 in {first}\n")
        done = self.build("--target", "good", slurm=second)
        self.assertIn(f"build/dev was for the Slurm in {first}, and is now for the one in {second}",
                      done.stderr)

    def chosen(self, *path, slurm=""):
        """Returns where PATH leads after the choice, with `path` first before it."""
        done = self.run_command(
            "bash", "-euo", "pipefail", "-c",
            'source "$1/scripts/common.sh"; choose_slurm "$2"; shift 2; command -v "$@"',
            "_", ROOT, slurm, "cmake", "scontrol", "slurmctld",
            first_in_path=":".join(map(str, path)))
        return done.stdout.split()

    def test_the_users_own_commands_stay_before_those_beside_slurm(self):
        slurm, other, tools = self.install("slurm"), self.install("other"), self.folder / "tools"
        for folder in (tools, slurm / "bin", other / "bin"):
            self.write_command(folder / "cmake", "none")
        own = f"{tools}/cmake"
        commands = [f"{slurm}/bin/scontrol", f"{slurm}/sbin/slurmctld"]
        self.assertEqual(self.chosen(tools, slurm / "bin", slurm / "sbin"), [own, *commands])
        self.assertEqual(self.chosen(tools, slurm / "bin", slurm / "sbin", slurm=slurm),
                         [own, *commands])
        # A Slurm that PATH does not lead to, or not with all that it has.
        self.assertEqual(self.chosen(tools, other / "bin", slurm=slurm)[1:], commands)
        self.assertEqual(self.chosen(tools, other / "sbin", slurm / "bin")[1:], commands)

    def test_the_daemons_are_found_where_only_the_commands_were(self):
        slurm = self.install()
        self.assertEqual(self.chosen(slurm / "bin")[1:],
                         [f"{slurm}/bin/scontrol", f"{slurm}/sbin/slurmctld"])


if __name__ == "__main__":
    unittest.main()
