#include "plugin/words/gres.h"

#include <string.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace carbon {
namespace {

constexpr int64_t kMaxDevices = 10'000'000;
// A request names a few items. Items after this many are not read.
constexpr int kMaxItems = 64;
constexpr size_t kMaxItemLength = 256;

// Leaves *count unchanged if the text is not a count.
bool IsCount(absl::string_view text, int64_t* count) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < 0) return false;
  *count = std::min(value, kMaxDevices);
  return true;
}

// Reads one item, without its "gres:": "gpu", "gpu:2", "gpu:h100", "gpu:h100:2", "gpu:h100=2",
// "gpu=2".
void ReadItem(absl::string_view item, int64_t* total, DeviceRequest* request) {
  const std::vector<absl::string_view> words = absl::StrSplit(item, absl::ByAnyChar(":="));
  if (words[0].empty() || words[0] == "none" || words[0] == "NONE") return;
  if (words[0] == "shard" || words[0] == "mps") {
    request->uncountable = absl::StrCat("--gres=", words[0]);
    return;
  }
  if (words[0] != "gpu") {
    if (request->other.empty()) request->other = std::string(words[0]);
    return;
  }
  int64_t count = 1;
  absl::string_view type;
  if (words.size() == 2) {
    if (!IsCount(words[1], &count)) type = words[1];
  } else if (words.size() >= 3) {
    type = words[1];
    if (!IsCount(words[2], &count)) return;
  }
  if (count == 0) return;
  if (!type.empty()) {
    if (!request->type.empty() && request->type != type) {
      request->uncountable = "several types of GPU";
    }
    request->type = std::string(type);
  }
  *total = std::min(kMaxDevices, *total + count);
}

void ReadList(const char* text, int64_t* total, DeviceRequest* request) {
  if (text == nullptr) return;
  const absl::string_view bounded(text, strnlen(text, kMaxItems * kMaxItemLength));
  int items = 0;
  for (absl::string_view item : absl::StrSplit(bounded, absl::ByAnyChar(",;"), absl::SkipEmpty())) {
    item = item.substr(0, kMaxItemLength);
    if (++items > kMaxItems) return;
    if (item.size() > kMaxItemLength) continue;
    const bool is_gres = absl::ConsumePrefix(&item, "gres:") || absl::ConsumePrefix(&item, "gres/");
    // Besides GRES, --tres-per-task counts other things.
    if (!is_gres && (absl::StartsWith(item, "cpu=") || absl::StartsWith(item, "cpu:") ||
                     absl::StartsWith(item, "mem=") || absl::StartsWith(item, "mem:") ||
                     absl::StartsWith(item, "node"))) {
      continue;
    }
    if (absl::StartsWith(item, "license/") || absl::StartsWith(item, "bb/")) {
      if (request->other.empty()) request->other = std::string(item);
      continue;
    }
    ReadItem(item, total, request);
  }
}

}  // namespace

DeviceRequest ReadDevices(const TresStrings& strings) {
  DeviceRequest request;
  ReadList(strings.per_job, &request.per_job, &request);
  ReadList(strings.per_node, &request.per_node, &request);
  ReadList(strings.per_task, &request.per_task, &request);
  return request;
}

}  // namespace carbon
