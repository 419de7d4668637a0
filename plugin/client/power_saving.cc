#include "plugin/client/power_saving.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "plugin/client/host_names.h"
#include "plugin/client/node_state.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

// Whether slurmctld takes the name for the state's, as parse_node_state_flag compares them: as far
// as the shorter of the two goes, and without regard to case.
bool Abbreviates(absl::string_view name, absl::string_view state) {
  const size_t length = std::min(name.size(), state.size());
  return length > 0 && absl::EqualsIgnoreCase(name.substr(0, length), state.substr(0, length));
}

// Splits "a[1-3,5]:2,b" at the commas outside of brackets.
std::vector<std::string> SplitNodeSpec(absl::string_view spec) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : spec) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return parts;
}

class PowerSaving {
 public:
  PowerSaving(const slurm_conf_t& conf, const partition_info_msg_t& partitions,
              const node_info_msg_t& nodes)
      : conf_(conf), nodes_(nodes) {
    is_on_ = !Text(conf.suspend_program).empty() && !Text(conf.resume_program).empty();
    ReadPartitions(partitions);
    ReadExemptNodes();
    ReadExemptStates();
  }

  std::optional<double> StaysPowered(size_t index) const {
    const bool is_cloud = (nodes_.node_array[index].node_state & NODE_STATE_CLOUD) != 0;
    if (is_on_ && !powered_down_on_idle_.contains(index) && !is_cloud &&
        SuspendTime(index) > kSoonPoweredDown) {
      return 1;
    }
    return StaysAwake(index);
  }

  SleepTimes ReadSleepTimes(size_t index) const {
    if (!IsAsleep(nodes_.node_array[index].node_state) && StaysAwake(index) == 1) return {};
    const auto own = timeouts_by_node_.find(index);
    const Timeouts timeouts = own == timeouts_by_node_.end() ? Timeouts{} : own->second;
    return {.fall_asleep = Timeout(timeouts.suspend.value_or(conf_.suspend_timeout)),
            .wake_up = Timeout(timeouts.resume.value_or(conf_.resume_timeout))};
  }

 private:
  // The longest of the node's partitions; absent if none of them has its own.
  struct Timeouts {
    std::optional<uint16_t> suspend, resume;
  };

  static absl::Duration Timeout(uint16_t seconds) {
    // Since 25.11 there may be no limit.
    return seconds == INFINITE16 ? kMaxWakeUp : absl::Seconds(seconds);
  }

  // Returns how likely it is to stay awake for ever. The length of a finite SuspendTime does not
  // matter here.
  std::optional<double> StaysAwake(size_t index) const {
    const node_info_t& node = nodes_.node_array[index];
    if (!is_on_ || SuspendTime(index) == absl::InfiniteDuration()) return 1;
    if (powered_down_on_idle_.contains(index)) return 0;
    if ((node.node_state & exempt_states_) != 0 || exempt_by_partition_.contains(index)) return 1;
    if (!are_exempt_known_) return std::nullopt;
    const auto exempt = exempt_nodes_.find(Text(node.name));
    return exempt == exempt_nodes_.end() ? 0 : exempt->second;
  }

  static absl::Duration Seconds(uint32_t seconds) {
    return seconds == INFINITE ? absl::InfiniteDuration() : absl::Seconds(seconds);
  }

  absl::Duration SuspendTime(size_t index) const {
    const uint32_t own = SuspendTimeOf(nodes_.node_array[index]);
    if (own != NO_VAL) return Seconds(own);
    const auto longest = longest_by_node_.find(index);
    return longest != longest_by_node_.end() ? longest->second : Seconds(conf_.suspend_time);
  }

  void ReadPartitions(const partition_info_msg_t& partitions) {
    const std::set<absl::string_view> exempt =
        absl::StrSplit(Text(conf_.suspend_exc_parts), ',', absl::SkipEmpty());
    for (uint32_t i = 0; i < partitions.record_count; ++i) {
      const partition_info_t& partition = partitions.partition_array[i];
      const bool is_exempt = exempt.contains(Text(partition.name));
      const bool is_powered_down_on_idle = (partition.flags & kPowersDownOnIdle) != 0;
      for (const int32_t* pair = partition.node_inx; pair != nullptr && pair[0] >= 0; pair += 2) {
        for (int32_t node = pair[0]; node <= pair[1]; ++node) {
          const auto index = static_cast<size_t>(node);
          if (is_exempt) exempt_by_partition_.insert(index);
          if (is_powered_down_on_idle) powered_down_on_idle_.insert(index);
          NoteTimeout(partition.suspend_timeout, &timeouts_by_node_[index].suspend);
          NoteTimeout(partition.resume_timeout, &timeouts_by_node_[index].resume);
          if (partition.suspend_time == NO_VAL) continue;
          absl::Duration& longest = longest_by_node_[index];
          longest = std::max(longest, Seconds(partition.suspend_time));
        }
      }
    }
  }

