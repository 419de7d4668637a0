// scarbond: keeps the snapshot published that the plugin decides on. Runs in the foreground and
// logs to standard error. Composition only: signals, logging and the loop.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "forecast/http/known_secrets.h"
#include "plugin/client/slurm_client.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"
#include "scarbond/service_notice.h"
#include "settings/load_config.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxWait = absl::Seconds(60);
// With --once, what every provider together may take before it is published without them.
constexpr absl::Duration kMaxFetch = absl::Seconds(30);

struct Options {
  std::string config = CARBON_CONFIG_FILE;
  bool once = false;
  bool verbose = false;
};

// The signals that ask something of a daemon, read one at a time. They are blocked in every thread
// of the process, libslurm's included: none ever interrupts work.
class Signals {
 public:
  Signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signal(SIGPIPE, SIG_IGN);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Signals() { close(fd_); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  bool ok() const { return fd_ >= 0; }

  // Can be read once there is a signal.
  int fd() const { return fd_; }

  // The next signal, or 0 where there is none.
  int Next() const {
    signalfd_siginfo info;
    return read(fd_, &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  int fd_;
};

// Whether standard error is the journal's, as systemd.exec(5) says to tell: a file that it was
// redirected to is not, though the variable is inherited.
bool IsJournal() {
  const char* stream = getenv("JOURNAL_STREAM");
  struct stat info;
  return stream != nullptr && fstat(STDERR_FILENO, &info) == 0 &&
         absl::StrCat(info.st_dev, ":", info.st_ino) == stream;
}

// A line's level as the journal reads it from its beginning, "<4>": sd-daemon(3).
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

// What every line of the log passes: it writes no secret that this process knows.
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

void StartLogging(bool verbose) {
  auto logger = spdlog::stderr_logger_st("scarbond");
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JournalLevel>('*');
  // The journal keeps the time itself.
  formatter->set_pattern(IsJournal() ? "<%*>%l: %v" : "%Y-%m-%dT%H:%M:%S scarbond: %l: %v");
  logger->set_formatter(std::make_unique<SecretlessFormatter>(std::move(formatter)));
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

std::optional<Config> LoadAndLog(const std::string& path) {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::optional<Config> config = LoadConfig(path, &errors, &warnings);
  for (const std::string& error : errors) spdlog::error("{}", error);
  for (const std::string& warning : warnings) spdlog::warn("{}", warning);
  return config;
}

// Why the configuration before it stays in force; empty: it does not.
std::string Reload(const std::string& path, Publication* publication) {
  std::optional<Config> config = LoadAndLog(path);
  if (!config.has_value()) {
    spdlog::error("{}: not loaded; the configuration before it stays in force", path);
    return absl::StrCat(path, ": is wrong; the configuration before it stays in force");
  }
  if (absl::Status status = publication->Reconfigure(*std::move(config)); !status.ok()) {
    spdlog::error("{}: not loaded: {}", path, std::string(status.message()));
    return absl::StrCat(path, ": not loaded: ", status.message());
  }
  spdlog::info("{}: loaded", path);
  return "";
}

// What scarbon status and metrics are to tell besides.
DaemonReport::Findings Findings(const Publication& publication, const std::string& not_loaded) {
  DaemonReport::Findings findings{publication.errors(), publication.Implausible(),
                                  publication.Troubles(), publication.Notes(),
                                  publication.slurm_user()};
  if (!not_loaded.empty()) findings.troubles.push_back(not_loaded);
  return findings;
}

void PublishUntilTold(const Options& options, const Signals& signals, Publication* publication,
                      DaemonReport* report) {
  ServiceNotice notice;
  std::string last_trouble;
  std::string not_loaded;
  bool published = false;
  while (true) {
    const absl::Time start = absl::Now();
    const absl::Status status = publication->Publish(start, Publication::Watch::kYes);
    const std::string trouble(status.message());
    const std::string consequence =
        published ? "the last snapshot stays" : "nothing is published yet";
    if (trouble != last_trouble || (!published && status.ok())) {
      if (status.ok()) {
        spdlog::info(published ? "publishing again" : "publishing");
      } else {
        spdlog::error("{}; {}", trouble, consequence);
      }
    }
    published |= status.ok();
    last_trouble = trouble;
    report->Write(publication->paths(), publication->Sources(), publication->zones(), status, start,
                  Findings(*publication, not_loaded));
    // Also where slurmctld is away: what depends on this service need not wait for that.
    notice.Ready(status.ok() ? "publishing" : absl::StrCat(trouble, "; ", consequence));

    absl::Time next = start + publication->period();
    do {
      notice.Alive();
      publication->Poll(std::clamp(next - absl::Now(), absl::ZeroDuration(), kMaxWait),
                        signals.fd());
      switch (signals.Next()) {
        case SIGHUP:
          notice.Reloading();
          not_loaded = Reload(options.config, publication);
          next = absl::InfinitePast();  // publish what changed at once
          break;
        case SIGTERM:
        case SIGINT:
          notice.Stopping();
          spdlog::info("stopping");
          return;
        default:
          break;
      }
      // Before the start: the clock was set back, maybe by hours.
    } while (absl::Now() < next && absl::Now() >= start);
  }
}

int Run(const Options& options) {
  StartLogging(options.verbose);
  const Signals signals;
  if (!signals.ok()) {
    spdlog::error("cannot receive signals: {}", strerror(errno));
    return 1;
  }
  std::optional<Config> config = LoadAndLog(options.config);
  if (!config.has_value()) return 1;
  absl::StatusOr<Publication> publication = Publication::Open(*std::move(config));
  if (!publication.ok()) {
    spdlog::error("{}", std::string(publication.status().message()));
    return 1;
  }
  DaemonReport report(absl::Now());
  InitSlurmClient();
  if (!options.once) {
    PublishUntilTold(options, signals, &*publication, &report);
    return 0;
  }
  publication->FetchAll(kMaxFetch);
  const absl::Time now = absl::Now();
  const absl::Status status = publication->Publish(now, Publication::Watch::kNo);
  report.Write(publication->paths(), publication->Sources(), publication->zones(), status, now,
               Findings(*publication, ""));
  if (!status.ok()) spdlog::error("{}", std::string(status.message()));
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  CLI::App app("Publishes the snapshot that Slurm's carbon plugin decides on", "scarbond");
  carbon::Options options;
  app.add_option("-f,--config", options.config, "The configuration")->capture_default_str();
  app.add_flag("--once", options.once, "Publish once and exit");
  app.add_flag("-v,--verbose", options.verbose, "Log every publish");
  app.set_version_flag("--version", "scarbond " CARBON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return carbon::Run(options);
  } catch (const std::exception& error) {
    fprintf(stderr, "scarbond: %s\n", carbon::WithoutSecrets(error.what()).c_str());
    return 1;
  }
}
