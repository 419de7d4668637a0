// What a pool, and all that it belongs to, is called: what a decision's record says of where. Made
// once for each snapshot and shared by the decisions on it, so that a decision copies no names and
// outlives its snapshot. Plain data.
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
  size_t escaped_bytes = 0;  // of all five as JSON writes them; 0: not computed

  friend bool operator==(const PoolNames&, const PoolNames&) = default;
};

// Of all pools, in the configuration's order. Each is shared by itself, so that what keeps a few of
// them for long does not keep all.
using PoolNameList = std::shared_ptr<const std::vector<std::shared_ptr<const PoolNames>>>;

}  // namespace carbon

#endif  // CORE_SNAPSHOT_POOL_NAMES_H_
