// scarbond's log: one line for each fact, to standard error, with levels as systemd's journal reads
// them where that is the reader, and without secrets.
#ifndef SCARBOND_SERVICE_LOG_H_
#define SCARBOND_SERVICE_LOG_H_

namespace carbon {

// Sets up spdlog's default logger. To be called once, before there are threads; logging is for one
// thread. With `verbose`, debug lines are logged too.
void StartLogging(bool verbose);

}  // namespace carbon

#endif  // SCARBOND_SERVICE_LOG_H_
