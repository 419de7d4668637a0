#include "plugin/job_submit/complaints.h"

#include "absl/strings/str_cat.h"

namespace carbon {

void Complaints::Report(absl::string_view kind, absl::string_view text, absl::Time now) {
  if (write_ == nullptr) return;
  {
    std::lock_guard lock(mutex_);
    const auto [it, is_new] = troubles_.try_emplace(std::string(kind));
    Trouble& trouble = it->second;
    if (!is_new) {
      const absl::Duration silence = trouble.text == text ? kSameText : kOtherText;
      const absl::Duration since = now - trouble.written_at;
      // If the clock was set back, lines must not be suppressed for this long.
      if (since < silence && since >= absl::ZeroDuration()) return;
    }
    trouble = {std::string(text), now};
  }
  write_(Tone::kTrouble, absl::StrCat("carbon: ", kind, ": ", text).c_str());
}

void Complaints::Resolve(absl::string_view kind) {
  if (write_ == nullptr) return;
  {
    std::lock_guard lock(mutex_);
    const auto it = troubles_.find(kind);
    if (it == troubles_.end()) return;
    troubles_.erase(it);
  }
  write_(Tone::kRelief, absl::StrCat("carbon: ", kind, ": works again").c_str());
}

}  // namespace carbon
