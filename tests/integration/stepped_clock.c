/*
 * For LD_PRELOAD: the wall clock shows as many seconds more than it should as stand, in decimal,
 * in the file that STEPPED_CLOCK_FILE names. It is read anew each time, so that a clock can be
 * stepped under a program that runs. Clocks that measure durations are not touched.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long Offset(void) {
  static const char *path;
  if (path == NULL) path = getenv("STEPPED_CLOCK_FILE");
  if (path == NULL) return 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[32] = "";
  const ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  return size > 0 ? strtol(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += Offset();
  return (int)result;
}

time_t time(time_t *now) {
  struct timespec instant = {0, 0};
  clock_gettime(CLOCK_REALTIME, &instant);
  if (now != NULL) *now = instant.tv_sec;
  return instant.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec instant = {0, 0};
  clock_gettime(CLOCK_REALTIME, &instant);
  now->tv_sec = instant.tv_sec;
  now->tv_usec = instant.tv_nsec / 1000;
  return 0;
}
