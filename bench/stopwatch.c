/*
 * Two plugins around the one that is measured: JobSubmitPlugins=stopwatch_start,…,stopwatch_stop.
 * The first notes when job_submit began. The second appends the nanoseconds since then to the file
 * that the environment variable CARBON_STOPWATCH names. Both map this file: a count (8 bytes), the
 * begin (8 bytes), and then 4 bytes for each submission. The measuring program makes the file, and
 * its size determines how many submissions are noted.
 *
 * This is for one client that submits one job after the other: from 23.02 on slurmctld calls
 * job_submit for the jobs of several clients at once.
 */
#include <fcntl.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct stopwatch {
  uint64_t count;
  uint64_t began;
  uint32_t nanoseconds[];
};

EXPORT const char plugin_name[] = "Times the job submit plugins between two of its kind";
#ifdef STOPWATCH_STOP
EXPORT const char plugin_type[] = "job_submit/stopwatch_stop";
#else
EXPORT const char plugin_type[] = "job_submit/stopwatch_start";
#endif
EXPORT const uint32_t plugin_version = SLURM_VERSION_NUMBER;

static struct stopwatch *stopwatch;
static uint64_t capacity;

EXPORT int init(void) {
  const char *path = getenv("CARBON_STOPWATCH");
  struct stat file;
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return SLURM_ERROR;
  if (fstat(fd, &file) == 0 && (size_t)file.st_size > sizeof(*stopwatch)) {
    void *mapped = mmap(NULL, (size_t)file.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) stopwatch = mapped;
    capacity = ((uint64_t)file.st_size - sizeof(*stopwatch)) / sizeof(uint32_t);
  }
  close(fd);
  return stopwatch ? SLURM_SUCCESS : SLURM_ERROR;
}

EXPORT int job_submit(job_desc_msg_t *job, uint32_t submit_uid, char **err_msg) {
  struct timespec now;
  (void)job, (void)submit_uid, (void)err_msg;
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t at = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#ifdef STOPWATCH_STOP
  if (stopwatch->count < capacity) {
    stopwatch->nanoseconds[stopwatch->count++] = (uint32_t)(at - stopwatch->began);
  }
#else
  stopwatch->began = at;
#endif
  return SLURM_SUCCESS;
}

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
EXPORT int job_modify(job_desc_msg_t *job, void *record, uint32_t submit_uid, char **err_msg) {
  (void)err_msg;
#else
EXPORT int job_modify(job_desc_msg_t *job, void *record, uint32_t submit_uid) {
#endif
  (void)job, (void)record, (void)submit_uid;
  return SLURM_SUCCESS;
}
