#include "labs/grade/held_back.h"

#include <algorithm>

#include "labs/grade/actions.h"

namespace inferlab::labs {
namespace {

bool is_over_quota(const sim::ApiResponse& response) {
  return response.code == 403 &&
         response.message().find("exceeded quota:") != std::string_view::npos;
}

}  // namespace

bool comes_later(const LabSpec& lab, std::string_view file) {
  return std::ranges::any_of(lab.events, [&](const RunEvent& event) {
    return event.kind == RunEvent::Kind::kApplyAnswer && event.file == file;
  });
}

Result<std::vector<std::string>> held_back_files(const std::vector<SubmissionFile>& files,
                                                 const LabSpec& lab) {
  Actions actions;
  if (lab.takes_actions()) {
    INFERLAB_TRY(actions, actions_in(files, lab));
  }
  std::vector<std::string> out;
  for (const SubmissionFile& file : files) {
    if (comes_later(lab, file.name) || actions.files.count(file.name) > 0) out.push_back(file.name);
  }
  return out;
}

Result<void> try_held_back(const ParsedFiles& files, const LabSpec& lab, sim::Cluster& cluster) {
  const SendRequest trial = [&cluster](sim::ApiRequest request) {
    if (request.verb == sim::Verb::kCreate) {
      sim::ApiResponse created = cluster.api().handle(request);
      return is_over_quota(created) ? sim::ApiResponse{} : created;
    }
    request.dry_run = true;
    if (sim::ApiResponse changed = cluster.api().handle(request); changed.ok()) return changed;
    request.verb = sim::Verb::kCreate;
    request.name.clear();
    sim::ApiResponse created = cluster.api().handle(request);
    // Nothing but its name stands in its way.
    const bool is_there = created.reason() == "AlreadyExists";
    return is_there || is_over_quota(created) ? sim::ApiResponse{} : created;
  };
  for (const RunEvent& event : lab.events) {
    if (event.kind != RunEvent::Kind::kApplyAnswer) continue;
    for (const auto& [name, documents] : files) {
      if (name != event.file) continue;
      for (const sim::YamlDocument& document : documents) {
        INFERLAB_TRY_VOID(apply_document(document, name, cluster, trial, &lab));
      }
    }
  }
  return {};
}

}  // namespace inferlab::labs
