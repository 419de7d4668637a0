// A thread that no signal is delivered to: slurmctld's signals stay with the threads that it made
// for them, and a write beyond a file size limit fails with EFBIG where SIGXFSZ would kill
// slurmctld.
#ifndef PLUGIN_JOB_SUBMIT_QUIET_THREAD_H_
#define PLUGIN_JOB_SUBMIT_QUIET_THREAD_H_

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace carbon {

// `name` is what top and ps show of the thread, at most 15 characters. Throws std::system_error
// when there is no thread to be had.
template <class Function>
std::thread StartQuietThread(const char* name, Function function) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread;
  try {
    thread = std::thread(std::move(function));
    pthread_setname_np(thread.native_handle(), name);
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_QUIET_THREAD_H_
