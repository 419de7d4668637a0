"""plugin/FindSlurm.cmake, by the real CMake: one option chooses all of a Slurm, a mix of two releases
is refused, and what is installed finds its libslurm."""

import unittest

from fake_slurm import CMAKE, LIBRARY, OTHER_RELEASE, RELEASE, ROOT, FakeSlurmTest

PROJECT = f"""
cmake_minimum_required(VERSION 3.22)
project(choice LANGUAGES C)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
list(APPEND CMAKE_MODULE_PATH {ROOT}/plugin)
find_package(Slurm REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE slurm::libslurm)
install(TARGETS program DESTINATION sbin)
"""
PROGRAM = """
#include <slurm/slurm.h>
int main(void) { slurm_init("/nonexistent"); return 0; }
"""


class FindSlurmTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        self.project = self.folder / "project"
        self.project.mkdir()
        (self.project / "CMakeLists.txt").write_text(PROJECT)
        (self.project / "program.c").write_text(PROGRAM)

    def configure(self, *options, source=None, **environment):
        """The exit code, and what CMake printed, its line breaks as spaces."""
        done = self.run_command(
            CMAKE, "-S", source or self.project, "-B", self.folder / "build", "-G", "Ninja", *options,
            **environment,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def assert_chosen(self, text, prefix):
        for fact in (
            f"Slurm {RELEASE} in {prefix} (", f"headers: {prefix}/include/slurm",
            f"libslurm: {LIBRARY}", f"plugins: {prefix}/lib/slurm", f"commands: {prefix}/bin",
            f"daemons: {prefix}/sbin",
        ):
            self.assertIn(fact, text)

    def test_one_option_chooses_all_parts_and_names_them(self):
        prefix = self.install()
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 0, text)
        self.assert_chosen(text, prefix)

    def test_the_slurm_first_in_path_is_the_default(self):
        prefix = self.install()
        code, text = self.configure(first_in_path=prefix / "bin")
        self.assertEqual(code, 0, text)
        self.assert_chosen(text, prefix)
        links = self.folder / "links"
        links.mkdir()
        (links / "scontrol").symlink_to(prefix / "bin" / "scontrol")
        code, text = self.configure(first_in_path=links)
        self.assert_chosen(text, prefix)

    def test_a_build_tree_follows_another_choice(self):
        first, second = self.install("first"), self.install("second")
        self.configure(f"-DSLURM_PREFIX={first}")
        code, text = self.configure(f"-DSLURM_PREFIX={second}")
        self.assert_chosen(text, second)
        self.assertNotIn(str(first), text)

    def test_the_project_refuses_headers_of_another_release(self):
        prefix = self.install()
        self.set_headers_release(prefix, OTHER_RELEASE)
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}", source=ROOT)
        self.assertEqual(code, 1, text)
        for fact in (
            f"Different releases of Slurm are mixed in {prefix}",
            f"{OTHER_RELEASE} headers {prefix}/include/slurm",
            f"{RELEASE} libslurm {LIBRARY}",
            "-DSLURM_PREFIX=",
        ):
            self.assertIn(fact, text)

    # As a compiler may lay it out: behind a byte that is a letter, and among paths.
    def test_libslurm_of_another_release_is_refused(self):
        prefix = self.install()
        library = prefix / "lib" / "libslurm.so"
        library.unlink()
        library.write_bytes(f"\0/opt/slurm-{RELEASE}\0A{OTHER_RELEASE}\0VERSION \"{RELEASE}\"\0"
                            .encode())
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 1, text)
        self.assertIn(f"{OTHER_RELEASE} libslurm {library}", text)
        self.assertIn(f"{RELEASE} headers {prefix}/include/slurm", text)

    def test_commands_of_another_release_are_refused(self):
        for command in ("sbin/slurmctld", "bin/scontrol"):
            prefix = self.install(command.replace("/", "-"))
            self.write_command(prefix / command, OTHER_RELEASE)
            code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
            self.assertEqual(code, 1, text)
            self.assertIn(f"{OTHER_RELEASE} {command.split('/')[1]} {prefix}/{command}", text)
            self.assertIn(f"{RELEASE} headers {prefix}/include/slurm", text)

    def test_the_last_number_of_the_release_counts(self):
        prefix = self.install()
        major, minor, micro = RELEASE.split(".")
        self.set_headers_release(prefix, f"{major}.{minor}.{int(micro) + 1}")
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 1, text)

    def test_a_missing_part_is_named(self):
        prefix = self.install()
        (prefix / "lib" / "libslurm.so").unlink()
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 1, text)
        self.assertIn(f"Slurm in {prefix} (SLURM_PREFIX) has no libslurm.so in", text)
        (prefix / "include" / "slurm" / "slurm.h").unlink()
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 1, text)
        self.assertIn(f"{prefix}/include/slurm/slurm.h does not exist", text)

    def test_commands_may_be_missing_where_one_only_builds(self):
        prefix = self.install()
        for folder in ("bin", "sbin"):
            for command in (prefix / folder).iterdir():
                command.unlink()
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}")
        self.assertEqual(code, 0, text)

    def test_the_plugin_may_be_installed_elsewhere(self):
        prefix = self.install()
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}", "-DCARBON_SLURM_PLUGIN_DIR=/some/dir")
        self.assertIn("job_submit_carbon.so will be in /some/dir", text)

    def test_an_installed_program_finds_its_libslurm_without_any_variable(self):
        prefix, stage = self.install(), self.folder / "stage"
        code, text = self.configure(f"-DSLURM_PREFIX={prefix}", f"-DCMAKE_INSTALL_PREFIX={stage}")
        self.assertEqual(code, 0, text)
        for step in ("--build", "--install"):
            done = self.run_command(CMAKE, step, self.folder / "build")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.run_command("env", "-i", "/usr/bin/ldd", stage / "sbin" / "program")
        self.assertRegex(done.stdout, rf"libslurm\.so\.\d+ => {prefix}/lib/libslurm\.so\.\d+ ")


if __name__ == "__main__":
    unittest.main()
