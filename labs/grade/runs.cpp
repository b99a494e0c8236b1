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

// What was handed in for the repository, as far as it is manifests: by name in the submission.
std::map<std::string, std::string> repository_manifests(const sim::Journal& journal) {
  std::map<std::string, std::string> out;
  for (const sim::JournalEntry& entry : journal) {
    for (const auto& [path, text] : entry.git.files) {
      const bool is_manifest =
          path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
      if (is_manifest && text) out[std::string(kRepositoryFolder) + "/" + path] = *text;
    }
  }
  return out;
}

}  // namespace

Result<Runs::Played> Runs::play(const Submission& submission, const VariantSpec& variant) const {
  auto cluster = std::make_unique<sim::Cluster>(cluster_of(lab_, variant), lab_.seed);
  INFERLAB_TRY_VOID(give(lab_, *cluster));
  EventPlayer player(*cluster, lab_, events_of(lab_, submission.actions, variant),
                     submission.late_files);
  for (const sim::JournalEntry& entry : journal_of(lab_, submission.journal, variant)) {
    player.run_until(entry.at);
    cluster->replay({entry});
  }
  player.run_until(Time{horizon_of(lab_, variant)});
  return Played{std::move(cluster), player.take_deeds()};
}

Result<const Runs::Played*> Runs::played(const VariantSpec& variant) {
  Played& slot = runs_[variant];
  if (slot.cluster == nullptr) {
    INFERLAB_TRY(slot, play(submission_, variant));
  }
  return static_cast<const Played*>(&slot);
}

Result<sim::Cluster*> Runs::run(const VariantSpec& variant) {
  INFERLAB_TRY(const Played* run, played(variant));
  return run->cluster.get();
}

Result<const std::vector<Deed>*> Runs::deeds(const VariantSpec& variant) {
  INFERLAB_TRY(const Played* run, played(variant));
  return &run->deeds;
}

Result<sim::Cluster*> Runs::reference_run(const std::string& answer) {
  Played& slot = references_[answer];
  if (slot.cluster == nullptr) {
    INFERLAB_TRY(const std::vector<SubmissionFile> files, shipped_answer(lab_, answer));
    INFERLAB_TRY(const Submission shipped, submission_from_files(files, lab_));
    INFERLAB_TRY(slot, play(shipped, {}));
  }
  return slot.cluster.get();
}

Result<const lint::LintResult*> Runs::linted() {
  if (lint_ == nullptr) {
    manifests_ = {lint::parse_manifest("submission", manifests_of(submission_.journal))};
    for (auto& [path, text] : repository_manifests(submission_.journal)) {
      manifests_.push_back(lint::parse_manifest(path, std::move(text)));
    }
    const lint::Context context = lint::context_of(lab_.cluster);
    INFERLAB_TRY(lint::LintResult result, lint::lint(manifests_, &context));
    lint_ = std::make_unique<lint::LintResult>(std::move(result));
  }
  return static_cast<const lint::LintResult*>(lint_.get());
}

}  // namespace inferlab::labs
