// Limits the rate of lines in slurmctld's log while something is wrong. For each kind of problem,
// the first line is written at once, a line with another text at the earliest a minute after the
// last one, and the same text every hour. One line says when the problem is over.
//
// Thread-safe. Reads no clock.
#ifndef PLUGIN_JOB_SUBMIT_COMPLAINTS_H_
#define PLUGIN_JOB_SUBMIT_COMPLAINTS_H_

#include <map>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

class Complaints {
 public:
  // The kind of a line. A line that reports the end of a problem is not an error.
  enum class Tone { kTrouble, kRelief };
  using WriteLine = void (*)(Tone tone, const char* line);

  static constexpr absl::Duration kOtherText = absl::Minutes(1);
  static constexpr absl::Duration kSameText = absl::Hours(1);

  // If `write` is nullptr, nothing is written.
  explicit Complaints(WriteLine write) : write_(write) {}

  // Reports a problem. `kind` is what has the problem ("snapshot"), `text` what is wrong with it.
  void Report(absl::string_view kind, absl::string_view text, absl::Time now);
  // Reports that the kind's problem is over.
  void Resolve(absl::string_view kind);

 private:
  struct Trouble {
    std::string text;
    absl::Time written_at;
  };

  WriteLine write_;
  std::mutex mutex_;
  std::map<std::string, Trouble, std::less<>> troubles_;
};

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_COMPLAINTS_H_
