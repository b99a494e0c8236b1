#include "labs/grade/runs.h"

#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/submission.h"
#include "labs/lint/lab_context.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

// The latest form in which each object was sent, as one file of manifests.
std::string manifests_of(const sim::Journal& journal) {
  std::map<sim::ObjectKey, std::string> latest;
  std::vector<sim::ObjectKey> order;
  for (const sim::JournalEntry& entry : journal) {
    const sim::ApiRequest& request = entry.request;
    if (entry.kind != sim::JournalEntry::Kind::kApi || !request.subresource.empty()) continue;
    const bool whole = request.verb == sim::Verb::kCreate || request.verb == sim::Verb::kUpdate;
    if (!whole) continue;
    const sim::ObjectKey key{request.resource, request.ns, request.body["metadata"]["name"].str()};
    if (latest.count(key) == 0) order.push_back(key);
    latest[key] = sim::to_yaml(request.body);
  }
  std::string out;
  for (const sim::ObjectKey& key : order) out += "---\n" + latest[key];
  return out;
}

}  // namespace

Result<std::unique_ptr<sim::Cluster>> Runs::play(const Submission& submission,
                                                 const VariantSpec& variant) const {
  auto cluster = std::make_unique<sim::Cluster>(cluster_of(lab_, variant), lab_.seed);
  INFERLAB_TRY_VOID(give(lab_, *cluster));
  EventPlayer player(*cluster, lab_, events_of(lab_, variant), submission.late_files);
  for (const sim::JournalEntry& entry : journal_of(lab_, submission.journal, variant)) {
    player.run_until(entry.at);
    cluster->replay({entry});
  }
  player.run_until(Time{horizon_of(lab_, variant)});
  return cluster;
}

Result<sim::Cluster*> Runs::run(const VariantSpec& variant) {
  auto& slot = runs_[variant];
  if (slot == nullptr) {
    INFERLAB_TRY(slot, play(submission_, variant));
  }
  return slot.get();
}

Result<sim::Cluster*> Runs::reference_run(const std::string& answer) {
  auto& slot = references_[answer];
  if (slot == nullptr) {
    INFERLAB_TRY(const std::vector<SubmissionFile> files, shipped_answer(lab_, answer));
    INFERLAB_TRY(const Submission shipped, submission_from_files(files, lab_));
    INFERLAB_TRY(slot, play(shipped, {}));
  }
  return slot.get();
}

Result<const lint::LintResult*> Runs::linted() {
  if (lint_ == nullptr) {
    manifests_ = {lint::parse_manifest("submission", manifests_of(submission_.journal))};
    const lint::Context context = lint::context_of(lab_.cluster);
    INFERLAB_TRY(lint::LintResult result, lint::lint(manifests_, &context));
    lint_ = std::make_unique<lint::LintResult>(std::move(result));
  }
  return static_cast<const lint::LintResult*>(lint_.get());
}

}  // namespace inferlab::labs
