#include "plugin/job_submit/engine.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/cluster/ledger.h"
#include "core/decision/decision_reason.h"
#include "core/decision/runtime_keys.h"
#include "core/decision/seal.h"
#include "core/placer/placer.h"
#include "core/reason/reason.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "core/snapshot/snapshot.h"
#include "plugin/job_submit/complaints.h"
#include "plugin/job_submit/log_writer.h"
#include "plugin/job_submit/quiet_thread.h"
#include "store/account.h"
#include "store/boot_id.h"
#include "store/plugin_status.h"
#include "store/seal_file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

// A restart always begins without a look. It is reported only if this lasts longer.
constexpr absl::Duration kFirstLookWithin = absl::Minutes(1);
constexpr size_t kBookingRecordBytes = 256;
constexpr absl::Duration kStatusEvery = absl::Seconds(2);
// If a status file is older than a few of these, its plugin no longer runs.
constexpr absl::Duration kStatusHeartbeat = absl::Minutes(1);

bool HasExempt(const PlacementConfig& config) {
  return std::any_of(config.policies.begin(), config.policies.end(),
                     [](const Policy& policy) { return policy.exempt > 0; });
}

// Estimates the memory of both, strings included.
size_t BytesHeld(const JobRequest& job, const Submission& submission) {
  const Decision& decision = submission.decision;
  constexpr size_t kReason = 128;  // the maximum of a reason's further text
  constexpr size_t kNames = 384;   // names of a plan's pool
  size_t strings = job.name.size() + job.account.size() + job.qos.size() + job.comment.size() +
                   job.device_type.size() + job.pinned_by.size() + kReason +
                   submission.circumstances.log_error.size();
  for (const auto* list :
       {&job.partitions, &job.features, &decision.hints.sites, &decision.hints.hardware}) {
    for (const std::string& name : *list) strings += sizeof(name) + name.size();
  }
  if (decision.trial.has_value() && decision.trial->spared.has_value()) strings += kNames;
  return sizeof(job) + strings + sizeof(submission) +
         decision.best.size() * (sizeof(Plan) + kNames) +
         decision.excluded.size() * sizeof(Exclusion);
}

}  // namespace

class Engine::State {
 public:
  explicit State(EngineOptions options)
      : options_(std::move(options)),
        placer_(boot_, options_.budget, options_.decide),
        reader_(options_.snapshot_folder),
        complaints_(options_.log_line),
        log_(LogWriter::Options{.chained = true}) {
    status_.boot = boot_;
    status_.pid = getpid();
    status_.started_at = absl::Now();
    status_.error = "no snapshot has been read yet";
    thread_ = StartQuietThread("carbon", [this] { Run(); });
  }

