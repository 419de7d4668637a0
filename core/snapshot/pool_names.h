// The names of a pool and of all that it belongs to. A decision's record uses them. They are made
// once for each snapshot and shared by the decisions on it. So a decision copies no names, and can
// outlive its snapshot. Plain data.
#ifndef CORE_SNAPSHOT_POOL_NAMES_H_
#define CORE_SNAPSHOT_POOL_NAMES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace carbon {

struct PoolNames {
  std::string pool;
  std::string site;
  std::string zone;
  std::string partition;
  std::string hardware;
  size_t escaped_bytes = 0;  // the size of all five in JSON; 0: not computed

  friend bool operator==(const PoolNames&, const PoolNames&) = default;
};

// The names of all pools, in the configuration's order. Each has its own pointer, so that keeping a
// few of them for long does not keep all.
using PoolNameList = std::shared_ptr<const std::vector<std::shared_ptr<const PoolNames>>>;

}  // namespace carbon

#endif  // CORE_SNAPSHOT_POOL_NAMES_H_
