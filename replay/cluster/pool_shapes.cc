#include "replay/cluster/pool_shapes.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

constexpr int64_t kMaxPerNode = 1 << 20;
constexpr int64_t kMaxNodes = 1 << 20;

int64_t DivideUp(int64_t a, int64_t b) { return b <= 0 ? 0 : a / b + (a % b == 0 ? 0 : 1); }

// The peak of a resource that jobs have from their start to their end.
class Peak {
 public:
  void Add(absl::Time start, absl::Time end, int64_t amount) {
    changes_.emplace_back(start, amount);
    changes_.emplace_back(end, -amount);
  }
  // A run that ends at an instant makes room for one that starts then.
  int64_t Most() {
    std::sort(changes_.begin(), changes_.end());
    int64_t level = 0, most = 0;
    for (const auto& [time, amount] : changes_) {
      level += amount;
      most = std::max(most, level);
    }
    return most;
  }

 private:
  std::vector<std::pair<absl::Time, int64_t>> changes_;
};

}  // namespace

absl::StatusOr<PoolShape> ParsePoolShape(absl::string_view text) {
  const auto wrong = [text] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not NODES, NODESxDEVICES or NODESxDEVICESxCPUS"));
  };
  const std::vector<absl::string_view> parts = absl::StrSplit(text, 'x');
  PoolShape shape;
  int64_t* const fields[] = {&shape.nodes, &shape.devices_per_node, &shape.cpus_per_node};
  // StrSplit returns no parts for a text without data.
  if (parts.empty() || parts.size() > 3) return wrong();
  for (size_t i = 0; i < parts.size(); ++i) {
    const int64_t most = i == 0 ? kMaxNodes : kMaxPerNode;
    if (!absl::SimpleAtoi(parts[i], fields[i]) || *fields[i] < (i == 0 ? 1 : 0) ||
        *fields[i] > most) {
      return wrong();
    }
  }
  shape.source = "option";
  return shape;
}

int FindPool(const Trace& trace, const TraceJob& job, const std::vector<PoolConfig>& pools) {
  const std::string& type = trace.names[job.device_type];
  for (const absl::string_view partition :
       absl::StrSplit(trace.names[job.partition], ',', absl::SkipWhitespace())) {
    for (size_t i = 0; i < pools.size(); ++i) {
      if (pools[i].partition != partition) continue;
      if (!type.empty() && !pools[i].gres_type.empty() && pools[i].gres_type != type) continue;
      return static_cast<int>(i);
    }
  }
  return -1;
}

std::vector<PoolShape> FindPoolShapes(const Trace& trace, const std::vector<PoolConfig>& pools,
                                      const std::map<std::string, PoolShape>& given) {
  std::vector<PoolShape> shapes(pools.size());
  std::vector<Peak> devices(pools.size()), cpus(pools.size());
  std::vector<bool> lacks_start(pools.size());
  std::vector<int64_t> widest(pools.size());
  for (const TraceJob& job : trace.jobs) {
    const int pool = FindPool(trace, job, pools);
    if (pool < 0) continue;
    PoolShape& shape = shapes[pool];
    shape.devices_per_node = std::max(shape.devices_per_node, DivideUp(job.devices, job.nodes));
    shape.cpus_per_node = std::max(shape.cpus_per_node, DivideUp(job.cpus, job.nodes));
    widest[pool] = std::max(widest[pool], job.nodes);
    const bool has_start = job.start != absl::InfinitePast();
    const absl::Time start = has_start ? job.start : job.submit;
    if (!has_start) lacks_start[pool] = true;
    devices[pool].Add(start, start + job.elapsed, job.devices);
    cpus[pool].Add(start, start + job.elapsed, job.cpus);
  }
  for (size_t i = 0; i < pools.size(); ++i) {
    PoolShape& shape = shapes[i];
    const auto stated = given.find(pools[i].name);
    if (stated != given.end()) {
      const PoolShape& by_user = stated->second;
      if (by_user.devices_per_node > 0) shape.devices_per_node = by_user.devices_per_node;
      if (by_user.cpus_per_node > 0) shape.cpus_per_node = by_user.cpus_per_node;
    }
    const int64_t peak = std::max({widest[i], DivideUp(devices[i].Most(), shape.devices_per_node),
                                   DivideUp(cpus[i].Most(), shape.cpus_per_node)});
    if (widest[i] > 0 && !lacks_start[i]) shape.recorded_peak = peak;
    if (stated != given.end()) {
      shape.nodes = stated->second.nodes;
      shape.source = "option";
    } else if (pools[i].size.has_value()) {
      shape.nodes = *pools[i].size;
      shape.source = "carbon.json";
    } else {
      shape.nodes = peak;
      shape.source = "peak";
    }
  }
  const std::vector<PoolShape> found = shapes;
  for (size_t i = 0; i < pools.size(); ++i) {
    // The next loop is for pools in which no job of the trace ran.
    if (found[i].cpus_per_node > 0) continue;
    int64_t most = 0;
    for (size_t other = 0; other < pools.size(); ++other) {
      if (pools[other].hardware != pools[i].hardware || found[other].cpus_per_node == 0 ||
          found[other].nodes <= most) {
        continue;
      }
      most = found[other].nodes;
      if (found[i].devices_per_node == 0) {
        shapes[i].devices_per_node = found[other].devices_per_node;
      }
      shapes[i].cpus_per_node = found[other].cpus_per_node;
    }
  }
  return shapes;
}

}  // namespace carbon
