#include "cli/log/decision_columns.h"

#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/record/decision_summary.h"

namespace carbon {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Each class below has the same functions, which VisitColumns() calls for every column in order.

class ColumnLister {
 public:
  template <class T>
  void Name(const char* name, T&) {
    Add(name, "INTEGER");
  }
  template <class T>
  void Text(const char* name, T&) {
    Add(name, "TEXT");
  }
  template <class T>
  void Integer(const char* name, T&) {
    Add(name, "INTEGER");
  }
  template <class T>
  void Real(const char* name, T&) {
    Add(name, "REAL");
  }
  template <class T>
  void Moment(const char* name, T&) {
    Add(name, "INTEGER");
  }
  template <class T>
  void Enumeration(const char* name, T&, int) {
    Add(name, "INTEGER");
  }

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& types() const { return types_; }

 private:
  void Add(const char* name, const char* type) {
    names_.emplace_back(name);
    types_.push_back(absl::StrCat(name, " ", type));
  }
  std::vector<std::string> names_, types_;
};

class ColumnWriter {
 public:
  ColumnWriter(int first, NameTable* names, Statement* statement)
      : next_(first), names_(names), statement_(statement) {}

  void Name(const char*, std::string& text) {
    const absl::StatusOr<int64_t> number = names_->NumberOf(text);
    if (!number.ok()) status_.Update(number.status());
    Put(number.value_or(0));
  }
  void Text(const char*, const std::string& text) { Put(absl::string_view(text)); }
  void Integer(const char*, std::optional<int64_t>& value) { Put(value); }
  template <class T>
  void Integer(const char*, std::optional<T>& value) {
    Put(value.has_value() ? std::optional(static_cast<int64_t>(*value)) : std::nullopt);
  }
  template <class T>
  void Integer(const char*, T& value) {
    Put(static_cast<int64_t>(value));
  }
  void Real(const char*, double& value) { Put(carbon::Real{value}); }
  void Real(const char*, std::optional<double>& value) { Put(carbon::Real{value}); }
  template <class Unit>
  void Real(const char*, Quantity<Unit>& value) {
    Put(carbon::Real{value.value()});
  }
  template <class Unit>
  void Real(const char*, std::optional<Quantity<Unit>>& value) {
    Put(carbon::Real{value.has_value() ? std::optional(value->value()) : std::nullopt});
  }
  void Moment(const char*, absl::Time& time) {
    const bool is_known = time != absl::InfinitePast();
    Put(is_known ? std::optional(absl::ToUnixMicros(time)) : std::nullopt);
  }
  void Moment(const char* name, std::optional<absl::Time>& time) {
    absl::Time value = time.value_or(absl::InfinitePast());
    Moment(name, value);
  }
  void Moment(const char*, absl::Duration& duration) {
    const bool is_known = duration != absl::InfiniteDuration();
    Put(is_known ? std::optional(absl::ToInt64Microseconds(duration)) : std::nullopt);
  }
  void Moment(const char* name, std::optional<absl::Duration>& duration) {
    absl::Duration value = duration.value_or(absl::InfiniteDuration());
    Moment(name, value);
  }
  template <class T>
  void Enumeration(const char*, T& value, int) {
    Put(static_cast<int64_t>(value));
  }
  template <class T>
  void Enumeration(const char*, std::optional<T>& value, int) {
    Put(value.has_value() ? std::optional(static_cast<int64_t>(*value)) : std::nullopt);
  }

  const absl::Status& status() const { return status_; }

 private:
  template <class T>
  void Put(const T& value) {
    statement_->Bind(next_++, value);
  }

  int next_;
  NameTable* names_;
  Statement* statement_;
  absl::Status status_;
};

class ColumnReader {
 public:
  ColumnReader(const Statement& row, int first, const SelectedColumns& selected,
               const NameTable& names)
      : row_(row), next_(first), selected_(selected), names_(names) {}

