// What scarbon doctor finds, one line per check: whether it is well, of what, the fact, and what to
// do about it. Pure.
#ifndef CLI_DOCTOR_CHECK_H_
#define CLI_DOCTOR_CHECK_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace carbon {

struct Check {
  // A warning is what an administrator should know and may want so; an error keeps slurmctld from
  // starting, jobs from being placed, or their decisions from being recorded.
  enum class Result { kOk, kWarning, kError };

  Result result = Result::kOk;
  std::string subject;
  std::string fact;
  std::string advice;  // empty: nothing is to be done
};

class Checks {
 public:
  void Ok(std::string subject, std::string fact) {
    all_.push_back({Check::Result::kOk, std::move(subject), std::move(fact), ""});
  }
  void Warn(std::string subject, std::string fact, std::string advice) {
    all_.push_back(
        {Check::Result::kWarning, std::move(subject), std::move(fact), std::move(advice)});
  }
  void Error(std::string subject, std::string fact, std::string advice) {
    all_.push_back({Check::Result::kError, std::move(subject), std::move(fact), std::move(advice)});
  }

  const std::vector<Check>& all() const { return all_; }
  int Count(Check::Result result) const;

 private:
  std::vector<Check> all_;
};

// "1 zone", "2 zones".
std::string Counted(size_t count, const char* one, const char* many);

// As a table that ends in a line of summary, or as one JSON object.
std::string FormatChecks(const Checks& checks, bool as_json);

}  // namespace carbon

#endif  // CLI_DOCTOR_CHECK_H_
