#include "core/config/references.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/json/json_lines.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::json;

// Returns the names in one section, including wrong entries: a reference to a wrong entry is not
// another error.
std::vector<std::string> NamesIn(const Json& root, const char* section) {
  std::vector<std::string> names;
  const auto found = root.find(section);
  if (found == root.end() || !found->is_object()) return names;
  for (const auto& item : found->items()) names.push_back(item.key());
  return names;
}

class CrossCheck {
 public:
  CrossCheck(const Json& root, std::vector<ConfigError>* errors) : root_(root), errors_(errors) {}

  void Zones(const std::vector<GridZone>& zones) {
    if (zones.size() <= kMaxZones) return;
    Add("/zones", absl::StrCat(zones.size(), " zones, limit ", kMaxZones));
  }

  void Sites(const std::vector<SiteConfig>& sites) {
    const std::vector<std::string> zones = NamesIn(root_, "zones");
    for (const SiteConfig& site : sites) {
      Refer("zone", site.zone, zones, absl::StrCat("/sites/", EscapePointer(site.name), "/zone"));
    }
  }

  void Pools(const std::vector<PoolConfig>& pools, const ProfileLibrary& library) {
    const std::vector<std::string> sites = NamesIn(root_, "sites");
    std::vector<std::string> hardware = NamesIn(root_, "hardware");
    for (const auto& [name, profile] : library) hardware.push_back(name);
    std::map<std::string, std::vector<const PoolConfig*>> by_partition;
    for (const PoolConfig& pool : pools) {
      const std::string pointer = absl::StrCat("/pools/", EscapePointer(pool.name));
      Refer("site", pool.site, sites, pointer + "/site");
      Refer("hardware", pool.hardware, hardware, pointer + "/hardware");
      if (!pool.partition.empty()) by_partition[pool.partition].push_back(&pool);
    }
    for (const auto& [partition, sharing] : by_partition) CheckDistinct(partition, sharing);
  }

  void Policies(const std::vector<Policy>& policies) {
    std::set<std::string> names;
    for (size_t i = 0; i < policies.size(); ++i) {
      const std::string& name = policies[i].name;
      if (name.empty() || names.insert(name).second) continue;
      Add(absl::StrCat("/policies/", i, "/name"),
          absl::StrCat("another policy before it is called ", Quoted(name)));
    }
  }

 private:
  // Pools of one partition must differ in GRES type, features or nodes. Otherwise the partition's
  // nodes would count twice.
  void CheckDistinct(const std::string& partition, const std::vector<const PoolConfig*>& pools) {
    std::map<std::tuple<std::string, std::set<std::string>, std::string>, const PoolConfig*> parts;
    for (const PoolConfig* pool : pools) {
      const std::string pointer = absl::StrCat("/pools/", EscapePointer(pool->name));
      const std::set<std::string> features(pool->features.begin(), pool->features.end());
      const auto [same, is_new] =
          parts.emplace(std::tuple(pool->gres_type, features, pool->nodelist), pool);
      if (!is_new) {
        Add(pointer,
            absl::StrCat("has the same partition, gres_type, features and nodelist as pool ",
                         Quoted(same->second->name)));
      } else if (pool->gres_type.empty() && features.empty() && pool->nodelist.empty() &&
                 pools.size() > 1) {
        Add(pointer,
            absl::StrCat("\"gres_type\", \"features\" or \"nodelist\" is missing: partition ",
                         Quoted(partition), " has several pools"));
      }
    }
  }

  void Refer(absl::string_view what, const std::string& name, const std::vector<std::string>& known,
             std::string pointer) {
    if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
    Add(std::move(pointer),
        absl::StrCat("unknown ", what, " ", Quoted(name), DidYouMean(name, known)));
  }

  void Add(std::string pointer, std::string message) {
    errors_->push_back({std::move(pointer), std::nullopt, std::move(message)});
  }

  const Json& root_;
  std::vector<ConfigError>* errors_;
};

}  // namespace

void CheckReferences(const nlohmann::json& root, const PlacementConfig& config,
                     std::vector<ConfigError>* errors) {
  CrossCheck check(root, errors);
  check.Zones(config.zones);
  check.Sites(config.sites);
  check.Pools(config.pools, config.hardware);
  check.Policies(config.policies);
}

}  // namespace carbon
