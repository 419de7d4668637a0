"""hardening.cmake and scripts/check-hardening: what is built with the one passes the other, stripped or
not; what lacks a protection does not, and that one is named."""

import subprocess
import unittest

from fake_slurm import CMAKE, ROOT, FakeSlurmTest

# It fills a buffer, which the stack protector and FORTIFY guard, has a large frame, which stack clash
# protection touches page by page, calls through pointers, and indexes a vector, which is asserted.
SOURCE = """
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <vector>
extern "C" __attribute__((visibility("default"))) int carbon_entry(int count, const char* text) {
  assert(count > 0);
  char name[32];
  strcpy(name, text);
  char large[20000];
  if (fgets(large, count * count, stdin) == nullptr) return 1;
  std::vector<int> values(count);
  puts(name);
  puts(large);
  return values[count - 1];
}
#ifdef PROGRAM
int main(int argc, char** argv) { return carbon_entry(argc, argv[0]); }
#endif
"""

PROJECT = """
cmake_minimum_required(VERSION 3.22)
project(small LANGUAGES C CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include({root}/hardening.cmake)
add_executable(scarbond source.cc)
target_compile_definitions(scarbond PRIVATE PROGRAM)
add_library(job_submit_carbon MODULE source.cc)
set_target_properties(job_submit_carbon PROPERTIES PREFIX "")
if(NOT CARBON_PLUGIN_ASSERTIONS)
  carbon_without_assertions(job_submit_carbon)
endif()
install(TARGETS scarbond job_submit_carbon DESTINATION here)
"""


class CheckHardeningTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        (self.folder / "source.cc").write_text(SOURCE)

    def check(self, *arguments):
        done = self.run_command(ROOT / "scripts" / "check-hardening", *arguments)
        return done.returncode, done.stdout + done.stderr

    def build(self, *options):
        """The folder that holds what was installed from a release build."""
        (self.folder / "CMakeLists.txt").write_text(PROJECT.format(root=ROOT))
        build, stage = self.folder / "build", self.folder / "stage"
        for command in (
            ("-G", "Ninja", "-S", self.folder, "-B", build, "-DCMAKE_BUILD_TYPE=RelWithDebInfo", *options),
            ("--build", build),
            ("--install", build, "--prefix", stage, "--strip"),
        ):
            done = self.run_command(CMAKE, *command)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return stage

    def assert_lacks(self, text, *protections):
        lacked = [line.split(": LACKS ")[1] for line in text.splitlines() if ": LACKS " in line]
        self.assertEqual(lacked, [", ".join(protections)] if protections else [], text)

    def test_what_is_installed_stripped_has_all_of_it(self):
        stage = self.build()
        code, text = self.check(stage)
        self.assertEqual(code, 0, text)
        self.assertIn("scarbond: position-independent code, full RELRO, ", text)
        for name in ("scarbond", "job_submit_carbon.so"):
            sections = subprocess.run(["readelf", "-SW", stage / "here" / name], text=True,
                                      capture_output=True, check=True).stdout
            self.assertNotRegex(sections, r"\.symtab|\.debug_info")

    # Some distributions have all that they build do so, and Debian's build type is none of CMake's.
    def test_the_plugin_has_no_assertions_where_the_compiler_is_told_to_add_them(self):
        code, text = self.check(self.build("-DCMAKE_BUILD_TYPE=None",
                                           "-DCMAKE_CXX_FLAGS=-O2 -D_GLIBCXX_ASSERTIONS"))
        self.assertEqual(code, 0, text)

    def test_a_plugin_with_assertions_is_named_unless_it_is_of_a_test_build(self):
        stage = self.build("-DCARBON_PLUGIN_ASSERTIONS=ON")
        code, text = self.check(stage)
        self.assertEqual(code, 1, text)
        self.assert_lacks(text, "no assertions")
        code, text = self.check("--plugin-assertions", stage)
        self.assertEqual(code, 0, text)

    def compile(self, *more, drop=()):
        program = self.folder / "program"
        flags = ["-O2", "-fPIE", "-pie", "-DPROGRAM", "-D_GLIBCXX_ASSERTIONS", "-D_FORTIFY_SOURCE=2",
                 "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection",
                 "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]
        done = self.run_command("c++", *[flag for flag in flags if flag not in drop], *more,
                                self.folder / "source.cc", "-o", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.check(program)

    def test_each_protection_that_is_missing_is_named(self):
        code, text = self.compile()
        if "control-flow protection" in text.partition("LACKS")[2]:
            self.skipTest("the flags are those of x86-64")
        self.assertEqual(code, 0, text)
        for protection, drop, more in (
            ("position-independent code", ("-fPIE", "-pie"), ("-no-pie",)),
            ("full RELRO", ("-Wl,-z,now",), ("-Wl,-z,lazy",)),
            ("full RELRO", ("-Wl,-z,relro",), ("-Wl,-z,norelro",)),
            ("a stack that is not executable", ("-Wl,-z,noexecstack",), ("-Wl,-z,execstack",)),
            ("stack protector", ("-fstack-protector-strong",), ("-fno-stack-protector",)),
            ("FORTIFY", ("-D_FORTIFY_SOURCE=2",), ("-U_FORTIFY_SOURCE",)),
            ("control-flow protection", ("-fcf-protection",), ("-fcf-protection=none",)),
            ("stack clash protection", ("-fstack-clash-protection",),
             ("-fno-stack-clash-protection",)),
            ("assertions", ("-D_GLIBCXX_ASSERTIONS",), ("-U_GLIBCXX_ASSERTIONS",)),
        ):
            with self.subTest(protection):
                code, text = self.compile(*more, drop=drop)
                self.assertEqual(code, 1, text)
                self.assert_lacks(text, protection)

    def test_nothing_to_check_is_wrong_usage(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for arguments in ((), (empty,), ("--unknown",), (self.folder / "source.cc",)):
            self.assertEqual(self.check(*arguments)[0], 2, arguments)


if __name__ == "__main__":
    unittest.main()
