#include "plugin/client/hidden_nodes.h"

#include <slurm/slurm.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugin/client/host_names.h"
#include "plugin/client/slurmctld_info.h"

namespace carbon {
namespace {

// The partitions of a node or place, as indices into the list of partitions.
using Membership = std::vector<uint32_t>;

bool IsListed(const node_info_t& node) { return node.name != nullptr && *node.name != '\0'; }

struct Known {
  HiddenNodes::Answer answer;  // about this node alone; nullptr: slurmctld does not show it
  absl::Time asked_at = absl::InfinitePast();
};

HiddenNodes::Answer AskSlurmctld(const std::string& name) {
  return HiddenNodes::Answer(AskForNode(name), [](const node_info_msg_t* message) {
    slurm_free_node_info_msg(const_cast<node_info_msg_t*>(message));
  });
}

// The hidden nodes by their places in the list, and by their names, with the partitions of both. A
// place in no partition is not a node: it was deleted, or is yet to be made.
struct Hidden {
  std::map<Membership, std::vector<size_t>> places;
  std::map<Membership, std::vector<std::string>> names;
};

Hidden FindHidden(const node_info_msg_t& listed, const partition_info_msg_t& partitions) {
  std::map<size_t, Membership> of_place;
  std::set<uint32_t> with_hidden;
  for (uint32_t i = 0; i < partitions.record_count; ++i) {
    const int32_t* pair = partitions.partition_array[i].node_inx;
    for (; pair != nullptr && pair[0] >= 0; pair += 2) {
      for (int32_t node = pair[0]; node <= pair[1]; ++node) {
        const auto place = static_cast<size_t>(node);
        if (place >= listed.record_count || IsListed(listed.node_array[place])) continue;
        of_place[place].push_back(i);
        with_hidden.insert(i);
      }
    }
  }
  Hidden hidden;
  for (const auto& [place, membership] : of_place) hidden.places[membership].push_back(place);
  if (with_hidden.empty()) return hidden;
  std::set<absl::string_view> shown;
  for (uint32_t i = 0; i < listed.record_count; ++i) {
    if (IsListed(listed.node_array[i])) shown.insert(listed.node_array[i].name);
  }
  std::map<std::string, Membership> of_name;
  std::vector<std::string> in_order;
  for (const uint32_t i : with_hidden) {
    for (std::string& name : ExpandHostNames(partitions.partition_array[i].nodes)) {
      if (shown.contains(name)) continue;
      Membership& membership = of_name[name];
      if (membership.empty()) in_order.push_back(name);
      if (membership.empty() || membership.back() != i) membership.push_back(i);
    }
  }
  for (const std::string& name : in_order) hidden.names[of_name[name]].push_back(name);
  return hidden;
}

}  // namespace

struct HiddenNodes::Memory {
  Ask ask;
  std::map<std::string, Known> known;
  std::vector<node_info_t> nodes;  // shallow: their pointers belong to the list or to an answer
  std::set<size_t> revealed;
  node_info_msg_t message{};

  // Forgets nodes that are no longer hidden, and asks for those about which too little is known.
  void Refresh(const Hidden& hidden, absl::Time now) {
    std::map<std::string, Known> kept;
    for (const auto& [membership, names] : hidden.names) {
      for (const std::string& name : names) {
        const auto before = known.find(name);
        kept[name] = before == known.end() ? Known{} : std::move(before->second);
      }
    }
    known = std::move(kept);
    std::vector<std::pair<const std::string, Known>*> due;
    size_t first_time = 0;
    for (auto& one : known) {
      const absl::Time asked_at = one.second.asked_at;
      // The clock may have been set back.
      if (now - asked_at < kBelieved && asked_at <= now) continue;
      due.push_back(&one);
      if (asked_at == absl::InfinitePast()) ++first_time;
    }
    std::stable_sort(due.begin(), due.end(), [](const auto* a, const auto* b) {
      return a->second.asked_at < b->second.asked_at;
    });
    due.resize(std::min(due.size(), std::max<size_t>(first_time, kMaxRepeated)));
    for (auto* one : due) {
      auto& [name, about] = *one;
      const Answer answer = ask(name);
      if (answer == nullptr) return;  // slurmctld will not answer the other requests either
      const bool is_it = answer->record_count == 1 && IsListed(answer->node_array[0]) &&
                         name == answer->node_array[0].name;
      about = {is_it ? answer : nullptr, now};
    }
  }

  void Fill(const Hidden& hidden) {
    revealed.clear();
    for (const auto& [membership, places] : hidden.places) {
      const auto names = hidden.names.find(membership);
      if (names == hidden.names.end()) continue;
      const size_t count = std::min(places.size(), names->second.size());
      for (size_t i = 0; i < count; ++i) {
        const Answer& answer = known[names->second[i]].answer;
        if (answer == nullptr) continue;
        nodes[places[i]] = answer->node_array[0];
        revealed.insert(places[i]);
      }
    }
  }
};

HiddenNodes::HiddenNodes() : HiddenNodes(AskSlurmctld) {}
HiddenNodes::HiddenNodes(Ask ask) : memory_(std::make_unique<Memory>()) {
  memory_->ask = std::move(ask);
}
HiddenNodes::HiddenNodes(HiddenNodes&&) noexcept = default;
HiddenNodes& HiddenNodes::operator=(HiddenNodes&&) noexcept = default;
HiddenNodes::~HiddenNodes() = default;

const node_info_msg& HiddenNodes::Reveal(const node_info_msg& listed,
                                         const partition_info_msg& partitions, absl::Time now) {
  const Hidden hidden = FindHidden(listed, partitions);
  memory_->Refresh(hidden, now);
  memory_->nodes.assign(listed.node_array, listed.node_array + listed.record_count);
  memory_->Fill(hidden);
  memory_->message = listed;
  memory_->message.node_array = memory_->nodes.data();
  return memory_->message;
}

bool HiddenNodes::IsRevealed(size_t index) const { return memory_->revealed.contains(index); }

}  // namespace carbon