  void Name(const char* name, std::string& text) {
    if (!IsSelected()) return;
    const std::string* const found = names_.NameOf(row_.Integer(next_++));
    if (found == nullptr) return Fail(name);
    text = *found;
  }
  void Text(const char*, std::string& text) {
    if (!IsSelected()) return;
    text = std::string(row_.Bytes(next_++));
  }
  template <class T>
  void Integer(const char*, std::optional<T>& value) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    value = read.has_value() ? std::optional(static_cast<T>(*read)) : std::nullopt;
  }
  template <class T>
  void Integer(const char*, T& value) {
    if (!IsSelected()) return;
    value = static_cast<T>(row_.Integer(next_++));
  }
  void Real(const char*, double& value) {
    if (!IsSelected()) return;
    value = row_.OptionalReal(next_++).value_or(kUnknown);
  }
  void Real(const char*, std::optional<double>& value) {
    if (!IsSelected()) return;
    value = row_.OptionalReal(next_++);
  }
  template <class Unit>
  void Real(const char*, Quantity<Unit>& value) {
    if (!IsSelected()) return;
    value = Quantity<Unit>(row_.OptionalReal(next_++).value_or(kUnknown));
  }
  template <class Unit>
  void Real(const char*, std::optional<Quantity<Unit>>& value) {
    if (!IsSelected()) return;
    const std::optional<double> read = row_.OptionalReal(next_++);
    value = read.has_value() ? std::optional(Quantity<Unit>(*read)) : std::nullopt;
  }
  void Moment(const char*, absl::Time& time) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    time = read.has_value() ? absl::FromUnixMicros(*read) : absl::InfinitePast();
  }
  void Moment(const char*, std::optional<absl::Time>& time) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    time = read.has_value() ? std::optional(absl::FromUnixMicros(*read)) : std::nullopt;
  }
  void Moment(const char*, absl::Duration& duration) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    duration = read.has_value() ? absl::Microseconds(*read) : absl::InfiniteDuration();
  }
  void Moment(const char*, std::optional<absl::Duration>& duration) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    duration = read.has_value() ? std::optional(absl::Microseconds(*read)) : std::nullopt;
  }
  template <class T>
  void Enumeration(const char* name, T& value, int count) {
    if (!IsSelected()) return;
    const int64_t read = row_.Integer(next_++);
    if (read < 0 || read >= count) return Fail(name);
    value = static_cast<T>(read);
  }
  template <class T>
  void Enumeration(const char* name, std::optional<T>& value, int count) {
    if (!IsSelected()) return;
    const std::optional<int64_t> read = row_.OptionalInteger(next_++);
    if (!read.has_value()) return;
    if (*read < 0 || *read >= count) return Fail(name);
    value = static_cast<T>(*read);
  }

  const absl::Status& status() const { return status_; }

 private:
  void Fail(const char* name) {
    status_.Update(absl::DataLossError(absl::StrCat("a decision's ", name, " is damaged")));
  }

  // Whether the next column is read.
  bool IsSelected() { return selected_[visited_++]; }

  const Statement& row_;
  int next_;
  const SelectedColumns& selected_;
  size_t visited_ = 0;
  const NameTable& names_;
  absl::Status status_;
};

// Which optional parts a decision has. The columns of a missing part have default values.
struct Parts {
  bool home = false, chosen = false, saving = false, consequential_saving = false;
  bool returned = false, fate = false;
};

Parts PartsOf(const LoggedDecision& decision) {
  return {.home = decision.home().has_value(),
          .chosen = decision.chosen().has_value(),
          .saving = decision.summary.saving.has_value(),
          .consequential_saving = decision.summary.consequential_saving.has_value(),
          .returned = decision.returned.has_value(),
          .fate = decision.fate.has_value()};
}

template <class Part>
void Complete(std::optional<Part>* part) {
  if (!part->has_value()) part->emplace();
}
template <class Part>
void ResetUnless(bool is_present, std::optional<Part>* part) {
  if (!is_present) part->reset();
}

void CompleteParts(LoggedDecision* decision) {
  DecisionSummary& summary = decision->summary;
  Complete(&summary.home);
  Complete(&summary.chosen);
  Complete(&summary.saving);
  Complete(&summary.consequential_saving);
  Complete(&decision->returned);
  Complete(&decision->fate);
}

