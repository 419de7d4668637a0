#include "scarbond/service_notice.h"

#include <systemd/sd-daemon.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "forecast/http/known_secrets.h"

namespace carbon {

ServiceNotice::ServiceNotice() : is_watched_(sd_watchdog_enabled(0, nullptr) > 0) {}

void ServiceNotice::Ready(const std::string& status) {
  // A newline in the status would begin another assignment.
  std::string line = absl::StrCat("READY=1\nSTATUS=", WithoutSecrets(status));
  std::replace(line.begin() + sizeof("READY=1"), line.end(), '\n', ' ');
  if (line == said_) return;
  sd_notify(0, line.c_str());
  said_ = line;
}

void ServiceNotice::Reloading() {
  sd_notify(0, "RELOADING=1");
  said_.clear();
}

void ServiceNotice::Stopping() { sd_notify(0, "STOPPING=1"); }

void ServiceNotice::Alive() {
  if (is_watched_) sd_notify(0, "WATCHDOG=1");
}

}  // namespace carbon
