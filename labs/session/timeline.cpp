#include "labs/session/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "labs/grade/event_player.h"
#include "labs/grade/pod_history.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {
namespace {

using Entries = std::vector<TimelineEntry>;
using Kind = TimelineEntry::Kind;

std::string named(const std::string& ns, std::string_view name) {
  return ns.empty() ? std::string(name) : fmt::format("{}/{}", ns, name);
}

std::string_view verb_of(const sim::ApiRequest& request) {
  if (request.subresource == "eviction") return "evicted";
  if (request.subresource == "scale") return "scaled";
  switch (request.verb) {
    case sim::Verb::kCreate:
      return "created";
    case sim::Verb::kUpdate:
      return "replaced";
    case sim::Verb::kPatch:
      return "changed";
    case sim::Verb::kDelete:
      return "deleted";
    case sim::Verb::kDeleteCollection:
      return "deleted a collection";
    default:
      return "written";
  }
}

TimelineEntry push_of(const sim::JournalEntry& entry) {
  const sim::GitChange& change = entry.git;
  std::string text = change.reverts.empty()
                         ? "pushed: " + change.message.substr(0, change.message.find('\n'))
                         : "pushed: revert of " + change.reverts;
  if (!change.branch.empty()) text += " on " + change.branch;
  return {entry.at, Kind::kWrite, "repository " + change.repository,
          fmt::format("{} by {}", text, change.author.empty() ? sim::kGitAuthor : change.author)};
}

void add_journal(const sim::Journal& journal, Entries& out) {
  for (const sim::JournalEntry& entry : journal) {
    if (entry.kind == sim::JournalEntry::Kind::kFault) {
      out.push_back({entry.at, Kind::kFault, entry.target, entry.fault});
      continue;
    }
    if (entry.kind == sim::JournalEntry::Kind::kGit) {
      out.push_back(push_of(entry));
      continue;
    }
    const sim::ApiRequest& request = entry.request;
    const std::string name =
        request.name.empty() ? request.body["metadata"]["name"].str() : request.name;
    std::string text(verb_of(request));
    if (request.field_manager == kLabManager) {
      // In somebody's name, as the audit log has it; who does the rest is nobody of the cluster.
      text += request.user.empty() ? " by the lab" : " by " + request.user;
    } else if (!request.field_manager.empty()) {
      text += " by " + request.field_manager;
      if (!request.user.empty()) text += " as " + request.user;
    }
    out.push_back({entry.at, Kind::kWrite,
                   fmt::format("{} {}", request.resource, named(request.ns, name)),
                   std::move(text)});
  }
}

void add_notes(const std::vector<IncidentNote>& notes, Time end, Entries& out) {
  for (const IncidentNote& said : notes) {
    if (said.at > end) continue;
    out.push_back({said.at, Kind::kNote, "incident " + said.incident,
                   said.cause.empty() ? "acknowledged" : "diagnosed: " + said.cause});
  }
}

void add_warnings(const sim::Store& store, Entries& out) {
  for (const sim::Change& change : store.changes_since("events", 0)) {
    const sim::Value& event = change.object->document;
    if (change.type != sim::ChangeType::kAdded || event["type"].as_string() != "Warning") continue;
    const sim::Value& object =
        event["involvedObject"].is_null() ? event["regarding"] : event["involvedObject"];
    const std::string_view note =
        event["message"].is_null() ? event["note"].as_string() : event["message"].as_string();
    out.push_back({change.object->written, Kind::kWarning,
                   fmt::format("{} {}", object["kind"].as_string(),
                               named(object["namespace"].str(), object["name"].as_string())),
                   fmt::format("{}: {}", event["reason"].as_string(), note)});
  }
}

void add_pods(const sim::Cluster& run, Entries& out) {
  for (const PodLife& pod : pod_lives(run)) {
    for (const PodLife::Turn& turn : pod.turns) {
      std::string text = turn.ready ? fmt::format("Ready on {}", pod.node) : "Ready no more";
      out.push_back({turn.at, turn.ready ? Kind::kReady : Kind::kNotReady,
                     "Pod " + named(pod.ns, pod.name), std::move(text)});
    }
  }
}

void add_failures(const sim::Gateway& gateway, Entries& out) {
  using std::chrono::minutes;
  std::map<std::pair<std::int64_t, std::string>, std::map<int, int>> failed;  // by minute, Service
  for (const sim::RequestRecord& record : gateway.records()) {
    if (record.code == 0 || record.code == 200) continue;
    const Time at = record.end.value_or(record.arrival);
    const auto minute = std::chrono::floor<minutes>(at.time_since_epoch()).count();
    ++failed[{minute, named(record.ns, record.service)}][record.code];
  }
  for (const auto& [where, codes] : failed) {
    std::string text;
    int count = 0;
    for (const auto& [code, times] : codes) {
      text += fmt::format("{}{} with {}", text.empty() ? "" : ", ", times, code);
      count += times;
    }
    out.push_back({Time{minutes(where.first)}, Kind::kFailed, "Service " + where.second,
                   fmt::format("{} failed in this minute: {}", count, text)});
  }
}

}  // namespace

std::string_view word_of(TimelineEntry::Kind kind) {
  switch (kind) {
    case Kind::kWrite:
      return "write";
    case Kind::kFault:
      return "fault";
    case Kind::kNote:
      return "note";
    case Kind::kWarning:
      return "warning";
    case Kind::kReady:
      return "ready";
    case Kind::kNotReady:
      return "not-ready";
    case Kind::kFailed:
      return "failed-requests";
  }
  return {};
}

std::vector<TimelineEntry> timeline_of(sim::Cluster& run, const sim::Gateway& gateway,
                                       const std::vector<IncidentNote>& notes) {
  Entries out;
  add_journal(run.journal(), out);
  add_notes(notes, run.simulation().now(), out);
  add_warnings(run.store(), out);
  add_pods(run, out);
  add_failures(gateway, out);
  std::stable_sort(out.begin(), out.end(),
                   [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
  return out;
}

}  // namespace inferlab::labs
