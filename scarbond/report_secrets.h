// RemoveSecrets replaces each secret that this process knows (forecast/http/known_secrets.h) in the
// texts of a report, before it is written: a provider may have repeated a token. It works text by
// text, because a secret may look like a part of the file's format. No I/O.
#ifndef SCARBOND_REPORT_SECRETS_H_
#define SCARBOND_REPORT_SECRETS_H_

#include <vector>

#include "core/finding/finding.h"
#include "core/grid/source_state.h"

namespace carbon {

void RemoveSecrets(std::vector<Finding>* findings, std::vector<SourceState>* sources);

}  // namespace carbon

#endif  // SCARBOND_REPORT_SECRETS_H_
