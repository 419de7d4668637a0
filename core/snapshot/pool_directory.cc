#include "core/snapshot/pool_directory.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/precision.h"
#include "core/grid/error_factors.h"
#include "core/json/json_text.h"
#include "core/snapshot/name_index.h"

namespace carbon {
namespace {

// The partitions that associations name, in lower case: Slurm compares them without regard to case.
std::set<std::string> PartitionsNamed(const AdmissionRules& admission) {
  std::set<std::string> named;
  for (const UserRules& user : admission.users) {
    for (const AssociationRules& association : user.associations) {
      if (association.partition.empty()) continue;
      named.insert(absl::AsciiStrToLower(association.partition));
    }
  }
  return named;
}

// A partition's rules without its name, unless an association depends on that. Absent: not known.
std::optional<PartitionRules> Nameless(const PartitionRules* rules,
                                       const std::set<std::string>& named) {
  if (rules == nullptr) return std::nullopt;
  std::optional<PartitionRules> nameless = *rules;
  if (!named.contains(absl::AsciiStrToLower(rules->name))) nameless->name.clear();
  return nameless;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PoolDirectory>> PoolDirectory::Make(
    PlacementConfig config, std::shared_ptr<const AdmissionRules> admission) {
  // make_shared cannot reach the private constructor.
  std::shared_ptr<PoolDirectory> directory(new PoolDirectory);
  directory->config_ = std::move(config);
  directory->admission_ = std::move(admission);
  if (absl::Status status = directory->AddEntries(); !status.ok()) return status;
  directory->Classify();
  directory->CollectNames();
  return directory;
}

absl::Status PoolDirectory::AddEntries() {
  absl::Status error;
  const NameIndex sites = IndexByName(config_.sites, &SiteConfig::name, "site", &error);
  pools_ = IndexByName(config_.pools, &PoolConfig::name, "pool", &error);
  if (!error.ok()) return error;
  entries_.reserve(config_.pools.size());
  for (const PoolConfig& config : config_.pools) {
    const std::string owner = absl::StrCat("pool \"", config.name, "\"");
    Entry entry{};
    entry.config = &config;
    entry.site = FindByName(sites, config_.sites, config.site);
    if (entry.site == nullptr) return UnknownName("site", config.site, owner);
    const auto hardware = config_.hardware.find(config.hardware);
    if (hardware == config_.hardware.end()) {
      return UnknownName("hardware", config.hardware, owner);
    }
    const HardwareProfile& profile = hardware->second;
    entry.hardware = &profile;
    entry.rules = admission_->FindPartition(config.partition);
    entry.watts_factor =
        Draw(absl::StrCat("watts/", profile.name), RelativeSpread(profile.busy.quality));
    if (const auto& speed = profile.throughput; speed.has_value()) {
      entry.speed_factor[static_cast<size_t>(Precision::kBf16)] =
          Draw(absl::StrCat("speed/", profile.name), RelativeSpread(speed->quality));
    }
    if (const auto& speed = profile.throughput_fp8; speed.has_value()) {
      entry.speed_factor[static_cast<size_t>(Precision::kFp8)] =
          Draw(absl::StrCat("speed-fp8/", profile.name), RelativeSpread(speed->quality));
    }
    if (const auto& free = profile.free; free.has_value()) {
      entry.free_factor = Draw(absl::StrCat("free/", profile.name), RelativeSpread(free->quality));
    }
    // What errs of a PUE is its overhead, the part above 1.
    const Sourced<double>& pue = entry.site->pue;
    entry.pue_factor = Draw(absl::StrCat("pue/", entry.site->name),
                            RelativeSpread(pue.quality) * ((pue.value - 1) / pue.value));
    entries_.push_back(entry);
  }
  return absl::OkStatus();
}

// Equal pools get the number of the first of them.
void PoolDirectory::Classify() {
  const std::set<std::string> named = PartitionsNamed(*admission_);
  std::vector<std::optional<PartitionRules>> rules;  // by pool
  std::vector<size_t> first;                         // the first pool of each class
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    entry.partition =
        partitions_.try_emplace(entry.config->partition, partitions_.size()).first->second;
    rules.push_back(Nameless(entry.rules, named));
    const auto found = std::find_if(first.begin(), first.end(), [&](size_t other) {
      return entries_[other].rules == entry.rules || rules[other] == rules[i];
    });
    entry.rules_class = static_cast<size_t>(found - first.begin());
    if (found == first.end()) first.push_back(i);
  }
  rules_classes_ = first.size();
}

void PoolDirectory::CollectNames() {
  auto list = std::make_shared<std::vector<std::shared_ptr<const PoolNames>>>();
  list->reserve(entries_.size());
  for (const Entry& entry : entries_) {
    auto names = std::make_shared<PoolNames>();
    names->pool = entry.config->name;
    names->site = entry.site->name;
    names->zone = entry.site->zone;
    names->partition = entry.config->partition;
    names->hardware = entry.config->hardware;
    for (const auto* name :
         {&names->pool, &names->site, &names->zone, &names->partition, &names->hardware}) {
      names->escaped_bytes += JsonText::EscapedSize(*name);
    }
    list->push_back(std::move(names));
  }
  names_ = std::move(list);
}

const ErrorScenarios::Draws* PoolDirectory::Draw(const std::string& key, double spread) {
  const auto [at, is_new] = factors_.try_emplace(key);
  if (is_new) at->second = DrawFactor(key, spread);
  return &at->second;
}

std::optional<size_t> PoolDirectory::FindPool(absl::string_view name) const {
  const auto found = pools_.find(name);
  if (found == pools_.end()) return std::nullopt;
  return found->second;
}

std::optional<size_t> PoolDirectory::FindPartition(absl::string_view name) const {
  const auto found = partitions_.find(name);
  if (found == partitions_.end()) return std::nullopt;
  return found->second;
}

}  // namespace carbon
