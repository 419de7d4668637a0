#include "core/config/meter_query.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

struct Run {
  int64_t job_id;
  int64_t start, end;  // in seconds since 1970
};

struct Placeholder {
  absl::string_view name;
  std::string (*value)(const Run& run);
};

constexpr Placeholder kPlaceholders[] = {
    {"job_id", [](const Run& run) { return absl::StrCat(run.job_id); }},
    {"start", [](const Run& run) { return absl::StrCat(run.start); }},
    {"end", [](const Run& run) { return absl::StrCat(run.end); }},
    {"seconds", [](const Run& run) { return absl::StrCat(run.end - run.start); }},
    {"range", [](const Run& run) { return absl::StrCat(run.end - run.start, "s"); }},
};

const Placeholder* Find(absl::string_view name) {
  for (const Placeholder& one : kPlaceholders) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

bool BeginsName(char c) { return c == '_' || absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsOfName(char c) { return c == '_' || absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Calls `text` with what is between placeholders, and `name` with each, in their order.
template <class OnText, class OnName>
void Split(absl::string_view query, OnText on_text, OnName on_name) {
  size_t done = 0;
  for (size_t at = query.find('$'); at != query.npos; at = query.find('$', at + 1)) {
    if (at + 1 >= query.size() || !BeginsName(query[at + 1])) continue;
    size_t end = at + 1;
    while (end < query.size() && IsOfName(query[end])) ++end;
    on_text(query.substr(done, at - done));
    on_name(query.substr(at + 1, end - at - 1));
    done = end;
  }
  on_text(query.substr(done));
}

}  // namespace

std::string MeterQueryFault(absl::string_view query) {
  if (query.size() > kMaxMeterQueryBytes) {
    return absl::StrCat("is longer than ", kMaxMeterQueryBytes, " bytes");
  }
  bool names_job = false;
  std::string unknown;
  Split(
      query, [](absl::string_view) {},
      [&](absl::string_view name) {
        names_job = names_job || name == "job_id";
        if (unknown.empty() && Find(name) == nullptr) unknown = std::string(name);
      });
  if (!unknown.empty()) {
    std::vector<std::string> known;
    for (const Placeholder& one : kPlaceholders) known.push_back(absl::StrCat("$", one.name));
    return absl::StrCat("unknown placeholder ", Quoted("$" + unknown), " (label_replace() takes ",
                        Quoted("${" + unknown + "}"), " too)", DidYouMean("$" + unknown, known));
  }
  if (!names_job) return "does not name the job: it has no $job_id";
  return "";
}

std::string MeterQueryFor(absl::string_view query, int64_t job_id, absl::Time start,
                          absl::Time end) {
  const Run run = {job_id, absl::ToUnixSeconds(start), absl::ToUnixSeconds(end)};
  std::string text;
  Split(
      query, [&text](absl::string_view between) { absl::StrAppend(&text, between); },
      [&](absl::string_view name) {
        const Placeholder* const found = Find(name);
        absl::StrAppend(&text, found != nullptr ? found->value(run) : "");
      });
  return text;
}

}  // namespace carbon
