// The findings of scarbon doctor, one for each check, and their output. Pure.
#ifndef CLI_DOCTOR_CHECK_H_
#define CLI_DOCTOR_CHECK_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/finding/finding.h"

namespace carbon {

// The findings of the checks, in order. A warning is something that an administrator should know,
// and may have intended. There are no notes.
class Checks {
 public:
  void Ok(FindingCode code, std::string subject, std::string fact) {
    all_.push_back({Severity::kOk, code, std::move(subject), std::move(fact)});
  }
  void Warn(FindingCode code, std::string subject, std::string fact, std::string advice) {
    all_.push_back(
        {Severity::kWarning, code, std::move(subject), std::move(fact), std::move(advice)});
  }
  void Error(FindingCode code, std::string subject, std::string fact, std::string advice) {
    all_.push_back(
        {Severity::kError, code, std::move(subject), std::move(fact), std::move(advice)});
  }

  const std::vector<Finding>& all() const { return all_; }
  int Count(Severity severity) const;

 private:
  std::vector<Finding> all_;
};

// Returns "1 zone", "2 zones".
std::string Counted(size_t count, const char* one, const char* many);

// Returns a table that ends with a summary line, or one JSON object.
std::string FormatChecks(const Checks& checks, bool as_json);

}  // namespace carbon

#endif  // CLI_DOCTOR_CHECK_H_
