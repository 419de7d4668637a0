// Whatever a placement log contains, it is verified without a crash. Each finding says something,
// and a log without a finding of damage is whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "cli/verify/ledger_check.h"
#include "cli/verify/log_verification.h"
#include "core/record/record_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view rest(reinterpret_cast<const char*>(data), size);
  carbon::LogVerification verification;
  carbon::LedgerCheck ledgers;
  verification.BeginFile("log");
  while (!rest.empty()) {
    const size_t newline = rest.find('\n');
    const bool is_whole = newline != absl::string_view::npos;
    const auto entry = carbon::ReadLogLine(verification.AddLine(rest.substr(0, newline), is_whole));
    if (entry.ok()) ledgers.Add(*entry);
    rest.remove_prefix(is_whole ? newline + 1 : rest.size());
  }
  const carbon::LogVerification::Report report = verification.Finish();
  bool has_damage = false;
  for (const auto& finding : report.findings) {
    if (finding.fact.empty() || finding.place.line < 1) abort();
    has_damage |= carbon::LogVerification::IsDamage(finding.kind);
  }
  if (report.is_whole() == has_damage) abort();
  return 0;
}
