// The JSON of findings and of the states of sources, which scarbond-status.json and the file of
// fetched forecasts both contain. For the sources of store only: the JSON library stays out of
// public headers. Pure.
#ifndef STORE_REPORT_JSON_H_
#define STORE_REPORT_JSON_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "core/grid/source_state.h"
#include "core/json/json_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {

nlohmann::ordered_json TextOrNull(const std::string& text);
// Whole seconds, RFC 3339.
nlohmann::ordered_json TimeOrNull(std::optional<absl::Time> time);

nlohmann::ordered_json WriteFinding(const Finding& finding);
// A code that is not known here is read as FindingCode::kOther: a later release may know more.
std::optional<Finding> ReadFinding(const JsonValue& json);

// Whether "left_out" and "note" are there. The first version of scarbond-status.json has neither.
enum class SourceNotes { kRequired, kAbsent };

nlohmann::ordered_json WriteSource(const SourceState& source);
std::optional<SourceState> ReadSource(const JsonValue& json, SourceNotes notes);

}  // namespace carbon

#endif  // STORE_REPORT_JSON_H_
