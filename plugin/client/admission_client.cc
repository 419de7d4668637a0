#include "plugin/client/admission_client.h"

#include <slurm/slurm.h>

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "plugin/client/accounting_client.h"
#include "plugin/client/partition_rules.h"
#include "plugin/client/slurmctld_info.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

bool AdmissionClient::PartitionsChanged() const {
  return PartitionsChangedSince(partitions_changed_at_);
}

absl::Status AdmissionClient::Read(absl::Time now, HiddenNodes* hidden_nodes) {
  auto conf = LoadSlurmConf();
  if (!conf.ok()) return conf.status();
  auto listed = LoadNodes();
  if (!listed.ok()) return listed.status();
  auto partitions = LoadPartitions();
  if (!partitions.ok()) return partitions.status();

  const slurm_conf_t& settings = **conf;
  const node_info_msg_t& nodes = hidden_nodes->Reveal(**listed, **partitions, now);
  AdmissionRules rules;
  ReadSettings(settings, &rules);
  const std::set<uint32_t> superusers = {0, settings.slurm_user_id};
  rules.partitions = ReadPartitions(**partitions, nodes, settings);
  for (PartitionRules& one : rules.partitions) {
    if (one.allow_groups.has_value()) {
      // If GroupUpdateTime is 0, slurmctld does not read groups again by itself.
      const absl::Duration update_time =
          settings.group_time == 0 ? absl::InfiniteDuration()
                                   : absl::Seconds(settings.group_time) + kAdmissionPeriod;
      std::set<uint32_t> users = superusers;
      for (const uint32_t user : groups_.Of(*one.allow_groups, now, update_time)) {
        users.insert(user);
      }
      one.allow_users.assign(users.begin(), users.end());
    }
  }

  // If there is no slurmdbd, there are no accounts, and that is known.
  absl::Status accounting;
  rules.accounting_known = true;
  if (absl::StrContains(Text(settings.accounting_storage_type), "slurmdbd")) {
    accounting = ReadAccounting(&rules);
    if (accounting.ok()) {
      accounting_read_at_ = now;
    } else if (now - accounting_read_at_ < kAdmissionBelieved) {
      rules.qos = rules_.qos;
      rules.accounts = rules_.accounts;
      rules.users = rules_.users;
      rules.default_qos = rules_.default_qos;
    } else {
      rules.accounting_known = false;
    }
  }
  read_at_ = now;
  partitions_changed_at_ = (*partitions)->last_update;
  Adopt(std::move(rules));
  return accounting;
}

void AdmissionClient::Adopt(AdmissionRules rules) {
  if (version_ > 0 && rules == rules_) return;
  rules_ = std::move(rules);
  ++version_;
}

absl::Status AdmissionClient::Refresh(absl::Time now, absl::Duration max_age,
                                      HiddenNodes* hidden_nodes) {
  // A clock that was set back must not keep the old rules.
  const bool is_due = now >= read_at_ + max_age || now < read_at_;
  if (!is_due && !PartitionsChanged()) return absl::OkStatus();
  const absl::Status status = Read(now, hidden_nodes);
  if (!status.ok() && now - read_at_ >= kAdmissionBelieved) Adopt({});
  return status;
}

}  // namespace carbon
