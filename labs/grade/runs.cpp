#include "labs/grade/runs.h"

#include <fmt/format.h>

#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/submission.h"
#include "labs/lint/lab_context.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

/// Objects in the latest form in which each was sent, in the order in which they came first.
class LatestObjects {
 public:
  void add(const sim::Value& object) {
    const std::string ns = object["metadata"]["namespace"].str();
    add(object, ns.empty() ? "default" : ns);
  }

  /// `ns`: where it was sent, whatever it says itself.
  void add(const sim::Value& object, const std::string& ns) {
    const std::string version = object["apiVersion"].str();
    const std::string group = version.substr(0, version.find('/'));
    const std::string key = fmt::format("{} {} {}/{}", group, object["kind"].str(), ns,
                                        object["metadata"]["name"].str());
    if (latest_.count(key) == 0) order_.push_back(key);
    latest_[key] = sim::to_yaml(object);
  }

  /// As one file of manifests.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string& key : order_) out += "---\n" + latest_.at(key);
    return out;
  }

 private:
  std::map<std::string, std::string> latest_;
  std::vector<std::string> order_;
};

void add_journal(const sim::Journal& journal, LatestObjects& out) {
  for (const sim::JournalEntry& entry : journal) {
    const sim::ApiRequest& request = entry.request;
    if (entry.kind != sim::JournalEntry::Kind::kApi || !request.subresource.empty()) continue;
    const bool whole = request.verb == sim::Verb::kCreate || request.verb == sim::Verb::kUpdate;
    if (whole) out.add(request.body, request.ns.empty() ? "default" : request.ns);
  }
}

// What is not YAML adds nothing: that it cannot be applied is told where it is applied.
void add_text(const std::string& text, const std::string& name, LatestObjects& out) {
  const auto documents = sim::parse_yaml(text, name);
  if (!documents) return;
  for (const sim::YamlDocument& document : *documents) {
    if (document.value["kind"].as_string() != "List") {
      if (document.value.is_object()) out.add(document.value);
      continue;
    }
    const sim::Value items = document.value["items"];
    for (const sim::Value& item : items.items()) out.add(item);
  }
}

// What the lab's events and the responder's actions apply of the submission, in order of time.
// False: nothing.
bool add_held_back(const LabSpec& lab, const Submission& submission, LatestObjects& out) {
  bool any = false;
  for (const RunEvent& event : events_of(lab, submission.actions, {})) {
    const auto late = submission.late_files.find(event.file);
    if (event.kind == RunEvent::Kind::kApplyAnswer && late != submission.late_files.end()) {
      add_text(late->second, event.file, out);
      any = true;
    } else if (event.kind == RunEvent::Kind::kApply && event.is_response) {
      add_text(event.manifests, event.file, out);
      any = true;
    }
  }
  return any;
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

Result<std::span<const lint::LintResult>> Runs::linted() {
  if (!lint_.empty()) return std::span<const lint::LintResult>(lint_);
  const lint::Context context = lint::context_of(lab_.cluster);
  std::vector<lint::LintResult> found;
  const auto lint_objects = [&](const LatestObjects& objects) -> Result<void> {
    std::vector<lint::ManifestFile>& files = manifests_.emplace_back();
    files.push_back(lint::parse_manifest("submission", objects.text()));
    for (auto& [path, text] : repository_manifests(submission_.journal)) {
      files.push_back(lint::parse_manifest(path, std::move(text)));
    }
    INFERLAB_TRY(lint::LintResult result, lint::lint(files, &context));
    found.push_back(std::move(result));
    return {};
  };
  LatestObjects objects;
  add_journal(submission_.journal, objects);
  INFERLAB_TRY_VOID(lint_objects(objects));
  if (add_held_back(lab_, submission_, objects)) INFERLAB_TRY_VOID(lint_objects(objects));
  lint_ = std::move(found);
  return std::span<const lint::LintResult>(lint_);
}

}  // namespace inferlab::labs
