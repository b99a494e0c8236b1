#include "labs/grade/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "labs/grade/answer_kinds.h"
#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/session_writes.h"
#include "labs/grade/submission.h"
#include "labs/grade/written_fields.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {
namespace {

using sim::ObjectKey;
using sim::Value;

// What a session says that nobody can carry over is told once, and not without end.
constexpr std::size_t kMaxNotes = 20;
constexpr std::size_t kMaxFaults = 5;

ObjectKey key_of(const sim::ApiRequest& request, const sim::ApiResponse& response) {
  // A creation may leave the name to the body or to the server.
  if (request.name.empty() && response.object != nullptr) return response.object->key;
  return {request.resource, request.ns, request.name};
}

bool has_own_address(const Value& service) {
  const std::string_view ip = service["spec"]["clusterIP"].as_string();
  return !ip.empty() && ip != "None";  // "None" is the author's word: a headless Service
}

// What a person would have in a manifest: nothing that the server sets.
Value as_manifest(const Value& document) {
  Value out = document.without("status");
  for (const char* field :
       {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    out = out.without_path({"metadata", field});
  }
  out = out.without_path({"metadata", "annotations", "deployment.kubernetes.io/revision"});
  if (document["kind"].as_string() == "Service" && has_own_address(document)) {
    for (const char* field : {"clusterIP", "clusterIPs"}) out = out.without_path({"spec", field});
  }
  return out;
}

// The same write to an object that was made here, where its uid, version and address are others.
// kubectl replace and client libraries send all three back as they have read them.
sim::ApiRequest carried_over(sim::ApiRequest request) {
  request.precondition_uid.clear();
  request.precondition_resource_version.clear();
  if (request.verb == sim::Verb::kPatch && request.patch_type == sim::PatchType::kJson) {
    request.body = without_version_tests(request.body);
    return request;
  }
  for (const char* field : {"uid", "resourceVersion"}) {
    request.body = request.body.without_path({"metadata", field});
  }
  if (request.resource == "services" && request.verb == sim::Verb::kUpdate &&
      has_own_address(request.body)) {
    for (const char* field : {"clusterIP", "clusterIPs"}) {
      request.body = request.body.without_path({"spec", field});
    }
  }
  return request;
}

class Settler {
 public:
  Settler(const LabSpec& lab, std::vector<std::string>* notes)
      : lab_(lab),
        notes_(notes),
        scratch_(lab.cluster, lab.seed),
        session_(lab.cluster.repositories) {
    (void)give(lab, scratch_);  // refused: then it was not in the session either
    scratch_.run_until(Time{lab.apply_at});
    for (const std::string& resource : scratch_.store().resources()) {
      for (const sim::ObjectPtr& object : scratch_.store().list(resource)) {
        before_.insert(object->key);
      }
    }
  }

  void take(const sim::ApiRequest& request) {
    if (request.field_manager == kLabManager) return;  // an event of the lab
    const sim::Kind* kind = scratch_.api().kinds().by_resource(request.resource);
    if (kind == nullptr || request.dry_run) return;
    const std::string what = fmt::format(
        "{} {}", kind->kind,
        request.name.empty() ? request.body["metadata"]["name"].as_string() : request.name);
    const ObjectKey about = {
        request.resource, request.ns,
        request.name.empty() ? request.body["metadata"]["name"].str() : request.name};
    if (!is_answer(*kind, lab_)) {
      note(about,
           fmt::format("{} belongs to the lab's cluster: what is changed of it does not count",
                       what));
      return;
    }
    if (is_deletion(request)) forget(about);
    // Pods of the session that a controller made have other names here; it makes its own again.
    const bool makes_pod = request.verb == sim::Verb::kCreate && request.subresource.empty();
    if (request.resource == "pods" && !makes_pod && seen_.count(about) == 0) return;
    const sim::ApiResponse response = scratch_.request(carried_over(request));
    if (response.ok() && is_deletion(request)) finish_deletion(about);
    if (!response.ok()) {
      note(about, fmt::format("{}: a write of the session could not be carried over: {}", what,
                              response.message()));
      return;
    }
    const ObjectKey key = key_of(request, response);
    if (const sim::ObjectPtr now = scratch_.store().get(key)) {
      fields_[key].take(request, now->document);
    }
    if (seen_.insert(key).second) written_.push_back(key);
  }

  void take_fault(const sim::JournalEntry& entry) {
    if (is_labs_fault(lab_, entry)) return;  // the graded run has it too
    const std::string fault = fmt::format("{} {}", entry.fault, entry.target);
    if (std::find(faults_.begin(), faults_.end(), fault) == faults_.end()) faults_.push_back(fault);
  }

  // What the learner has pushed is one commit in the graded run, on the default branch; what the
  // lab's events push, that run has too.
  void take_push(const sim::JournalEntry& entry) {
    const sim::GitChange& change = entry.git;
    // All pushes, so that ids and "last" mean what they meant in the session.
    const auto pushed = session_.push(change, entry.at);
    if (!pushed || is_labs_push(lab_, entry)) return;
    const ObjectKey about = {"", "", change.repository};  // nothing of the cluster
    if (change.repository != lab_.submission_repository) {
      note(about, fmt::format("a push to {} does not count", change.repository));
      return;
    }
    const std::string& branch = (*pushed)->branch;
    if (branch != default_branch_of(change.repository)) {
      note(about, fmt::format("a push to branch {} of {} does not count: it is not the default one",
                              branch, change.repository));
      return;
    }
    const sim::GitTree& after = (*pushed)->files;
    const sim::GitCommit* parent = session_.by_name(change.repository)->resolve((*pushed)->parent);
    const sim::GitTree before = parent == nullptr ? sim::GitTree{} : parent->files;
    for (const auto& [path, text] : after) {
      const auto old = before.find(path);
      if (old == before.end() && !pushed_.contains(path)) added_.insert(path);
      if (old == before.end() || old->second != text) pushed_[path] = text;
    }
    for (const auto& [path, unused] : before) {
      if (after.contains(path)) continue;
      if (added_.contains(path)) {
        pushed_.erase(path);  // as if it had never been
      } else {
        pushed_[path] = std::nullopt;
      }
    }
  }

  sim::Journal result() {
    tell();
    sim::Journal out;
    if (!pushed_.empty()) {
      sim::JournalEntry entry;
      entry.at = Time{lab_.apply_at};
      entry.kind = sim::JournalEntry::Kind::kGit;
      entry.git.repository = lab_.submission_repository;
      entry.git.message = kHandInMessage;
      entry.git.files = pushed_;
      out.push_back(std::move(entry));
    }
    for (const ObjectKey& key : written_) {
      const sim::ObjectPtr object = scratch_.store().get(key);
      if (object == nullptr) continue;
      const bool was_there = before_.count(key) != 0;
      sim::JournalEntry entry;
      entry.at = Time{lab_.apply_at};
      entry.request.verb = was_there ? sim::Verb::kUpdate : sim::Verb::kCreate;
      entry.request.resource = key.resource;
      entry.request.ns = key.ns;
      if (was_there) entry.request.name = key.name;
      entry.request.field_manager = "inferlab-check";
      entry.request.body = as_manifest(fields_[key].only(object->document));
      out.push_back(std::move(entry));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string_view default_branch_of(std::string_view repository) const {
    for (const sim::GitRepositorySpec& one : lab_.cluster.repositories) {
      if (one.name == repository) return one.default_branch;
    }
    return {};
  }

  // An eviction deletes its Pod.
  static bool is_deletion(const sim::ApiRequest& request) {
    return request.verb == sim::Verb::kDelete || request.verb == sim::Verb::kDeleteCollection ||
           request.subresource == "eviction";
  }

  // What a finalizer keeps (a claim in use) was gone in the session by the time of the next write;
  // here no time passes in which anybody would let go of it.
  void finish_deletion(const ObjectKey& key) {
    const sim::ObjectPtr left = scratch_.store().get(key);
    if (left == nullptr || !left->document["metadata"].has("deletionTimestamp")) return;
    scratch_.store().remove(key, left->document, scratch_.simulation().now());
  }

  // What the session has deleted since is nothing to tell about. A collection is taken as a whole:
  // better no word of what a selector has spared than one about what is gone.
  void forget(const ObjectKey& gone) {
    std::erase_if(noted_, [&](const auto& each) {
      const ObjectKey& key = each.first;
      return key.resource == gone.resource && key.ns == gone.ns &&
             (gone.name.empty() || key.name == gone.name);
    });
  }

  void note(const ObjectKey& about, std::string line) {
    if (noted_.size() >= kMaxNotes) return;
    const std::pair<ObjectKey, std::string> noted = {about, std::move(line)};
    if (std::find(noted_.begin(), noted_.end(), noted) == noted_.end()) noted_.push_back(noted);
  }

  void tell() {
    if (notes_ == nullptr) return;
    for (const auto& [about, line] : noted_) notes_->push_back(line);
    if (faults_.empty()) return;
    const std::size_t shown = std::min(faults_.size(), kMaxFaults);
    std::string list;
    for (std::size_t i = 0; i < shown; ++i) list += (i == 0 ? "" : ", ") + faults_[i];
    if (shown < faults_.size()) list += " …";
    notes_->push_back(fmt::format(
        "faults that were injected do not count ({}): the manifests are graded, on the lab's "
        "cluster as it is given",
        list));
  }

  const LabSpec& lab_;
  std::vector<std::string>* notes_;
  std::vector<std::pair<ObjectKey, std::string>> noted_;  // with the object that each is about
  std::vector<std::string> faults_;
  sim::Cluster scratch_;
  std::set<ObjectKey> before_, seen_;
  sim::GitRepositories session_;                              // as they were in the session
  std::map<std::string, std::optional<std::string>> pushed_;  // to the lab's repository, by path
  std::set<std::string> added_;                               // of these: not in it before
  // In the order in which they were first written: a namespace before what lies in it.
  std::vector<ObjectKey> written_;
  std::map<ObjectKey, WrittenFields> fields_;
};

}  // namespace

sim::Journal settled_journal(const LabSpec& lab, const sim::Journal& journal,
                             std::vector<std::string>* notes) {
  Settler settler(lab, notes);
  for (const sim::JournalEntry& entry : journal) {
    if (entry.kind == sim::JournalEntry::Kind::kApi) {
      settler.take(entry.request);
    } else if (entry.kind == sim::JournalEntry::Kind::kGit) {
      settler.take_push(entry);
    } else {
      settler.take_fault(entry);
    }
  }
  return settler.result();
}

}  // namespace inferlab::labs
