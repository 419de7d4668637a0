#include "core/config/hardware.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace carbon {
namespace {

// Whether the profile was right.
bool ReadProfile(const std::string& name, const JsonValue& json, ProfileLibrary* library) {
  CheckName(json, name);
  if (name == "any") json.Refuse("\"any\" is taken: the hint hardware=any means all hardware");
  absl::StatusOr<HardwareProfile> profile = ParseProfile(name, json.json().dump(), *library);
  if (profile.ok()) {
    (*library)[name] = *std::move(profile);
    return true;
  }
  // "/busy_watts: what is wrong": the pointer within the profile becomes one within the file.
  const absl::string_view message = profile.status().message();
  const size_t colon = message.find(": ");
  if (absl::StartsWith(message, "/") && colon != absl::string_view::npos) {
    json.Refuse(message.substr(colon + 2), message.substr(0, colon));
  } else {
    json.Refuse(absl::StripPrefix(message, ": "));
  }
  return false;
}

// The entry of this section that must be read before `json`, or empty.
std::string Extended(const JsonValue& json) {
  if (!json.json().is_object()) return "";
  const auto extends = json.json().find("extends");
  return extends != json.json().end() && extends->is_string() ? extends->get<std::string>() : "";
}

}  // namespace

std::optional<ProfileLibrary> ReadHardware(const JsonValue& json) {
  ProfileLibrary library = ShippedProfiles();
  std::map<std::string, JsonValue> waiting;
  std::set<std::string> wrong;  // what extends these cannot be judged
  for (auto& [name, member] : json.Members()) waiting.emplace(name, member);
  for (bool progress = true; progress && !waiting.empty();) {
    progress = false;
    for (auto it = waiting.begin(); it != waiting.end();) {
      const std::string base = Extended(it->second);
      if (base != it->first && waiting.contains(base)) {
        ++it;
        continue;
      }
      if (wrong.contains(base) || !ReadProfile(it->first, it->second, &library)) {
        wrong.insert(it->first);
      }
      it = waiting.erase(it);
      progress = true;
    }
  }
  for (const auto& [name, member] : waiting) {
    member.Refuse(absl::StrCat("profiles extend each other in a circle, by way of ",
                               Quoted(Extended(member))),
                  "/extends");
  }
  return library;
}

}  // namespace carbon
