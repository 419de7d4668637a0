// ServiceNotice tells the service manager that started scarbond, systemd, how it is doing, over the
// socket that NOTIFY_SOCKET names. Without that variable nothing is sent. One thread.
#ifndef SCARBOND_SERVICE_NOTICE_H_
#define SCARBOND_SERVICE_NOTICE_H_

#include <string>

namespace carbon {

class ServiceNotice {
 public:
  ServiceNotice();

  // scarbond is up, with a line for `systemctl status`. Sent again if that line changes.
  void Ready(const std::string& status);
  // The configuration is read again, until Ready.
  void Reloading();
  void Stopping();
  // It works, and does not hang. Sent only if the service manager watches over that
  // (WATCHDOG_USEC).
  void Alive();

 private:
  bool is_watched_;
  std::string said_;
};

}  // namespace carbon

#endif  // SCARBOND_SERVICE_NOTICE_H_
