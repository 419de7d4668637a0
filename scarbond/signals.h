// Signals receives the signals that ask something of a daemon: SIGTERM, SIGINT, SIGHUP. It blocks
// them in every thread of the process, libslurm's included, so that none interrupts work. Create it
// before there are threads.
#ifndef SCARBOND_SIGNALS_H_
#define SCARBOND_SIGNALS_H_

namespace carbon {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Whether signals can be received; if not, errno says why.
  bool ok() const { return fd_ >= 0; }
  // A file descriptor that can be read once there is a signal.
  int fd() const { return fd_; }
  // Returns the next signal, or 0 if there is none.
  int Next() const;

 private:
  int fd_;
};

}  // namespace carbon

#endif  // SCARBOND_SIGNALS_H_
