// Whatever slurmctld's replies or a client hold for TRES, GRES, array expressions, admin comments
// and times: counts stay within bounds, and what is read back is what was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "cli/text/slurm_time.h"
#include "core/decision/admin_comment.h"
#include "core/record/record.h"
#include "plugin/words/gres.h"
#include "plugin/words/slurm_amounts.h"

namespace carbon {
namespace {

// More than any reader's own limit, and far from where sums of a few overflow.
constexpr int64_t kMaxCount = 1'000'000'000'000;

void CheckCount(int64_t count) {
  if (count < 0 || count > kMaxCount) std::abort();
}

void CheckSubmission(const std::string& text) {
  for (const TresStrings& strings :
       {TresStrings{.per_job = text.c_str()}, TresStrings{.per_node = text.c_str()},
        TresStrings{.per_task = text.c_str()}}) {
    const DeviceRequest request = ReadDevices(strings);
    CheckCount(request.per_job);
    CheckCount(request.per_node);
    CheckCount(request.per_task);
    if (request.type.size() > text.size() || request.other.size() > text.size()) std::abort();
  }
}

void CheckReplies(absl::string_view text) {
  CheckCount(ReadGres(text).count);
  for (const DeviceCount& shares : ReadGres(text).shares) CheckCount(shares.count);
  const TresAmount amount = ReadTres(text);
  CheckCount(amount.amount.nodes);
  CheckCount(amount.amount.devices);
  CheckCount(amount.amount.cpus);
  CheckCount(amount.amount.memory_mib);
  if (CountArrayTasks(text) < 1) std::abort();
  CheckCount(CountArrayTasks(text));
}

void CheckAdminComment(const std::string& text) {
  const std::string id = DecisionIdInComment(text);
  if (!id.empty() && !absl::StrContains(text, id)) std::abort();
  // Ours behind whatever an administrator wrote, unless that is one of ours already.
  const RecordId ours = {"0123456789abcdef", 18446744073709551615u};
  static const Seal& seal = *new Seal(std::string(32, 'k'), "alps", absl::UnixEpoch());
  const std::string both =
      text + "; " +
      AdminComment(ours, {}, Decision{}, absl::UnixEpoch(), absl::UTCTimeZone(), seal);
  if (!absl::StrContains(text, "carbon:id=") && DecisionIdInComment(both) != DecisionId(ours)) {
    std::abort();
  }
  // Any text may precede it, but never the text itself.
  const std::vector<CarbonMark> marks = ReadMarks(both, 0, &seal).marks;
  const std::vector<CarbonMark> theirs = ReadMarks(text, 0, &seal).marks;
  for (const CarbonMark& mark : theirs) {
    if (mark.is_sealed) std::abort();
  }
  if (theirs.empty() && (marks.size() != 1 || marks[0].decision_id != DecisionId(ours))) {
    std::abort();
  }
}

void CheckTime(absl::string_view text) {
  const absl::Time now = absl::FromUnixSeconds(1'795'478'400);
  const absl::StatusOr<absl::Time> time = ParseSlurmTime(text, now, absl::UTCTimeZone());
  if (!time.ok()) {
    if (time.status().message().empty()) std::abort();
    return;
  }
  const std::string shown = FormatSlurmTime(*time, absl::UTCTimeZone());
  if (FormatSlurmDuration(*time - now).empty() || shown.empty()) std::abort();
}

}  // namespace
}  // namespace carbon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  carbon::CheckSubmission(text);
  carbon::CheckReplies(text);
  carbon::CheckAdminComment(text);
  carbon::CheckTime(text);
  return 0;
}
