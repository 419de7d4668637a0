// Starts a thread that receives no signals. slurmctld's own threads handle its signals. A write
// beyond a file size limit fails with EFBIG instead of killing slurmctld with SIGXFSZ.
#ifndef PLUGIN_JOB_SUBMIT_QUIET_THREAD_H_
#define PLUGIN_JOB_SUBMIT_QUIET_THREAD_H_

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace carbon {

// `name` is the name that top and ps show for the thread, at most 15 characters. Throws
// std::system_error if no thread can be started.
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
