#include "scarbond/service_log.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forecast/http/known_secrets.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// Returns whether standard error goes to the journal, found as systemd.exec(5) describes. The
// variable is inherited, so it is also set if standard error was redirected to a file.
bool IsJournal() {
  const char* stream = getenv("JOURNAL_STREAM");
  struct stat info;
  return stream != nullptr && fstat(STDERR_FILENO, &info) == 0 &&
         absl::StrCat(info.st_dev, ":", info.st_ino) == stream;
}

// Writes a line's level as the journal expects it at the beginning of the line, "<4>":
// sd-daemon(3).
class JournalLevel : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& text) override {
    const bool is_warning = line.level == spdlog::level::warn;
    const int level = line.level > spdlog::level::warn   ? LOG_ERR
                      : is_warning                       ? LOG_WARNING
                      : line.level < spdlog::level::info ? LOG_DEBUG
                                                         : LOG_INFO;
    text.push_back(static_cast<char>('0' + level));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalLevel>();
  }
};

// Removes the secrets that this process knows from every line of the log.
class SecretlessFormatter : public spdlog::formatter {
 public:
  explicit SecretlessFormatter(std::unique_ptr<spdlog::formatter> formatter)
      : formatter_(std::move(formatter)) {}

  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& text) override {
    const std::string clean =
        WithoutSecrets(absl::string_view(line.payload.data(), line.payload.size()));
    spdlog::details::log_msg clean_line = line;
    clean_line.payload = clean;
    formatter_->format(clean_line, text);
  }
  std::unique_ptr<formatter> clone() const override {
    return std::make_unique<SecretlessFormatter>(formatter_->clone());
  }

 private:
  std::unique_ptr<spdlog::formatter> formatter_;
};

}  // namespace

void StartLogging(const std::string& program, bool verbose) {
  auto logger = spdlog::stderr_logger_mt(program);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JournalLevel>('*');
  // The journal keeps the time itself.
  formatter->set_pattern(IsJournal() ? "<%*>%l: %v" : "%Y-%m-%dT%H:%M:%S %n: %l: %v");
  logger->set_formatter(std::make_unique<SecretlessFormatter>(std::move(formatter)));
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void WarnOfNew(std::vector<std::string> lines, std::vector<std::string>* known) {
  for (const std::string& line : lines) {
    if (std::find(known->begin(), known->end(), line) == known->end()) spdlog::warn("{}", line);
  }
  *known = std::move(lines);
}

std::string LogReload(const std::string& path, const std::optional<absl::Status>& applied) {
  if (!applied.has_value()) {
    spdlog::error("{}: not loaded; the configuration before it stays in force", path);
    return absl::StrCat(path, ": is wrong; the configuration before it stays in force");
  }
  if (!applied->ok()) {
    spdlog::error("{}: not loaded: {}", path, std::string(applied->message()));
    return absl::StrCat(path, ": not loaded: ", applied->message());
  }
  spdlog::info("{}: loaded", path);
  return "";
}

}  // namespace carbon
