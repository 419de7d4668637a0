#include "core/record/event_records.h"

#include <utility>

#include "core/record/record_fields.h"
#include "core/record/record_json.h"

namespace carbon {
namespace {

absl::string_view FateName(BookingFate fate) {
  switch (fate) {
    case BookingFate::kSeen:
      return "seen";
    case BookingFate::kConfirmed:
      return "confirmed";
    case BookingFate::kExpired:
      return "expired";
    case BookingFate::kEnded:
      return "ended";
  }
  return "unknown";
}

BookingRecord ReadBooking(RecordHead head, const RecordFields& fields, bool is_seen) {
  BookingRecord record{std::move(head), {}};
  BookingEvent& event = record.event;
  event.fate = is_seen ? BookingFate::kSeen : BookingFate::kEnded;
  fields.Read("decision", &event.decision_id);
  fields.ReadInteger("job_id", &event.job_id);
  if (!is_seen) {
    fields.ReadName("fate", {BookingFate::kConfirmed, BookingFate::kExpired, BookingFate::kEnded},
                    FateName, &event.fate);
  }
  fields.Read("uses_nothing", &event.uses_nothing);
  return record;
}

ReturnRecord ReadReturn(RecordHead head, const RecordFields& fields) {
  ReturnRecord record{std::move(head), {}, {}};
  JobRestore& given_back = record.given_back;
  given_back.planned = given_back.begin = absl::InfinitePast();
  fields.Read("decision", &given_back.decision_id);
  fields.ReadInteger("job_id", &given_back.job_id);
  fields.Read("reason", &given_back.reason);
  fields.Read("pool", &given_back.pool);
  fields.Read("planned", &given_back.planned);
  fields.Read("latest_safe_start", &given_back.latest_safe_start);
  fields.Read("expected_start", &given_back.expected_start);
  fields.Read("partitions", &given_back.partitions);
  fields.Read("begin", &given_back.begin);
  fields.Read("time_limit_s", &given_back.limit);
  fields.Read("time_min_s", &given_back.time_min);
  fields.Read("error", &record.error);
  fields.Read("cut", &record.cut);
  return record;
}

WithheldRecord ReadWithheld(RecordHead head, const RecordFields& fields) {
  WithheldRecord record{std::move(head), {}};
  WithheldRecords& withheld = record.withheld;
  withheld.first = withheld.last = absl::InfinitePast();
  fields.ReadInteger("user_id", &withheld.user_id);
  fields.ReadInteger("count", &withheld.count);
  fields.ReadInteger("left_alone", &withheld.left_alone);
  fields.Read("first", &withheld.first);
  fields.Read("last", &withheld.last);
  return record;
}

DroppedRecord ReadDropped(RecordHead head, const RecordFields& fields) {
  DroppedRecord record{std::move(head), 0};
  fields.ReadInteger("count", &record.count);
  return record;
}

ExcerptRecord ReadExcerpt(RecordHead head, const RecordFields& fields) {
  ExcerptRecord record{std::move(head), {}};
  fields.ReadInteger("user_id", &record.user_id);
  fields.Read("start", &record.start);
  fields.Read("end", &record.end);
  return record;
}

}  // namespace

std::string WriteRecord(const BookingRecord& booking) {
  const BookingEvent& event = booking.event;
  const bool is_held = event.fate == BookingFate::kSeen;
  JsonText record = HeadJson(is_held ? "job" : "booking", booking);
  record["decision"] = event.decision_id;
  record["job_id"] = event.job_id == 0 ? JsonText(nullptr) : JsonText(event.job_id);
  if (!is_held) record["fate"] = FateName(event.fate);
  if (event.uses_nothing) record["uses_nothing"] = true;
  return RecordLine(record);
}

std::string WriteRecord(const ReturnRecord& returned) {
  const JobRestore& given_back = returned.given_back;
  JsonText record = HeadJson("return", returned);
  record["decision"] = given_back.decision_id;
  record["job_id"] = given_back.job_id;
  record["reason"] = given_back.reason;
  record["pool"] = given_back.pool;
  record["planned"] = TimeJson(given_back.planned);
  record["latest_safe_start"] = OrNull(given_back.latest_safe_start, TimeJson);
  record["expected_start"] = OrNull(given_back.expected_start, TimeJson);
  BoundedStrings strings(returned.cut);
  record["partitions"] = strings.List("partitions", given_back.partitions);
  record["begin"] = TimeJson(given_back.begin);
  record["time_limit_s"] = OrNull(given_back.limit, SecondsJson);
  record["time_min_s"] = OrNull(given_back.time_min, SecondsJson);
  record["error"] =
      returned.error.empty() ? JsonText(nullptr) : strings.Text("error", returned.error);
  if (!strings.cut().empty()) record["cut"] = strings.cut();
  return RecordLine(record);
}

std::string WriteRecord(const WithheldRecord& record_of) {
  const WithheldRecords& withheld = record_of.withheld;
  JsonText record = HeadJson("withheld", record_of);
  record["user_id"] = OrNull(withheld.user_id, [](uint32_t user_id) { return user_id; });
  record["count"] = withheld.count;
  record["left_alone"] = withheld.left_alone;
  record["first"] = TimeJson(withheld.first);
  record["last"] = TimeJson(withheld.last);
  return RecordLine(record);
}

std::string WriteRecord(const DroppedRecord& dropped) {
  JsonText record = HeadJson("dropped", dropped);
  record["count"] = dropped.count;
  return RecordLine(record);
}

std::string WriteRecord(const ExcerptRecord& excerpt) {
  JsonText record = HeadJson("excerpt", excerpt);
  record["user_id"] = OrNull(excerpt.user_id, [](uint32_t user_id) { return user_id; });
  record["start"] = TimeJson(excerpt.start);
  record["end"] = TimeJson(excerpt.end);
  return RecordLine(record);
}

LogEntry ReadEventRecord(absl::string_view type, RecordHead head, const RecordFields& fields) {
  if (type == "booking") return ReadBooking(std::move(head), fields, /*is_seen=*/false);
  if (type == "job") return ReadBooking(std::move(head), fields, /*is_seen=*/true);
  if (type == "return") return ReadReturn(std::move(head), fields);
  if (type == "withheld") return ReadWithheld(std::move(head), fields);
  if (type == "dropped") return ReadDropped(std::move(head), fields);
  if (type == "excerpt") return ReadExcerpt(std::move(head), fields);
  return UnknownRecord{std::move(head), std::string(type)};
}

}  // namespace carbon
