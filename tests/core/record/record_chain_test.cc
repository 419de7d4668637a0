#include "core/record/record_chain.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

TEST(RecordChain, LinksEachRecordToTheLineBeforeIt) {
  RecordChain chain;
  std::vector<std::string> lines;
  for (int i = 1; i <= 3; ++i) {
    lines.push_back(chain.Link(absl::StrCat("{\"v\":2,\"seq\":", i, "}\n")));
    chain.Advance(lines.back());
  }
  EXPECT_EQ(lines[0], "{\"v\":2,\"seq\":1,\"chain\":null}\n");
  // The same from the shell: printf '%s' '{"v":2,"seq":1,"chain":null}' | sha256sum
  EXPECT_EQ(lines[1],
            "{\"v\":2,\"seq\":2,\"chain\":"
            "\"31381770cc1934d2e668d9757579fb2c091c225de45ad5abba74e39455ea1a5e\"}\n");
  EXPECT_EQ(nlohmann::json::parse(lines[2])["chain"], LineDigest(lines[1]));
  EXPECT_EQ(LineDigest(lines[1]), LineDigest(lines[1].substr(0, lines[1].size() - 1)));
}

TEST(RecordChain, LinksToTheSameLineUntilItAdvances) {
  RecordChain chain;
  chain.Advance("{}\n");
  const std::string once = chain.Link("{\"seq\":2}\n");
  EXPECT_EQ(chain.Link("{\"seq\":2}\n"), once);
  EXPECT_EQ(once.size(), std::string("{\"seq\":2}\n").size() + RecordChain::kLinkBytes);
}

TEST(RecordChain, LeavesWhatIsNoRecordAlone) {
  EXPECT_EQ(RecordChain().Link("one\n"), "one\n");
  EXPECT_EQ(RecordChain().Link(""), "");
}

}  // namespace
}  // namespace carbon
