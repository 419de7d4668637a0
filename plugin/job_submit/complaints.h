// Keeps slurmctld's log readable while something is wrong: of each kind of trouble the first line
// is written at once, another text a minute later at the earliest, and the same text again every
// hour; when the trouble is over, one line says so.
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
  // What a line is about, so that relief need not look like an error.
  enum class Tone { kTrouble, kRelief };
  using WriteLine = void (*)(Tone tone, const char* line);

  static constexpr absl::Duration kOtherText = absl::Minutes(1);
  static constexpr absl::Duration kSameText = absl::Hours(1);

  // `write` may be nullptr: then nothing is written.
  explicit Complaints(WriteLine write) : write_(write) {}

  // `kind` is what is in trouble ("snapshot"), `text` what is wrong with it.
  void Report(absl::string_view kind, absl::string_view text, absl::Time now);
  // That kind is well again.
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