void ResetOtherParts(const Parts& parts, LoggedDecision* decision) {
  DecisionSummary& summary = decision->summary;
  ResetUnless(parts.home, &summary.home);
  ResetUnless(parts.chosen, &summary.chosen);
  ResetUnless(parts.saving, &summary.saving);
  ResetUnless(parts.consequential_saving, &summary.consequential_saving);
  ResetUnless(parts.returned, &decision->returned);
  ResetUnless(parts.fate, &decision->fate);
}

// The decision has all parts.
template <class Columns, class Text>
void VisitColumns(Columns& columns, Parts& parts, Text& ran_elsewhere, LoggedDecision& decision) {
  DecisionSummary& summary = decision.summary;
  PlanSummary& home = *summary.home;
  PlanSummary& chosen = *summary.chosen;
  JobFate& fate = *decision.fate;
  columns.Moment("time", summary.time);
  columns.Integer("job_id", decision.job_id);
  columns.Integer("not_queued", decision.not_queued);
  columns.Integer("is_returned", parts.returned);
  columns.Integer("has_fate", parts.fate);
  columns.Integer("has_home", parts.home);
  columns.Integer("has_chosen", parts.chosen);
  columns.Enumeration("outcome", summary.outcome, 3);
  columns.Enumeration("mode", summary.mode, 3);
  columns.Real("home_gross", home.gross);
  columns.Real("home_consequential", home.consequential);
  columns.Real("chosen_gross", chosen.gross);
  columns.Real("chosen_consequential", chosen.consequential);
  // What became of the job, or what is needed to find that out.
  columns.Moment("fate_ran", fate.ran);
  columns.Moment("fate_waited", fate.waited);
  columns.Real("fate_ran_share", fate.ran_share);
  columns.Integer("fate_has_ended", fate.has_ended);
  columns.Integer("fate_never_ran", fate.never_ran);
  columns.Integer("fate_ran_earlier", fate.ran_earlier);
  columns.Integer("fate_ran_longer", fate.ran_longer);
  columns.Text("fate_ran_elsewhere", ran_elsewhere);
  columns.Moment("chosen_start", chosen.start);
  columns.Moment("chosen_task_runtime", chosen.task_runtime);
  columns.Integer("array_tasks", summary.array_tasks);
  columns.Moment("home_task_runtime", home.task_runtime);
  columns.Enumeration("arm", summary.arm, 2);
  columns.Real("arm_exempt", summary.exempt);
  columns.Name("runtime_source", summary.runtime_source);
  // What makes groups, and what filters ask for.
  columns.Integer("user_id", summary.user_id);
  columns.Name("account", summary.account);
  columns.Name("qos", summary.qos);
  columns.Name("policy", summary.policy);
  columns.Name("partitions", summary.partitions);
  columns.Enumeration("minimised", summary.minimised, 2);
  columns.Name("home_pool", home.pool);
  columns.Name("home_partition", home.partition);
  columns.Name("home_site", home.site);
  columns.Name("chosen_pool", chosen.pool);
  columns.Name("chosen_partition", chosen.partition);
  columns.Name("chosen_site", chosen.site);
  columns.Name("chosen_zone", chosen.zone);
  columns.Name("chosen_hardware", chosen.hardware);
  columns.Text("reason", summary.reason);
  columns.Text("returned_reason", decision.returned->reason);
  columns.Name("boot", summary.id.boot);
  columns.Integer("sequence", summary.id.sequence);
  columns.Text("job_name", summary.job_name);
  columns.Text("comment", summary.comment);
  columns.Moment("time_limit", summary.time_limit);
  columns.Moment("deadline", summary.deadline);
  columns.Integer("nodes", summary.nodes);
  columns.Integer("devices", summary.devices);
  columns.Moment("home_start", home.start);
  columns.Moment("chosen_runtime", chosen.runtime);
  columns.Name("home_zone", home.zone);
  columns.Real("home_kwh", home.energy);
  columns.Real("home_g_per_kwh", home.intensity);
  columns.Real("home_net", home.net);
  columns.Real("home_embodied", home.embodied);
  columns.Real("chosen_kwh", chosen.energy);
  columns.Real("chosen_g_per_kwh", chosen.intensity);
  columns.Real("chosen_net", chosen.net);
  columns.Real("chosen_embodied", chosen.embodied);
  columns.Real("static_gross", summary.static_gross);
  // What outcomes need besides.
  columns.Enumeration("signal", summary.signal, 3);
  columns.Integer("is_exclusive", summary.exclusive);
  columns.Name("home_hardware", home.hardware);
  columns.Moment("home_runtime", home.runtime);
  columns.Moment("home_wake_up", home.wake_up);
  columns.Integer("home_units", home.units);
  columns.Real("home_stays_powered", home.stays_powered);
  columns.Moment("chosen_wake_up", chosen.wake_up);
  columns.Integer("chosen_units", chosen.units);
  columns.Real("chosen_stays_powered", chosen.stays_powered);
  columns.Integer("has_saving", parts.saving);
  columns.Real("saving_mean", summary.saving->mean);
  columns.Real("saving_share", summary.saving->share);
  columns.Real("saving_share_low", summary.saving->share_low);
  columns.Real("saving_share_high", summary.saving->share_high);
  columns.Integer("has_consequential_saving", parts.consequential_saving);
  columns.Real("consequential_saving_mean", summary.consequential_saving->mean);
  columns.Real("consequential_saving_share", summary.consequential_saving->share);
}

