#include "labs/session/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "labs/grade/actions.h"
#include "labs/grade/answer_kinds.h"
#include "labs/grade/event_player.h"
#include "labs/grade/session_writes.h"
#include "labs/grade/settle.h"
#include "labs/session/session_folder.h"
#include "labs/spec/lab_kinds.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using Kind = RunEvent::Kind;

constexpr std::size_t kMaxNotes = 20;

// What a client has read and sends back; an object made anew has other ones.
Value without_version(Value body) {
  for (const char* field : {"uid", "resourceVersion", "creationTimestamp", "generation"}) {
    body = body.without_path({"metadata", field});
  }
  return body.without("status");
}

std::string patch_type_of(sim::PatchType type) {
  switch (type) {
    case sim::PatchType::kJson:
      return "json";
    case sim::PatchType::kMerge:
      return "merge";
    case sim::PatchType::kStrategic:
      return "strategic";
    case sim::PatchType::kApply:
      return "apply";
  }
  return {};
}

class Recorder {
 public:
  Recorder(const LabSpec& lab, std::vector<std::string>& notes)
      : lab_(lab), kinds_(kinds_of_lab(lab)), notes_(notes) {}

  void take(const sim::JournalEntry& entry) {
    if (entry.kind == sim::JournalEntry::Kind::kFault) return take_fault(entry);
    if (entry.kind == sim::JournalEntry::Kind::kGit) return take_push(entry);
    if (entry.request.field_manager == kLabManager) return;  // an event of the lab
    if (!in_time(entry.at)) return;
    auto event = event_of(entry.request);
    if (event) add(*std::move(event), entry.at);
  }

  void take(const IncidentNote& said) {
    if (!in_time(said.at)) return;
    RunEvent event;
    event.kind = said.cause.empty() ? Kind::kAcknowledge : Kind::kDiagnose;
    event.incident = said.incident;
    event.cause = said.cause;
    add(std::move(event), said.at);
  }

  std::vector<SubmissionFile> result() {
    add_repository();
    std::stable_sort(events_.begin(), events_.end(),
                     [](const RunEvent& a, const RunEvent& b) { return a.at < b.at; });
    files_.push_back({std::string(kActionsFile), write_actions(events_)});
    std::sort(files_.begin(), files_.end(),
              [](const SubmissionFile& a, const SubmissionFile& b) { return a.name < b.name; });
    return std::move(files_);
  }

 private:
  void note(std::string line) {
    const bool is_new = std::find(notes_.begin(), notes_.end(), line) == notes_.end();
    if (is_new && notes_.size() < kMaxNotes) notes_.push_back(std::move(line));
  }

  bool in_time(Time at) {
    if (at <= Time{lab_.horizon}) return true;
    note(fmt::format("what was done after {}, when a graded run ends, does not count",
                     format_duration(lab_.horizon)));
    return false;
  }

  void add(RunEvent event, Time at) {
    if (at < Time{lab_.apply_at}) {
      note(fmt::format("what was done before {} is done then", format_duration(lab_.apply_at)));
    }
    event.at = std::max(at.time_since_epoch(), lab_.apply_at);
    events_.push_back(std::move(event));
  }

  void take_fault(const sim::JournalEntry& entry) {
    if (is_labs_fault(lab_, entry)) return;
    note(fmt::format("{} {}: an injected fault does not count", entry.fault, entry.target));
  }

  // The lab's own, too: what a revert reverts may be one of them.
  void take_push(const sim::JournalEntry& entry) {
    const bool is_labs = is_labs_push(lab_, entry);
    if (entry.at > Time{lab_.horizon} && (is_labs || !in_time(entry.at))) return;
    pushes_.push_back(entry);
    if (!is_labs) last_push_ = entry.at;
  }

  // There is no action that pushes: a submission's repository is one commit at the apply time.
  void add_repository() {
    if (!last_push_) return;
    std::vector<std::string> told;
    const sim::Journal settled = settled_journal(lab_, pushes_, &told);
    for (std::string& line : told) note(std::move(line));
    if (settled.empty()) return;
    const std::string folder(kRepositoryFolder);
    note(fmt::format(
        "what was pushed to {} up to {} lies in {}/: a graded run pushes it in one commit at {}, "
        "before all actions",
        lab_.submission_repository, format_duration(last_push_->time_since_epoch()), folder,
        format_duration(lab_.apply_at)));
    for (const auto& [path, text] : settled.front().git.files) {
      // A submission adds and changes files, and takes none away: what was taken away holds
      // nothing.
      files_.push_back({folder + "/" + path, text.value_or("# removed in the session\n")});
      if (!text)
        note(fmt::format("{} was removed: {}/{} is a file without objects", path, folder, path));
    }
  }