  static void NoteTimeout(uint16_t timeout, std::optional<uint16_t>* longest) {
    if (timeout != NO_VAL16) *longest = std::max(longest->value_or(0), timeout);
  }

  void ReadExemptNodes() {
    std::set<absl::string_view> known;
    for (uint32_t i = 0; i < nodes_.record_count; ++i) {
      known.insert(Text(nodes_.node_array[i].name));
    }
    if (Text(conf_.suspend_exc_nodes) == "ALL") {
      for (const absl::string_view name : known) exempt_nodes_[std::string(name)] = 1;
      return;
    }
    for (const std::string& part : SplitNodeSpec(Text(conf_.suspend_exc_nodes))) {
      const std::vector<std::string> pieces = absl::StrSplit(part, absl::MaxSplits(':', 1));
      const std::vector<std::string> hosts = ExpandHostNames(pieces[0].c_str());
      int64_t count = 0;
      // Without a number, all of them are meant.
      if (pieces.size() < 2 || !absl::SimpleAtoi(pieces[1], &count) || count <= 0) {
        count = static_cast<int64_t>(hosts.size());
      }
      are_exempt_known_ = are_exempt_known_ && !hosts.empty();
      for (const std::string& host : hosts) {
        are_exempt_known_ = are_exempt_known_ && known.contains(host);
        double& share = exempt_nodes_[host];
        share = std::max(
            share, std::min(1.0, static_cast<double>(count) / static_cast<double>(hosts.size())));
      }
    }
  }

  void ReadExemptStates() {
    for (const absl::string_view state :
         absl::StrSplit(Text(ExemptStates(conf_)), ',', absl::SkipEmpty())) {
      const absl::string_view name = absl::StripAsciiWhitespace(state);
      if (Abbreviates(name, "CLOUD")) {
        exempt_states_ |= NODE_STATE_CLOUD;
      } else if (Abbreviates(name, "DYNAMIC_NORM") && !Abbreviates(name, "DYNAMIC_FUTURE")) {
        // slurmctld takes the first state that a name abbreviates, and DYNAMIC_FUTURE comes before.
        exempt_states_ |= NODE_STATE_DYNAMIC_NORM;
      }
    }
  }

  const slurm_conf_t& conf_;
  const node_info_msg_t& nodes_;
  bool is_on_ = false;
  std::map<size_t, absl::Duration> longest_by_node_;
  std::map<size_t, Timeouts> timeouts_by_node_;
  std::set<size_t> exempt_by_partition_;
  std::set<size_t> powered_down_on_idle_;
  std::map<std::string, double, std::less<>> exempt_nodes_;
  bool are_exempt_known_ = true;
  uint32_t exempt_states_ = 0;
};

}  // namespace

std::vector<SleepTimes> ReadSleepTimes(const slurm_conf_t& conf,
                                       const partition_info_msg_t& partitions,
                                       const node_info_msg_t& nodes) {
  const PowerSaving saving(conf, partitions, nodes);
  std::vector<SleepTimes> times;
  times.reserve(nodes.record_count);
  for (uint32_t i = 0; i < nodes.record_count; ++i) times.push_back(saving.ReadSleepTimes(i));
  return times;
}

std::vector<std::optional<double>> StaysPowered(const slurm_conf_t& conf,
                                                const partition_info_msg_t& partitions,
                                                const node_info_msg_t& nodes) {
  const PowerSaving saving(conf, partitions, nodes);
  std::vector<std::optional<double>> stays;
  stays.reserve(nodes.record_count);
  for (uint32_t i = 0; i < nodes.record_count; ++i) stays.push_back(saving.StaysPowered(i));
  return stays;
}

}  // namespace carbon
