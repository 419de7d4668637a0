#include "tests/plugin/host/log_check.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/plugin/host/promise.h"

namespace carbon {

void LogCheck::Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
    if (!record.is_object()) Broken("a line of the log is no record: " + line.substr(0, 200));
    const std::string boot = record.at("boot");
    const uint64_t sequence = record.at("seq");
    uint64_t& last = last_[boot];
    if (sequence <= last) Broken(absl::StrCat("record ", boot, "-", sequence, " comes again"));
    missing_ += sequence - last - 1;
    last = sequence;
    ++count_;
    const std::string type = record.at("type");
    if (type == "dropped") dropped_ += record.at("count").get<uint64_t>();
    if (type == "decision") decisions_.insert(IdHash(absl::StrCat(boot, "-", sequence)));
  }
  file.clear();
  file.seekg(-1, std::ios::end);
  if (file && file.get() != '\n') Broken(path + ": its last line is torn");
}

}  // namespace carbon