  std::optional<RunEvent> event_of(const sim::ApiRequest& request) {
    const auto found = std::find_if(kinds_.begin(), kinds_.end(), [&](const LabKind& each) {
      return each.resource == request.resource;
    });
    const LabKind* kind = found == kinds_.end() ? nullptr : &*found;
    const std::string name =
        request.name.empty() ? request.body["metadata"]["name"].str() : request.name;
    const std::string what =
        fmt::format("{} {}", kind == nullptr ? request.resource : kind->kind, name);
    if (request.resource == "nodes") return cordon_of(request, what);
    if (kind == nullptr || name.empty()) {
      note(fmt::format("{}: this write cannot be said as an action", what));
      return std::nullopt;
    }
    if (!is_answer(*kind, lab_)) {
      note(fmt::format("{} belongs to the lab's cluster: what is changed of it does not count",
                       what));
      return std::nullopt;
    }
    RunEvent event;
    event.workload = fmt::format("{} {}{}", kind->kind,
                                 kind->namespaced ? request.ns + "/" : std::string(), name);
    if (request.subresource == "eviction") {
      event.kind = Kind::kEvict;
    } else if (request.subresource == "scale" && request.body["spec"]["replicas"].is_int()) {
      event.kind = Kind::kScale;
      event.replicas = request.body["spec"]["replicas"].as_int();
    } else if (!request.subresource.empty() || request.verb == sim::Verb::kDeleteCollection) {
      note(fmt::format("{}: this write cannot be said as an action", what));
      return std::nullopt;
    } else if (request.verb == sim::Verb::kDelete) {
      event.kind = Kind::kDelete;
      event.what = kind->kind;
      event.workload = event.workload.substr(event.what.size() + 1);
    } else if (request.verb == sim::Verb::kPatch) {
      event.kind = Kind::kPatch;
      event.patch_type = patch_type_of(request.patch_type);
      event.body = sim::to_json(request.patch_type == sim::PatchType::kJson
                                    ? without_version_tests(request.body)
                                    : without_version(request.body));
    } else {
      event.kind = Kind::kApply;
      event.file = file_of(*kind, request.ns, name, request.body);
    }
    return event;
  }

  std::optional<RunEvent> cordon_of(const sim::ApiRequest& request, const std::string& what) {
    const Value& spec = request.body["spec"];
    if (request.verb != sim::Verb::kPatch || !spec.has("unschedulable") || spec.size() != 1) {
      note(fmt::format("{} belongs to the lab's cluster: what is changed of it does not count",
                       what));
      return std::nullopt;
    }
    RunEvent event;
    event.kind = spec["unschedulable"].as_bool() ? Kind::kCordon : Kind::kUncordon;
    event.node = request.name;
    return event;
  }

  // A file for each object that is sent, in the order in which they came.
  std::string file_of(const LabKind& kind, const std::string& ns, const std::string& name,
                      const Value& body) {
    Value object =
        without_version(body).with("apiVersion", kind.api_version).with("kind", kind.kind);
    if (kind.namespaced) object = object.with_path({"metadata", "namespace"}, ns);
    std::string word = kind.kind;
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string file = fmt::format("{:03}-{}-{}.yaml", ++written_, word, name);
    std::replace(file.begin(), file.end(), ':', '-');  // of a Role's name
    files_.push_back({file, sim::to_yaml(object)});
    return file;
  }

  const LabSpec& lab_;
  const std::vector<LabKind> kinds_;
  std::vector<std::string>& notes_;
  std::vector<RunEvent> events_;
  std::vector<SubmissionFile> files_;
  int written_ = 0;
  sim::Journal pushes_;
  std::optional<Time> last_push_;  // of the session's own
};

}  // namespace

std::vector<SubmissionFile> record_session(const LabSpec& lab, const SessionJournal& journal,
                                           std::vector<std::string>& notes) {
  Recorder recorder(lab, notes);
  for (const sim::JournalEntry& entry : journal.entries) recorder.take(entry);
  for (const IncidentNote& said : journal.notes) recorder.take(said);
  return recorder.result();
}

Result<std::vector<SubmissionFile>> record_folder(const LabSpec& lab, const std::string& folder,
                                                  std::vector<std::string>& notes) {
  INFERLAB_TRY(const SessionJournal journal, read_journal_file(journal_path(folder)));
  std::vector<SubmissionFile> files = record_session(lab, journal, notes);
  INFERLAB_TRY(std::vector<SubmissionFile> beside, files_beside_journal(folder));
  for (SubmissionFile& file : beside) files.push_back(std::move(file));
  return files;
}

}  // namespace inferlab::labs
