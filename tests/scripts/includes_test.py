"""Every source includes the headers of the names it uses, itself or through the project's own headers:
another release of a library may drop the includes of its headers. And no room of the product includes a
header of a room below it in ROOMS."""

import os
import re
import unittest

ROOT = os.environ["CARBON_ROOT"]
FOLDERS = ("bench", "cli", "core", "forecast", "plugin", "replay", "scarbond", "settings", "store",
           "tests")

# Each room includes headers of itself and of the rooms above it.
ROOMS = """
core/base core/finding core/reason core/json core/query core/runtime core/job core/grid core/trial core/config core/admission core/cluster core/snapshot
core/decision core/record core/outcome core/statement core/placer
store
forecast/http forecast/providers forecast/archive forecast/plausibility forecast/sources forecast/own
forecast/live forecast/zones
replay/trace replay/forecasts replay/cluster replay/policies replay/bounds replay
plugin/words plugin/client plugin/installation plugin/job_submit
settings
scarbond/query scarbond
cli cli/process cli/text cli/remote cli/estimate cli/outcome cli/log cli/explain cli/statement cli/verify cli/status cli/forecast cli/policy cli/replay
cli/report/sums cli/report/forms cli/report/page cli/report cli/doctor
""".split()

# Headers of libraries that moved names between releases.
HEADER = {
    "absl::AsciiStrToLower": "absl/strings/ascii.h",
    "absl::StripAsciiWhitespace": "absl/strings/ascii.h",
    "absl::StrContains": "absl/strings/match.h",
    "absl::StartsWith": "absl/strings/match.h",
    "absl::EndsWith": "absl/strings/match.h",
    "absl::SimpleAtoi": "absl/strings/numbers.h",
    "absl::SimpleAtod": "absl/strings/numbers.h",
    "absl::StrCat": "absl/strings/str_cat.h",
    "absl::StrAppend": "absl/strings/str_cat.h",
    "absl::StrFormat": "absl/strings/str_format.h",
    "absl::StrJoin": "absl/strings/str_join.h",
    "absl::StrReplaceAll": "absl/strings/str_replace.h",
    "absl::StrSplit": "absl/strings/str_split.h",
    "absl::ConsumePrefix": "absl/strings/strip.h",
    "absl::StripPrefix": "absl/strings/strip.h",
    "absl::StripSuffix": "absl/strings/strip.h",
    "absl::string_view": "absl/strings/string_view.h",
    "absl::StatusOr": "absl/status/statusor.h",
    "absl::Time": "absl/time/time.h",
    "absl::Duration": "absl/time/time.h",
    "std::accumulate": "numeric",
    "std::array": "array",
    "std::deque": "deque",
    "std::function": "functional",
    "std::ifstream": "fstream",
    "std::iota": "numeric",
    "std::map": "map",
    "std::max": "algorithm",
    "std::min": "algorithm",
    "std::mt19937": "random",
    "std::mutex": "mutex",
    "std::optional": "optional",
    "std::ostringstream": "sstream",
    "std::set": "set",
    "std::shared_ptr": "memory",
    "std::sort": "algorithm",
    "std::sqrt": "cmath",
    "std::thread": "thread",
    "std::tuple": "tuple",
    "std::unique_ptr": "memory",
    "std::variant": "variant",
    "std::vector": "vector",
}


class Includes(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.texts = {}
        for folder in FOLDERS:
            for parent, _, names in os.walk(os.path.join(ROOT, folder)):
                for name in names:
                    if name.endswith((".cc", ".h")):
                        path = os.path.join(parent, name)
                        with open(path, encoding="utf-8") as file:
                            self.texts[os.path.relpath(path, ROOT)] = file.read()

    def included(self, path, seen):
        for header in re.findall(r'^#include [<"]([^>"]+)[>"]', self.texts[path], re.MULTILINE):
            if header not in seen:
                seen.add(header)
                if header in self.texts:
                    self.included(header, seen)
        return seen

    def test_a_source_includes_what_it_uses(self):
        self.assertGreater(len(self.texts), 100)
        missing = []
        for path, text in sorted(self.texts.items()):
            used = set(re.findall(r"\b(?:absl|std)::\w+", text))
            headers = {HEADER[name] for name in used if name in HEADER}
            missing += [f"{path}: {header}" for header in headers - self.included(path, set())]
        self.assertEqual(missing, [])

    def test_no_room_includes_what_stands_below_it(self):
        product = {path: text for path, text in self.texts.items()
                   if not path.startswith(("bench/", "tests/"))}
        self.assertEqual({os.path.dirname(path) for path in product} - set(ROOMS), set())
        upward = [
            f"{path}: {header}" for path, text in sorted(product.items())
            for header in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE)
            if header in product
            and ROOMS.index(os.path.dirname(header)) > ROOMS.index(os.path.dirname(path))
        ]
        self.assertEqual(upward, [])

    # The JSON library takes long to compile, and its types are not those of our interfaces.
    def test_the_json_reader_stays_in_core_and_store(self):
        readers = {"core/json/json_document.h", "core/json/json_reader.h"}
        self.assertLess(readers, set(self.texts))
        self.assertEqual(
            [path for path in sorted(self.texts)
             if not path.startswith(("core/", "store/", "tests/"))
             and readers & self.included(path, set())], [])

    # A record names what a decision rests on by the hash of what is published, and this is not.
    def test_no_decision_can_read_what_only_scarbond_needs(self):
        daemon = "core/config/daemon_config.h"
        rooms = ("core/admission/", "core/cluster/", "core/snapshot/", "core/decision/",
                 "core/record/", "core/placer/")
        self.assertIn(daemon, self.included("core/config/config.h", set()))
        self.assertEqual(
            [path for path in sorted(self.texts)
             if path.startswith(rooms) and daemon in self.included(path, set())], [])


if __name__ == "__main__":
    unittest.main()
