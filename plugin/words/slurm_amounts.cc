#include "plugin/words/slurm_amounts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace carbon {
namespace {

constexpr int64_t kMaxCount = 1'000'000'000;

// Reads a count as Slurm writes it, clamped; nullopt if the text is not a count.
std::optional<int64_t> ReadCount(absl::string_view text) {
  int64_t count = 0;
  if (!absl::SimpleAtoi(text, &count) || count < 0) return std::nullopt;
  return std::min(count, kMaxCount);
}

// Reads "32G" in MiB; Slurm writes a number without a unit in MiB.
int64_t ReadMemory(absl::string_view text) {
  double scale = 1;
  if (!text.empty()) {
    constexpr absl::string_view kUnits = "KMGTP";
    if (const size_t unit = kUnits.find(text.back()); unit != absl::string_view::npos) {
      text.remove_suffix(1);
      scale = 1.0 / 1024;
      for (size_t i = 0; i < unit; ++i) scale *= 1024;
    }
  }
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || !(number >= 0)) return 0;
  return static_cast<int64_t>(std::min(number * scale, 1e12));
}

void AddDevices(absl::string_view type, int64_t count, std::vector<DeviceCount>* by_type) {
  for (DeviceCount& devices : *by_type) {
    if (devices.type != type) continue;
    devices.count += count;
    return;
  }
  by_type->push_back({std::string(type), count});
}

}  // namespace

GresDevices ReadGres(absl::string_view gres) {
  GresDevices devices;
  if (gres.empty()) return devices;
  int depth = 0;
  size_t begin = 0;
  const auto read = [&devices](absl::string_view item) {
    if (!absl::ConsumePrefix(&item, "gres:")) absl::ConsumePrefix(&item, "gres/");
    item = item.substr(0, item.find('('));
    const std::vector<absl::string_view> words = absl::StrSplit(item, absl::ByAnyChar(":="));
    const bool is_share = words[0] == "shard" || words[0] == "mps";
    if (words[0] != "gpu" && !is_share) return;
    // The item is "gpu", "gpu:8", "gpu:h100" or "gpu:h100:8".
    std::optional<int64_t> count = 1;
    absl::string_view type;
    if (words.size() == 2 && ReadCount(words[1]).has_value()) {
      count = ReadCount(words[1]);
    } else if (words.size() >= 2) {
      type = words[1];
      if (words.size() >= 3) count = ReadCount(words[2]);
    }
    if (is_share) {
      if (count.value_or(0) > 0) AddDevices(type, *count, &devices.shares);
      return;
    }
    devices.count += count.value_or(0);
    if (!type.empty()) AddDevices(type, count.value_or(0), &devices.by_type);
  };
  // Commas inside parentheses list sockets, "gpu:8(S:0,2)", and do not separate items.
  for (size_t i = 0; i <= gres.size(); ++i) {
    if (i == gres.size() || (gres[i] == ',' && depth == 0)) {
      read(gres.substr(begin, i - begin));
      begin = i + 1;
    } else if (gres[i] == '(') {
      ++depth;
    } else if (gres[i] == ')') {
      --depth;
    }
  }
  return devices;
}

TresAmount ReadTres(absl::string_view tres) {
  TresAmount result;
  int64_t typed = 0;
  int64_t untyped = 0;
  for (absl::string_view item : absl::StrSplit(tres, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(item, absl::MaxSplits('=', 1));
    absl::string_view name = pair.first;
    if (name == "cpu") {
      result.amount.cpus = ReadCount(pair.second).value_or(0);
    } else if (name == "node") {
      result.amount.nodes = ReadCount(pair.second).value_or(0);
    } else if (name == "mem") {
      result.amount.memory_mib = ReadMemory(pair.second);
    } else if (name == "gres/gpu") {
      result.counts_devices = true;
      untyped = ReadCount(pair.second).value_or(0);
    } else if (absl::ConsumePrefix(&name, "gres/gpu:")) {
      result.counts_devices = true;
      typed += ReadCount(pair.second).value_or(0);
      AddDevices(name, ReadCount(pair.second).value_or(0), &result.devices);
    } else if (name == "gres/shard" || name == "gres/mps") {
      result.device_shares += ReadCount(pair.second).value_or(0);
    }
  }
  // The untyped count, if it is tracked, includes the typed ones.
  result.amount.devices = std::max(typed, untyped);
  return result;
}

int64_t CountArrayTasks(absl::string_view expression) {
  expression = expression.substr(0, expression.find('%'));
  int64_t tasks = 0;
  for (absl::string_view range : absl::StrSplit(expression, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> stepped =
        absl::StrSplit(range, absl::MaxSplits(':', 1));
    const std::pair<absl::string_view, absl::string_view> bounds =
        absl::StrSplit(stepped.first, absl::MaxSplits('-', 1));
    const std::optional<int64_t> first = ReadCount(bounds.first);
    if (!first.has_value()) continue;
    const int64_t last = ReadCount(bounds.second).value_or(*first);
    const int64_t step = std::max<int64_t>(ReadCount(stepped.second).value_or(1), 1);
    if (last >= *first) tasks = std::min(kMaxCount, tasks + (last - *first) / step + 1);
  }
  return std::max<int64_t>(tasks, 1);
}

}  // namespace carbon
