// What scarbond tells the service manager that started it, systemd, over the socket that
// NOTIFY_SOCKET names; without one nothing is sent. One thread.
#ifndef SCARBOND_SERVICE_NOTICE_H_
#define SCARBOND_SERVICE_NOTICE_H_

#include <string>

namespace carbon {

class ServiceNotice {
 public:
  ServiceNotice();

  // It is up, with a line for `systemctl status`; and the same where only that line changes.
  void Ready(const std::string& status);
  // The configuration is read again, until Ready.
  void Reloading();
  void Stopping();
  // It works, and does not hang: sent where the service manager watches over that (WATCHDOG_USEC).
  void Alive();

 private:
  bool is_watched_;
  std::string said_;
};

}  // namespace carbon

#endif  // SCARBOND_SERVICE_NOTICE_H_
