// The built scarbon, run on placement logs made of real records.
#ifndef TESTS_CLI_LOG_SAMPLE_LOG_H_
#define TESTS_CLI_LOG_SAMPLE_LOG_H_

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/cli/log/sample_line.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {

class ScarbonLog : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) {
    return RunScarbon(absl::StrCat("log ", arguments), "TZ=UTC");
  }
  Ran RunOnLog(const std::string& arguments) {
    return Run(absl::StrCat("--file ", log_, " ", arguments));
  }
  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string log_ = folder_ + "/placements.jsonl";
};

}  // namespace carbon

#endif  // TESTS_CLI_LOG_SAMPLE_LOG_H_
