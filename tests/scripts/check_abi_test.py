"""scripts/check-abi: what it compiles, and its exit codes. A script replaces the
compiler, except in one test."""

import re
import shutil
import unittest

from fake_slurm import INCLUDE, RELEASE, ROOT, FakeSlurmTest

CHECK_ABI = ROOT / "scripts" / "check-abi"
NO_MIRROR = ("--mirror", "file:///nonexistent")


class CheckAbiTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        self.compiled = self.folder / "compiled"
        self.compiled.touch()

    def check(self, *arguments, fails="nothing", **options):
        """Sources whose name holds `fails` do not compile. The exit code, and what was printed."""
        compiler = self.folder / "compiler"
        compiler.write_text(
            "#!/bin/sh\nfor source; do :; done\n"
            f'echo "$source" >>{self.compiled}\n'
            f'case $source in *{fails}*) echo "$source:1:1: error: broken" >&2; exit 1 ;; esac\n'
        )
        compiler.chmod(0o755)
        done = self.run_command(CHECK_ABI, *arguments, **options,
                                environment={"CXX": str(compiler), "CC": str(compiler)})
        return done.returncode, done.stdout + done.stderr

    def source_tree(self, release):
        """As Slurm's is before it is configured."""
        tree = self.folder / f"slurm-{release}"
        shutil.copytree(INCLUDE / "slurm", tree / "slurm")
        header = tree / "slurm" / "slurm_version.h"
        text = re.sub(r"#define SLURM_VERSION_NUMBER.*", "#undef SLURM_VERSION_NUMBER",
                      header.read_text())
        header.rename(header.with_suffix(".h.in")).write_text(text)
        major, minor, micro = release.split(".")
        (tree / "META").write_text(
            f"  Meta:\t\t1\n  Name:\t\tslurm\n  Major:\t{major}\n  Minor:\t{minor}\n"
            f"  Micro:\t{micro}\n  Version:\t{release}\n#  Major/Minor: in a comment\n"
        )
        return tree

    def test_nothing_to_check_is_wrong_usage(self):
        for arguments in ((), ("--require",), ("--suite",), ("--unknown", "/tmp")):
            self.assertEqual(self.check(*arguments)[0], 2, arguments)

    def test_headers_that_compile(self):
        code, text = self.check(INCLUDE)
        self.assertEqual(code, 0, text)
        self.assertRegex(text, rf"Slurm {re.escape(RELEASE)}: \d+ sources compile \({INCLUDE}\)")

    def test_every_source_that_includes_slurms_headers_is_compiled(self):
        self.check(INCLUDE)
        compiled = set(self.compiled.read_text().split())
        for source in (
            "plugin/client/slurm_client.cc", "plugin/job_submit/job_submit_carbon.cc",  # directly
            "tests/plugin/job_submit/descriptor_test.cc",  # through plugin/job_submit/descriptor.h
            "tests/plugin/host/storm.cc",  # through a header that includes another
            "tests/integration/submit_storm.cc", "tests/fuzz/descriptor_fuzz.cc",
            "bench/submit_jobs.cc", "bench/stopwatch.c",
        ):
            self.assertIn(source, compiled)
        self.assertNotIn("core/decision/decision.cc", compiled)

    def test_a_source_of_tests_that_does_not_compile_is_an_error(self):
        code, text = self.check(INCLUDE, fails="descriptor_test")
        self.assertEqual(code, 1, text)
        self.assertRegex(text, rf"Slurm {re.escape(RELEASE)}: 1 of \d+ sources do not compile")
        self.assertIn("descriptor_test.cc:1:1: error: broken", text)

    def test_a_folder_without_headers_is_an_error(self):
        code, text = self.check(self.folder)
        self.assertEqual(code, 1)
        self.assertIn("slurm/slurm.h is missing", text)
        self.assertEqual(self.check("--source", self.folder)[0], 1)

    def test_a_source_tree_has_the_release_of_its_meta(self):
        tree = self.source_tree("23.02.7")
        code, text = self.check("--source", tree)
        self.assertEqual(code, 0, text)
        self.assertRegex(text, r"Slurm 23\.02\.7: \d+ sources compile")
        self.assertFalse((tree / "slurm" / "slurm_version.h").exists())
        code, text = self.check("--source", tree.name, cwd=tree.parent)
        self.assertEqual(code, 0, text)

    def test_a_suite_out_of_reach_is_told_and_only_with_require_an_error(self):
        code, text = self.check(*NO_MIRROR, "--suite", "trixie", INCLUDE)
        self.assertEqual(code, 0, text)
        self.assertIn("trixie: not checked: file:///nonexistent: ", text)
        self.assertIn(f"Slurm {RELEASE}: ", text)
        code, text = self.check("--require", *NO_MIRROR, "--suite", "trixie", INCLUDE)
        self.assertEqual(code, 1, text)

    def test_the_mirror_is_the_first_of_debian_that_has_the_suite(self):
        other, older, debian = (self.folder / name for name in ("other", "older", "debian"))
        for archive, suite, origin in ((other, "trixie", "Other"), (older, "bookworm", "Debian"),
                                       (debian, "trixie", "Debian")):
            release = archive / "dists" / suite / "Release"
            release.parent.mkdir(parents=True)
            release.write_text(f"Origin: {origin}\nSuite: {suite}\n")
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        apt_get = bin_folder / "apt-get"
        targets = "".join(f"Packages {uri}\n" for uri in (
            f"copy:{debian}", f"file:{other}/", f"file:{older}/", f"file:{debian}/"))
        apt_get.write_text(f"""#!/bin/sh
case $* in
*indextargets*) printf %s '{targets}' ;;
*) echo "E: this far" >&2; exit 100 ;;
esac
""")
        apt_get.chmod(0o755)
        text = self.check("--suite", "trixie", first_in_path=bin_folder)[1]
        self.assertIn(f"trixie: not checked: file:{debian}/: E: this far", text)
        text = self.check("--suite", "testing", first_in_path=bin_folder)[1]
        self.assertIn("testing: not checked: no Debian archive of this machine's apt sources", text)
        self.assertEqual((other / "dists/trixie/Release").read_text(),
                         "Origin: Other\nSuite: trixie\n")

    def test_a_suite_with_an_expired_release_file_is_told_of_and_used(self):
        # An apt-get that says of such a mirror what the real one says, and hands out one package.
        package = self.folder / "package"
        (package / "DEBIAN").mkdir(parents=True)
        (package / "DEBIAN" / "control").write_text(
            "Package: libslurm-dev\nVersion: 1\nArchitecture: all\nMaintainer: nobody\n"
            "Description: headers\n")
        shutil.copytree(INCLUDE / "slurm", package / "usr" / "include" / "slurm")
        bin_folder, calls = self.folder / "bin", self.folder / "calls"
        bin_folder.mkdir()
        apt_get = bin_folder / "apt-get"
        apt_get.write_text(f"""#!/bin/sh
echo "$*" >>{calls}
case $* in
*Check-Valid-Until=false*) ;;
*) echo "E: Release file for x is expired (invalid since 3d). Updates will not be applied." >&2
   exit 100 ;;
esac
case $* in *" download "*) dpkg-deb --build {package} libslurm-dev_1_all.deb ;; esac
""")
        apt_get.chmod(0o755)
        code, text = self.check("--mirror", "http://x", "--suite", "testing", first_in_path=bin_folder)
        self.assertEqual(code, 0, text)
        self.assertIn("testing: the mirror's Release file is expired; it is used all the same", text)
        self.assertRegex(text, r"sources compile \(testing, libslurm-dev_1_all\.deb\)")
        for call in calls.read_text().splitlines():
            for setting in ("Dir::Etc::SourceList", "Dir::State::Lists", "Dir::State::Status",
                            "Dir::Cache"):
                self.assertRegex(call, f"{setting}=/tmp/")

    def test_a_header_that_the_machine_lacks_is_told(self):
        include = self.folder / "include"
        shutil.copytree(INCLUDE / "slurm", include / "slurm")
        header = include / "slurm" / "slurm.h"
        header.write_text("#include <no/such/library.h>\n" + header.read_text())
        done = self.run_command(CHECK_ABI, include)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("no/such/library.h: No such file", done.stdout)
        self.assertIn("scripts/setup installs what is needed", done.stdout)


if __name__ == "__main__":
    unittest.main()
