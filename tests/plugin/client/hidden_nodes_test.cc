#include "plugin/client/hidden_nodes.h"

#include <slurm/slurm.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

char* Unowned(const char* text) { return const_cast<char*>(text); }

// Nodes a1 to a3 and b1 in this order; partition "a" has the first three, "all" all of them. a2, a3
// and b1 are hidden, and slurmctld shows a node's CPUs where it is asked.
class HiddenNodesTest : public ::testing::Test {
 protected:
  HiddenNodesTest() {
    listed_[0].name = Unowned("a1");
    listed_[0].cpus = 1;
    partitions_[0].nodes = Unowned("a[1-3]");
    partitions_[0].node_inx = a_;
    partitions_[1].nodes = Unowned("b1,a[1-3]");
    partitions_[1].node_inx = all_;
  }

  // Slurmctld's answer about one node, or about none.
  struct Message {
    std::string name;
    node_info_t node{};
    node_info_msg_t message{};
  };

  HiddenNodes::Answer Answer(const std::string& name) {
    asked_.push_back(name);
    if (!answers_) return nullptr;
    auto answer = std::make_shared<Message>();
    answer->message.node_array = &answer->node;
    if (const auto found = cpus_.find(name); found != cpus_.end()) {
      answer->name = name;
      answer->node.name = answer->name.data();
      answer->node.cpus = found->second;
      answer->message.record_count = 1;
    }
    return HiddenNodes::Answer(answer, &answer->message);
  }

  // The CPUs of all nodes, by their place; 0: not known.
  std::vector<int> Reveal(absl::Time now) {
    asked_.clear();
    node_info_msg_t nodes{};
    nodes.record_count = static_cast<uint32_t>(listed_.size());
    nodes.node_array = listed_.data();
    partition_info_msg_t partitions{};
    partitions.record_count = 2;
    partitions.partition_array = partitions_;
    const node_info_msg_t& shown = hidden_.Reveal(nodes, partitions, now);
    std::vector<int> cpus;
    for (uint32_t i = 0; i < shown.record_count; ++i) cpus.push_back(shown.node_array[i].cpus);
    return cpus;
  }

  std::vector<node_info_t> listed_ = std::vector<node_info_t>(4);
  partition_info_t partitions_[2] = {};
  int32_t a_[3] = {0, 2, -1};
  int32_t all_[3] = {0, 3, -1};
  std::map<std::string, uint16_t> cpus_ = {{"a1", 1}, {"a2", 2}, {"a3", 3}, {"b1", 4}};
  bool answers_ = true;
  std::vector<std::string> asked_;
  HiddenNodes hidden_{[this](const std::string& name) { return Answer(name); }};
};

TEST_F(HiddenNodesTest, ShowsWhatIsHiddenInItsPlace) {
  EXPECT_THAT(Reveal(kNow), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(asked_, testing::UnorderedElementsAre("a2", "a3", "b1"));
  EXPECT_FALSE(hidden_.IsRevealed(0));
  EXPECT_TRUE(hidden_.IsRevealed(1));
  EXPECT_TRUE(hidden_.IsRevealed(3));
}

TEST_F(HiddenNodesTest, AsksForNoNodeWhereAllAreListed) {
  const char* names[] = {"a1", "a2", "a3", "b1"};
  for (int i = 0; i < 4; ++i) listed_[i].name = Unowned(names[i]);
  Reveal(kNow);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_FALSE(hidden_.IsRevealed(1));
}

TEST_F(HiddenNodesTest, AsksAgainAfterAMinuteOrOnceTheNodeWasListed) {
  Reveal(kNow);
  cpus_["a2"] = 5;
  EXPECT_THAT(Reveal(kNow + absl::Seconds(59)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(Reveal(kNow + absl::Seconds(60)), ElementsAre(1, 5, 3, 4));
  EXPECT_THAT(asked_, SizeIs(3));
  // It wakes up, fails, and is hidden again.
  listed_[1].name = Unowned("a2");
  EXPECT_THAT(Reveal(kNow + absl::Seconds(61)), ElementsAre(1, 0, 3, 4));
  listed_[1].name = nullptr;
  cpus_["a2"] = 6;
  EXPECT_THAT(Reveal(kNow + absl::Seconds(62)), ElementsAre(1, 6, 3, 4));
  EXPECT_THAT(asked_, ElementsAre("a2"));
}

TEST_F(HiddenNodesTest, KeepsWhatItKnowsWhileSlurmctldDoesNotAnswer) {
  Reveal(kNow);
  answers_ = false;
  EXPECT_THAT(Reveal(kNow + absl::Minutes(5)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(asked_, SizeIs(1));
  answers_ = true;
  Reveal(kNow + absl::Minutes(5));
  EXPECT_THAT(asked_, SizeIs(3));
}

TEST_F(HiddenNodesTest, LeavesInPlaceWhatIsNotShownEvenByName) {
  cpus_.erase("a3");
  EXPECT_THAT(Reveal(kNow), ElementsAre(1, 2, 0, 4));
  EXPECT_FALSE(hidden_.IsRevealed(2));
}

TEST_F(HiddenNodesTest, AsksForSoManyAtOnceThatOthersAreNotKeptWaiting) {
  constexpr int kNodes = 1000;
  listed_.assign(kNodes, node_info_t{});
  a_[0] = a_[1] = all_[0] = 0;
  a_[1] = all_[1] = kNodes - 1;
  partitions_[0].nodes = partitions_[1].nodes = Unowned("n[1-1000]");
  for (int i = 1; i <= kNodes; ++i) cpus_["n" + std::to_string(i)] = 7;
  EXPECT_EQ(Reveal(kNow).back(), 7);  // new ones at once: their jobs rest on them
  EXPECT_THAT(asked_, SizeIs(kNodes));
  Reveal(kNow + absl::Minutes(1));
  EXPECT_THAT(asked_, SizeIs(HiddenNodes::kMaxRepeated));
  const std::vector<std::string> first = asked_;
  Reveal(kNow + absl::Minutes(1));
  EXPECT_NE(asked_, first);
}

}  // namespace
}  // namespace carbon