ColumnLister ListColumns() {
  ColumnLister lister;
  Parts parts;
  std::string ran_elsewhere;
  LoggedDecision decision;
  CompleteParts(&decision);
  VisitColumns(lister, parts, ran_elsewhere, decision);
  return lister;
}

}  // namespace

absl::Status NameTable::Load() {
  names_ = {""};
  numbers_ = {{"", 0}};
  absl::StatusOr<Statement> rows =
      database_->Prepare("SELECT number, name FROM names ORDER BY number");
  if (!rows.ok()) return rows.status();
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (rows->Integer(0) != static_cast<int64_t>(names_.size())) {
      return absl::DataLossError("the numbers of names are damaged");
    }
    numbers_[std::string(rows->Bytes(1))] = rows->Integer(0);
    names_.emplace_back(rows->Bytes(1));
  }
}

absl::StatusOr<int64_t> NameTable::NumberOf(absl::string_view name) {
  const std::string text(name);
  if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
  const auto number = static_cast<int64_t>(names_.size());
  absl::Status added =
      database_->Run("INSERT INTO names (number, name) VALUES (?, ?)", number, name);
  if (!added.ok()) return added;
  names_.push_back(text);
  numbers_[text] = number;
  return number;
}

std::string DecisionColumnTypes() { return absl::StrJoin(ListColumns().types(), ", "); }

int CountDecisionColumns() { return static_cast<int>(ListColumns().names().size()); }

SelectedColumns SelectColumns(const std::set<std::string>& names) {
  const ColumnLister columns = ListColumns();
  SelectedColumns selected;
  for (const std::string& name : columns.names()) {
    selected.push_back(names.empty() || names.contains(name));
  }
  return selected;
}

std::string DecisionColumnNames(const SelectedColumns& selected) {
  const std::vector<std::string> all = ListColumns().names();
  std::vector<std::string> names;
  for (size_t i = 0; i < all.size(); ++i) {
    if (selected[i]) names.push_back(all[i]);
  }
  return absl::StrJoin(names, ", ");
}

absl::Status BindDecision(LoggedDecision* decision, int first, NameTable* names,
                          Statement* statement) {
  Parts parts = PartsOf(*decision);
  CompleteParts(decision);
  static const std::string kNotKnownYet;
  ColumnWriter writer(first, names, statement);
  VisitColumns(writer, parts, kNotKnownYet, *decision);
  return writer.status();
}

absl::StatusOr<LoggedDecision> ReadDecision(const Statement& row, int first,
                                            const SelectedColumns& selected,
                                            const NameTable& names) {
  LoggedDecision decision;
  CompleteParts(&decision);
  Parts parts;
  std::string ran_elsewhere;
  ColumnReader reader(row, first, selected, names);
  VisitColumns(reader, parts, ran_elsewhere, decision);
  if (!reader.status().ok()) return reader.status();
  for (const absl::string_view name : NamesIn(ran_elsewhere)) {
    decision.fate->ran_elsewhere.emplace(name);
  }
  ResetOtherParts(parts, &decision);
  return decision;
}

}  // namespace carbon
