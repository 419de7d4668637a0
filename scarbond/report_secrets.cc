#include "scarbond/report_secrets.h"

#include <string>

#include "forecast/http/known_secrets.h"

namespace carbon {

void RemoveSecrets(std::vector<Finding>* findings, std::vector<SourceState>* sources) {
  const auto clean = [](std::string* text) {
    if (!text->empty()) *text = WithoutSecrets(*text);
  };
  for (Finding& finding : *findings) {
    clean(&finding.subject);
    clean(&finding.fact);
    clean(&finding.advice);
  }
  for (SourceState& source : *sources) {
    clean(&source.error);
    clean(&source.note);
  }
}

}  // namespace carbon
