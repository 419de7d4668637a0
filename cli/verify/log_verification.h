// Checks whether a placement log is whole, through all of its files: the sequence numbers of each
// boot's records, and the hash chain over them (core/record/record_chain.h).
//
// It distinguishes three cases: a record that was never written because its writer's queue was full
// (the chain continues over the gap), a record that was removed or changed (the chain is broken),
// and a line that was cut short because its writer was stopped. It cannot find that the end of a
// chain was removed, or that a whole chain was written again. Only a digest from another source
// shows that (Expect).
//
//   LogVerification verification;
//   verification.Expect({"3f9c21aa04d7be15", 812, digest});
//   for each file, oldest first: verification.BeginFile(path);
//     for each line: verification.AddLine(line, /*is_whole=*/true);
//   const LogVerification::Report report = verification.Finish();
//
// Pure. Not thread-safe.
#ifndef CLI_VERIFY_LOG_VERIFICATION_H_
#define CLI_VERIFY_LOG_VERIFICATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

class LogVerification {
 public:
  struct Place {
    std::string file;
    int64_t line = 0;  // from 1; 0: the whole log
  };

  enum class Kind {
    // Damage.
    kBrokenLink,    // the line before it in its chain was changed or removed
    kLostLink,      // a record without a link in a boot whose records have one
    kOutOfOrder,    // a sequence number that the boot had already passed
    kNotARecord,    // a line that is neither a record nor the beginning of one
    kCutShort,      // the beginning of a record, in the middle of its chain
    kMissingStart,  // the boot's first records are missing, although these files would have them
    kMissing,       // records without a link that no "dropped" record accounts for
    kUnexpected,    // an expected record is different or missing
    // Not damage.
    kTorn,        // the beginning of the last record of its boot: its writer was stopped
    kDropped,     // records that were never written: a full queue or a failing disk
    kEarlier,     // the boot begins in files that no longer exist
    kAsExpected,  // an expected record is there
  };
  struct Finding {
    Kind kind;
    Place place;
    std::string fact;  // a sentence for people
  };
  static bool IsDamage(Kind kind) { return kind < Kind::kTorn; }
  // Returns a name such as "broken-link".
  static const char* KindName(Kind kind);

  struct Boot {
    std::string boot;
    int64_t records = 0;
    uint64_t first = 0, last = 0;  // sequence numbers
    uint64_t missing = 0;          // of the numbers between them
    uint64_t dropped = 0;          // records that "dropped" records say were lost
    int64_t unchained = 0;         // records without a link
    bool begins = false;           // its first record is there
    std::string digest;            // of its last line
  };
  struct Report {
    std::vector<Boot> boots;        // in the order in which they come first
    std::vector<Finding> findings;  // in the order of the log
    bool is_whole() const;
  };

  // The digest that a record must have, as scarbond logs it once an hour.
  struct Expected {
    std::string boot;
    uint64_t sequence = 0;
    std::string digest;
  };
  // Parses "3f9c21aa04d7be15:812:<64 hexadecimal digits>".
  static absl::StatusOr<Expected> ParseExpected(absl::string_view text);
  void Expect(Expected expected) { expected_.push_back({std::move(expected)}); }

  void BeginFile(const std::string& path);
  // Adds a line, given without its newline. `is_whole` says that it has one. Returns the part of
  // `line` that is a record; empty if there is none.
  absl::string_view AddLine(absl::string_view line, bool is_whole);
  Report Finish();

 private:
  struct State {
    Boot boot;
    std::string digest;  // of the last record in order
    Place place;         // of that record
    bool is_chained = false;
    bool is_plugins = false;  // not scarbond's, which writes only returns
  };
  struct Fragment {
    Place place;
    std::string id;              // of the record that it begins; empty: too short to say
    std::string boot;            // likewise
    int64_t records_before = 0;  // of its boot
    bool is_completed = false;   // the whole record follows
  };
  struct Awaited {
    Expected expected;
    std::optional<std::string> found;  // the digest of the record in the log
  };

  struct Record;

  // Absent if the line is not a record.
  static std::optional<Record> ParseRecord(absl::string_view line);
  void AddRecord(const Record& record, absl::string_view line);
  void AddFragment(absl::string_view line);
  void CheckLink(const Record& record, const std::string& id, uint64_t gap, State* state);
  void Find(Kind kind, Place place, std::string fact);

  Place place_;
  std::vector<std::string> order_;
  std::map<std::string, State> states_;
  std::vector<Fragment> fragments_;
  std::map<std::string, size_t> fragment_by_id_;
  std::vector<Awaited> expected_;
  std::vector<Finding> findings_;
};

}  // namespace carbon

#endif  // CLI_VERIFY_LOG_VERIFICATION_H_
