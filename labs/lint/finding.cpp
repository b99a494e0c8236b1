#include "labs/lint/finding.h"

#include <utility>

#include "labs/lint/check.h"

namespace inferlab::labs::lint {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "";
}

std::string_view to_string(Tier tier) {
  switch (tier) {
    case Tier::kApi:
      return "api";
    case Tier::kStatic:
      return "static";
    case Tier::kContext:
      return "context";
  }
  return "";
}

Finding& Report::add(const Object& object, std::string path, std::string message) {
  Finding finding;
  finding.check = check_;
  finding.object = object.id();
  finding.ns = object.ns;
  finding.file = object.file;
  finding.place = object.place(path);
  finding.path = std::move(path);
  finding.message = std::move(message);
  finding.mend = std::string(check_->mend);
  finding.source = &object;
  findings_.push_back(std::move(finding));
  return findings_.back();
}

}  // namespace inferlab::labs::lint
