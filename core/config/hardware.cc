#include "core/config/hardware.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/profile_reader.h"

namespace carbon {
namespace {

// Returns true if the profile was right.
bool AddProfile(const std::string& name, const JsonValue& json, ProfileLibrary* library) {
  CheckName(json, name);
  if (name == "any") json.Refuse("\"any\" is taken: the hint hardware=any means all hardware");
  std::optional<HardwareProfile> profile = ReadProfile(name, json, *library);
  if (!profile.has_value()) return false;
  (*library)[name] = *std::move(profile);
  return true;
}

// Returns the entry of this section that must be read before `json`, or an empty text.
std::string Extended(const JsonValue& json) {
  if (!json.json().is_object()) return "";
  const auto extends = json.json().find("extends");
  return extends != json.json().end() && extends->is_string() ? extends->get<std::string>() : "";
}

}  // namespace

std::optional<ProfileLibrary> ReadHardware(const JsonValue& json) {
  ProfileLibrary library = ShippedProfiles();
  std::map<std::string, JsonValue> waiting;
  std::set<std::string> wrong;  // profiles that extend these cannot be judged
  for (auto& [name, member] : json.Members()) waiting.emplace(name, member);
  for (bool progress = true; progress && !waiting.empty();) {
    progress = false;
    for (auto it = waiting.begin(); it != waiting.end();) {
      const std::string base = Extended(it->second);
      if (base != it->first && waiting.contains(base)) {
        ++it;
        continue;
      }
      if (wrong.contains(base) || !AddProfile(it->first, it->second, &library)) {
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
