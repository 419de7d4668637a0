// scarbond's loop: publish, report, wait, reload, until it is told to stop. One thread, but for
// those of libslurm.
#ifndef SCARBOND_DAEMON_H_
#define SCARBOND_DAEMON_H_

#include <optional>
#include <string>

#include "core/config/config.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"

namespace carbon {

// The signals that ask something of a daemon, read one at a time. They are blocked in every thread
// of the process, libslurm's included: none ever interrupts work.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  bool ok() const { return fd_ >= 0; }
  // Can be read once there is a signal.
  int fd() const { return fd_; }
  // The next signal, or 0 where there is none.
  int Next() const;

 private:
  int fd_;
};

// Reads a carbon.json and logs its errors and warnings. Absent: it has errors.
std::optional<Config> LoadAndLog(const std::string& path);

// What scarbon status and the metrics report besides. `not_loaded` says why the file as it is now
// is not in force; empty: it is.
DaemonReport::Details DetailsOf(const Publication& publication, const std::string& not_loaded);

// Publishes at the rhythm of publication->period(). A tick that fails is logged once and the last
// snapshot stays. SIGHUP loads `config_path` again, SIGTERM and SIGINT end it.
void PublishUntilStopped(const std::string& config_path, const Signals& signals,
                         Publication* publication, DaemonReport* report);

}  // namespace carbon

#endif  // SCARBOND_DAEMON_H_