  ~State() {
    {
      std::lock_guard lock(sleep_mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    try {
      for (int tries = 0; tries < 100 && !unreported_.empty(); ++tries) {
        ReportBookings(std::unique_lock(mutex_));
        if (!unreported_.empty()) absl::SleepFor(absl::Milliseconds(5));
      }
      ReportWithheld(RecordBudget::Which::kAll, absl::Now());
      ReportDropped(absl::Now());
      if (const uint64_t lost = log_.Close(); lost > 0) {
        // The log itself can no longer report this.
        complaints_.Report("end", absl::StrCat(lost, " records were not written in time"),
                           absl::Now());
      }
    } catch (...) {
      // There is no memory even for the report.
    }
  }

  Verdict Submit(JobRequest&& job, absl::Time now) {
    try {
      return SubmitOrThrow(std::move(job), now);
    } catch (const std::exception& e) {
      Fail(e.what(), now);
    } catch (...) {
      Fail("unknown exception", now);
    }
    return {};
  }

 private:
  // A submission and what else its record is made of.
  struct Recorded {
    Recorded(JobRequest&& asked, const Circumstances& circumstances, absl::Time at, Placer* placer,
             std::shared_ptr<const Manifest> parts)
        : now(at),
          job(std::move(asked)),
          submission(placer->Submit(job, circumstances, at)),
          manifest(std::move(parts)) {}

    absl::Time now;
    JobRequest job;
    Submission submission;
    std::shared_ptr<const Manifest> manifest;
  };

  Verdict SubmitOrThrow(JobRequest&& job, absl::Time now) {
    std::unique_lock lock(mutex_);
    ++status_.decisions;
    // Kept beyond the lock, because the decision shares names with it.
    const std::shared_ptr<const Snapshot> snapshot = placer_.snapshot();
    const std::shared_ptr<const Seal> seal = seal_;
    if (snapshot == nullptr || seal == nullptr) {
      ++status_.left_alone;
      return {};
    }
    if (snapshot->runtimes() != nullptr) {
      job.learnt_runtime =
          snapshot->runtimes()->Find(RuntimeKeysOf(job, snapshot->admission(), *seal));
    }
    Circumstances circumstances = {.in_charge_since = InChargeSince(), .log_error = log_error_};
    if (HasExempt(snapshot->config())) {
      circumstances.draw = seal->DrawOf(DecisionId(placer_.ComingId()));
    }
    // On the heap from the beginning. slurmctld has a new thread for each submission, and on a new
    // thread's stack the memory beyond the first few pages costs the kernel a page each time.
    // The record keeps the manifest instead of the snapshot: during an outage of the disk for hours
    // it would otherwise keep thousands of snapshots.
    const auto recorded = std::make_shared<Recorded>(std::move(job), circumstances, now, &placer_,
                                                     snapshot->shared_manifest());
    Submission& submission = recorded->submission;
    const Outcome outcome = submission.decision.outcome;
    if (outcome == Outcome::kLeftAlone) ++status_.left_alone;
    if (outcome == Outcome::kPlaced) ++status_.placed;
    if (!submission.id.has_value()) return VerdictOf(recorded->job, submission, now, zone_, *seal);
    // The log's lock is taken before the first lock is released. So records are in the log in the
    // order of their numbers, although they are queued outside the first lock. Making a record
    // takes longer than deciding, so the log's thread does it.
    std::unique_lock log_lock(log_mutex_);
    lock.unlock();
    Verdict verdict = VerdictOf(recorded->job, submission, now, zone_, *seal);
    const size_t bytes = BytesHeld(recorded->job, submission);
    // The record needs only the pool names of its candidates, and no space for further exclusions.
    submission.decision.pools = nullptr;
    submission.decision.excluded.shrink_to_fit();
    const auto need =
        outcome == Outcome::kLeftAlone ? LogWriter::Need::kDispensable : LogWriter::Need::kNeeded;
    const bool is_queued = log_.Enqueue(
        [recorded = std::shared_ptr<const Recorded>(recorded)] {
          return WriteRecord(
              RecordOf(recorded->job, recorded->submission, *recorded->manifest, recorded->now));
        },
        bytes, need);
    log_lock.unlock();
    // No decision without a record. Its booking expires, like that of a job that never comes.
    if (!is_queued && need == LogWriter::Need::kNeeded) return {};
    return verdict;
  }

  void Fail(absl::string_view what, absl::Time now) noexcept {
    try {
      {
        std::lock_guard lock(mutex_);
        ++status_.failed;
      }
      complaints_.Report("decision", what, now);
    } catch (...) {
      // Even the report failed. The job passes unchanged.
    }
  }

  absl::Time InChargeSince() const {
    return options_.in_charge_since == nullptr ? absl::InfinitePast() : options_.in_charge_since();
  }

  void Run() {
    std::unique_lock lock(sleep_mutex_);
    while (!stopping_) {
      lock.unlock();
      try {
        Tick(absl::Now());
      } catch (const std::exception& e) {
        Fail(e.what(), absl::Now());
      } catch (...) {
        Fail("unknown exception", absl::Now());
      }
      lock.lock();
      wake_.wait_for(lock, absl::ToChronoNanoseconds(options_.poll), [this] { return stopping_; });
    }
  }

  void Tick(absl::Time now) {
    FindPublisher(now);
    ReadSeal(now);
    ReadSnapshot(now);
    ReportBookings(std::unique_lock(mutex_));
    ReportWithheld(RecordBudget::Which::kDue, now);
    ReportDropped(now);
    const LogWriter::Stats stats = log_.stats();
    {
      std::lock_guard lock(mutex_);
      log_error_ = stats.error;
    }
    if (stats.error.empty()) {
      complaints_.Resolve("placement log");
    } else {
      complaints_.Report("placement log", absl::StrCat(stats.error, "; jobs pass unchanged"), now);
    }
    WriteStatus(stats, now);
  }

  // This runs on this thread, because the name service may take long.
  void FindPublisher(absl::Time now) {
    if (options_.publisher.empty() || publisher_.has_value()) return;
    absl::StatusOr<Account> found = FindAccountInGroup(options_.publisher);
    if (!found.ok()) {
      complaints_.Report(
          "publisher",
          absl::StrCat("SLURM_CARBON_PUBLISHER: ", found.status().message(),
                       "; until then only snapshots of root and of slurmctld's user are trusted"),
          now);
      return;
    }
    publisher_ = *std::move(found);
    reader_.set_publisher(publisher_->uid);
    has_seal_ = false;  // the key must be shared with the publisher
    complaints_.Resolve("publisher");
  }

  // scarbond uses the file. So a key that was replaced or removed is not used any more.
  void ReadSeal(absl::Time now) {
    const std::string mark = FileMark(SealPath(options_.state_folder));
    if (has_seal_ && mark == seal_mark_) return;
    absl::StatusOr<Seal> seal =
        ReadOrMakeSeal(options_.state_folder, options_.cluster, now,
                       publisher_.has_value() ? SealGroup(publisher_->gid) : std::nullopt);
    has_seal_ = seal.ok();
    seal_mark_ = mark;  // from before reading: a change meanwhile is seen at the next tick
    {
      std::lock_guard lock(mutex_);
      seal_ = seal.ok() ? std::make_shared<const Seal>(*seal) : nullptr;
    }
    seal_error_ = seal.ok() ? "" : absl::StrCat("seal: ", seal.status().message());
    if (has_seal_) {
      complaints_.Resolve("seal");
    } else {
      complaints_.Report("seal", absl::StrCat(seal.status().message(), "; jobs pass unchanged"),
                         now);
    }
  }

  void ReportWithheld(RecordBudget::Which which, absl::Time now) {
    std::unique_lock lock(mutex_);
    const std::vector<WithheldRecords> all = placer_.budget().TakeWithheld(which, now);
    if (all.empty()) return;
    std::vector<RecordId> ids;
    for (size_t i = 0; i < all.size(); ++i) ids.push_back(placer_.NextId());
    std::unique_lock log_lock(log_mutex_);
    lock.unlock();
    for (size_t i = 0; i < all.size(); ++i)
      log_.Enqueue(WriteRecord(WithheldRecord{{ids[i], now}, all[i]}));
    log_lock.unlock();
    // The text is the same for the same user, so that it is not written every minute.
    const std::optional<uint32_t> user_id = all.front().user_id;
    complaints_.Report(
        "records",
        absl::StrCat(user_id ? absl::StrCat("user ", *user_id) : "too many users", ": ",
                     ReasonText(Reason::kLogShareUsed), "; jobs pass unchanged and unrecorded"),
        now);
  }

  void ReportDropped(absl::Time now) {
    const uint64_t dropped = log_.TakeDropped();
    if (dropped == 0) return;
    std::unique_lock lock(mutex_);
    const RecordId id = placer_.NextId();
    std::unique_lock log_lock(log_mutex_);
    lock.unlock();
    log_.EnqueueDrops(WriteRecord(DroppedRecord{{id, now}, dropped}), dropped);
  }

  void ReadSnapshot(absl::Time now) {
    // Keeps the last snapshot alive until the lock is released: freeing a large one takes long.
    const std::shared_ptr<const Snapshot> before = last_read_;
    absl::StatusOr<std::shared_ptr<const Snapshot>> read = reader_.ReadIfChanged();
    std::string error;
    std::optional<DecisionReason> unusable;
    if (!read.ok()) {
      error = std::string(read.status().message());
    } else {
      if (*read != nullptr) {
        refused_ = WhyRefused(**read);
        if (refused_.empty()) Adopt(*read, now);
      }
      error = refused_;
      if (error.empty() && last_read_ != nullptr) {
        unusable = WhyNotUsable(*last_read_, InChargeSince(), now);
        if (unusable.has_value()) error = ReasonText(*unusable);
      }
    }
    {
      std::lock_guard lock(mutex_);
      // A snapshot that cannot be read again is no longer used, although it is still in memory: an
      // administrator who removes the snapshot expects placement to stop.
      if (!read.ok() || !refused_.empty()) {
        placer_.Drop();
      } else if (placer_.snapshot() != last_read_) {
        placer_.Adopt(last_read_, nullptr, now);
      }
      status_.error = error.empty() ? seal_error_ : error;
    }
    if (error.empty()) {
      complaints_.Resolve("snapshot");
    } else if (!unusable.has_value() || unusable->reason != Reason::kNoLookYet ||
               now - InChargeSince() > kFirstLookWithin) {
      complaints_.Report("snapshot", absl::StrCat(error, "; jobs pass unchanged"), now);
    }
  }

  std::string WhyRefused(const Snapshot& snapshot) const {
    const std::string log = LogPathOf(snapshot);
    if (options_.publisher.empty() || log == options_.log) return "";
    return absl::StrCat("the snapshot names ", log, " as the log, not ", options_.log,
                        ": set SLURM_CARBON_LOG in slurmctld's environment");
  }

  void Adopt(std::shared_ptr<const Snapshot> snapshot, absl::Time now) {
    const bool same_capacity =
        last_read_ != nullptr && last_read_->manifest().hashes[SnapshotPart::kCapacity] ==
                                     snapshot->manifest().hashes[SnapshotPart::kCapacity];
    last_read_ = std::move(snapshot);
    loaded_at_ = now;
    log_.SetPath(LogPathOf(*last_read_),
                 publisher_.has_value() ? std::optional(publisher_->gid) : std::nullopt);
    if (same_capacity) return;

    LedgerBase base(last_read_->capacity());
    std::unique_lock lock(mutex_);
    for (BookingEvent& event : placer_.Adopt(last_read_, &base, now)) {
      unreported_.emplace_back(now, std::move(event));
    }
    ReportBookings(std::move(lock));
  }

  // Records the fates of bookings, by which scarbon log counts, as far as the log's queue has room.
  // `lock` is a lock of mutex_: so the numbers of these records show between which decisions they
  // were made. After a storm, or if scarbond was away, a look may have more of them; the rest
  // waits.
  void ReportBookings(std::unique_lock<std::mutex> lock) {
    std::lock_guard log_lock(log_mutex_);
    std::vector<RecordId> ids(std::min(log_.Room(), unreported_.size()));
    for (RecordId& id : ids) id = placer_.NextId();
    lock.unlock();
    for (const RecordId& id : ids) {
      log_.Enqueue(
          [record = BookingRecord{{id, unreported_.front().first},
                                  std::move(unreported_.front().second)}] {
            return WriteRecord(record);
          },
          kBookingRecordBytes);
      unreported_.pop_front();
    }
  }

  // Returns the path that scarbond published. Empty: it published none.
  static std::string LogPathOf(const Snapshot& snapshot) {
    const std::optional<ReaderSettings>& readers = snapshot.manifest().readers;
    return readers.has_value() ? readers->log : "";
  }

  void WriteStatus(const LogWriter::Stats& stats, absl::Time now) {
    if (last_read_ == nullptr) return;
    const std::string log_path = LogPathOf(*last_read_);
    if (log_path.empty()) return;
    const absl::Duration since = now - status_written_at_;
    if (since >= absl::ZeroDuration() && since < kStatusEvery) return;
    PluginStatus status;
    {
      std::lock_guard lock(mutex_);
      status = status_;
      status.records_withheld = placer_.budget().withheld();
      if (placer_.snapshot() != nullptr) status.snapshot = placer_.snapshot()->manifest();
    }
    status.loaded_at = loaded_at_;
    status.records_written = stats.written;
    status.records_dropped = stats.dropped;
    status.log_error = stats.error;
    std::string text = SerializePluginStatus(status);
    if (text == status_text_ && since >= absl::ZeroDuration() && since < kStatusHeartbeat) return;

    status.updated_at = now;
    // Users who may read the log next to it may read it too.
    const absl::Status written = WriteFileAtomically(
        PluginStatusPath(log_path), SerializePluginStatus(status), FileAccess{.mode = 0640});
    status_written_at_ = now;
    if (written.ok()) {
      status_text_ = std::move(text);
      status_failures_ = 0;
      complaints_.Resolve("status file");
    } else if (++status_failures_ > 1 && stats.error.empty()) {
      // If the log next to it cannot be written either, that was already reported, or will be by
      // the next time.
      complaints_.Report("status file", written.message(), now);
    }
  }

  const EngineOptions options_;
  const std::string boot_ = DrawBootId();
  // Read once: the first call reads the time zone's file.
  const absl::TimeZone zone_ = absl::LocalTimeZone();

  std::mutex mutex_;  // taken before log_mutex_
  Placer placer_;
  std::shared_ptr<const Seal> seal_;
  std::string log_error_;
  PluginStatus status_;

  std::mutex log_mutex_;

  // Only the thread uses these.
  std::optional<Account> publisher_;  // set once the name service knows the configured user
  std::string refused_;               // why the last snapshot was not adopted; empty: it was
  bool has_seal_ = false;
  std::string seal_mark_;   // mark of the file from which it was read
  std::string seal_error_;  // why there is no seal; empty: there is one
  SnapshotReader reader_;
  std::shared_ptr<const Snapshot> last_read_;
  absl::Time loaded_at_;
  // Events that no record reports yet, and when they happened.
  std::deque<std::pair<absl::Time, BookingEvent>> unreported_;
  absl::Time status_written_at_ = absl::InfinitePast();
  std::string status_text_;
  int status_failures_ = 0;

  Complaints complaints_;
  LogWriter log_;

  std::mutex sleep_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

Engine::Engine(EngineOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Engine::~Engine() = default;
Verdict Engine::Submit(JobRequest job, absl::Time now) {
  return state_->Submit(std::move(job), now);
}

}  // namespace carbon
