#include "labs/spec/run_event.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "labs/spec/add_on_workloads.h"
#include "labs/spec/lab_files.h"
#include "labs/spec/repository_section.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_list.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/cluster/faults.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr int kMostTimes = 1000;  // that one event may come

// Of a Pod of `workload`; all other faults are of a node.
constexpr std::string_view kCrash = "container-crash";

struct Action {
  const char* field;
  RunEvent::Kind kind;
};
constexpr Action kActions[] = {
    {"fault", RunEvent::Kind::kFault},        {"drain", RunEvent::Kind::kDrain},
    {"uncordon", RunEvent::Kind::kUncordon},  {"apply", RunEvent::Kind::kApply},
    {"delete", RunEvent::Kind::kDelete},      {"restart", RunEvent::Kind::kRestart},
    {"set_image", RunEvent::Kind::kSetImage}, {"undo", RunEvent::Kind::kUndo},
    {"scale", RunEvent::Kind::kScale},        {"apply_answer", RunEvent::Kind::kApplyAnswer},
    {"read", RunEvent::Kind::kRead},          {"commit", RunEvent::Kind::kCommit},
    {"revert", RunEvent::Kind::kRevert},      {"patch", RunEvent::Kind::kPatch},
};

RunEvent::Git git_from(const Value& value) {
  RunEvent::Git out{.repository = value["repository"].str(),
                    .branch = value["branch"].str(),
                    .author = value["author"].str(),
                    .message = value["message"].str(),
                    .folder = value["folder"].str(),
                    .removes = text_list(value["removes"]),
                    .edits = {},
                    .commit = value["commit"].str()};
  for (const Value& edit : value["edits"].items()) {
    out.edits.emplace_back(edit["from"].str(), edit["to"].str());
  }
  return out;
}

bool is_given(const Value& event, const char* field) {
  return event.has(field) && !(event[field].is_bool() && !event[field].as_bool());
}

RunEvent event_from(const Value& value) {
  RunEvent out;
  out.at = *parse_duration(value["at"].as_string());
  out.id = value["id"].str();
  out.as = identity_from(value["as"]);
  for (const Action& action : kActions) {
    if (is_given(value, action.field)) out.kind = action.kind;
  }
  out.fault = value["fault"].str();
  out.node = value["node"].str();
  out.workload = value["workload"].str();
  out.detail = value["detail"].str();
  out.file = value[out.kind == RunEvent::Kind::kApplyAnswer ? "apply_answer" : "apply"].str();
  for (const Value& fill : value["fill"].items()) {
    RunEvent::Fill one{fill["word"].str(), fill["kind"].str(), fill["path"].str(), {}};
    for (const Value::Member& wanted : fill["where"].members()) {
      one.where[wanted.key] = wanted.value.str();
    }
    out.fill.push_back(std::move(one));
  }
  out.what = out.kind == RunEvent::Kind::kDelete ? value["delete"].str()
             : out.kind == RunEvent::Kind::kRead ? value["read"].str()
                                                 : value["set_image"]["container"].str();
  out.image = value["set_image"]["image"].str();
  out.replicas = value["scale"].as_int();
  if (value.has("patch")) {
    out.patch_type = value["patch"]["type"].as_string("merge");
    out.body = sim::to_json(value["patch"]["body"]);
  }
  if (value.has("commit")) out.git = git_from(value["commit"]);
  if (value.has("revert")) out.git = git_from(value["revert"]);
  return out;
}

// "KIND NAMESPACE/NAME"
bool is_workload(std::string_view text) {
  const std::size_t space = text.find(' '), slash = text.find('/');
  return space != std::string_view::npos && slash != std::string_view::npos && space > 0 &&
         slash > space + 1 && slash + 1 < text.size() &&
         text.find(' ', space + 1) == std::string_view::npos;
}

bool is_account(std::string_view user) {
  constexpr std::string_view kPrefix = "system:serviceaccount:";
  return user.starts_with(kPrefix) && user.find(':', kPrefix.size()) != std::string_view::npos;
}

// A kind that an event names, as labs name it. Empty: it is one; else what to write.
std::string kind_hint(std::string_view name) {
  std::vector<std::string_view> known;
  for (const sim::Kind* kind : sim::KindTable::builtin().all()) {
    if (kind->kind == name) return {};
    known.push_back(kind->kind);
  }
  for (const AddOnWorkload& one : kAddOnWorkloads) {
    if (one.kind == name) return {};
    known.push_back(one.kind);
  }
  const std::string near = nearest_word(name, known);
  return near.empty() ? "as in: Deployment default/vllm"
                      : fmt::format("did you mean \"{}\"?", near);
}

using Fail = std::function<void(std::string_view field, std::string_view why, std::string hint)>;

// How often it comes, and in whose name.
void check_times_and_name(const Value& event, std::string_view action, const Fail& fail) {
  if (event.has("every") != event.has("until")) {
    fail(event.has("every") ? "every" : "until", "says nothing without the other",
         "give both: every: 1m, until: 30m");
  } else if (event.has("every")) {
    const Duration every = *parse_duration(event["every"].as_string());
    const Duration lasts =
        *parse_duration(event["until"].as_string()) - *parse_duration(event["at"].as_string());
    if (lasts < Duration{}) fail("until", "is before at", "");
    if (every < 1s || lasts / every >= kMostTimes) {
      fail("every", fmt::format("comes at most {} times, and not within a second", kMostTimes),
           "give it a longer time in between");
    }
  }
  const bool asks = action == "apply" || action == "delete" || action == "read";
  if (event.has("as") && !asks) {
    fail("as", fmt::format("is nothing that {} knows", action), "it goes with apply, delete, read");
  }
  if (event.has("as") && event["as"].has("secret") &&
      !is_account(event["as"]["user"].as_string())) {
    fail("as.secret", "is for service accounts", "as in: system:serviceaccount:ci:deployer");
  }
}

// What the event acts on. What names nothing would never happen, and nobody would be told.
void check_target(const Value& event, std::string_view action, const Fail& fail) {
  const std::string_view workload = event["workload"].as_string();
  constexpr std::string_view kOfFiles[] = {"apply", "apply_answer", "commit", "revert"};
  if (std::find(std::begin(kOfFiles), std::end(kOfFiles), action) != std::end(kOfFiles)) return;
  if (action == "delete" || action == "read") {
    const std::string_view kind = event[action].as_string();
    const std::string hint = kind_hint(kind);
    if (!hint.empty()) fail(action, fmt::format("there is no kind \"{}\"", kind), hint);
    if (workload.empty()) fail("workload", "must name the object", "as in: default/vllm");
    return;
  }
  const bool is_of_node = action == "drain" || action == "uncordon" ||
                          (action == "fault" && event["fault"].as_string() != kCrash);
  if (is_of_node && event.has("node")) return;
  if (!is_workload(workload)) {
    return fail("workload", "must name a workload", "as in: Deployment default/vllm");
  }
  const std::string_view kind = workload.substr(0, workload.find(' '));
  const std::string hint = kind_hint(kind);
  if (!hint.empty()) return fail("workload", fmt::format("there is no kind \"{}\"", kind), hint);
  if (action == "undo" && kind != "Deployment") {
    fail("workload", fmt::format("a {} has no revision to go back to here", kind),
         "name a Deployment");
  }
}

}  // namespace

RunIdentity identity_from(const Value& value) {
  return {value["user"].str(), text_list(value["groups"]), value["secret"].str(),
          value["source_ip"].str(), value["user_agent"].str()};
}

std::string RunEvent::str() const {
  const std::string target = !node.empty() ? "node " + node : "the node of " + workload;
  switch (kind) {
    case Kind::kFault:
      return fmt::format("{} of {}", fault, target);
    case Kind::kDrain:
      return "drain of " + target;
    case Kind::kUncordon:
      return "uncordon of " + target;
    case Kind::kApply:
    case Kind::kApplyAnswer:
      return "apply of " + file;
    case Kind::kDelete:
      return fmt::format("deletion of {} {}", what, workload);
    case Kind::kRestart:
      return "restart of " + workload;
    case Kind::kSetImage:
      return fmt::format("image {} for {}", image, workload);
    case Kind::kUndo:
      return "rollback of " + workload;
    case Kind::kScale:
      return fmt::format("{} scaled to {}", workload, replicas);
    case Kind::kRead:
      return fmt::format("reading of {} {}", what, workload);
    case Kind::kCordon:
      return "cordon of " + target;
    case Kind::kEvict:
      return "eviction of " + workload;
    case Kind::kPatch:
      return "patch of " + workload;
    case Kind::kAcknowledge:
      return fmt::format("{} acknowledged", incident);
    case Kind::kDiagnose:
      return fmt::format("{} diagnosed", incident);
    case Kind::kCommit:
      return fmt::format("commit \"{}\" to {}", git.message, git.repository);
    case Kind::kRevert:
      return fmt::format("revert of commit {} of {}", git.commit, git.repository);
  }
  return {};
}

std::vector<RunEvent> events_from(const Value& list) {
  std::vector<RunEvent> out;
  for (const Value& value : list.items()) {
    out.push_back(event_from(value));
    const auto every = parse_duration(value["every"].as_string());
    const auto until = parse_duration(value["until"].as_string());
    if (!every || !until || *every < 1s) continue;
    RunEvent again = out.back();
    again.id.clear();  // an incident begins the first time
    for (int times = 1; times < kMostTimes; ++times) {
      again.at += *every;
      if (again.at > *until) break;
      out.push_back(again);
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const RunEvent& a, const RunEvent& b) { return a.at < b.at; });
  return out;
}

void check_events(const Value& list, const std::string& path, std::string_view folder,
                  const Parameters& parameters, const SpecValidator& places,
                  std::vector<Error>& errors) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = fmt::format("{}[{}]", path, i);
    const Value& event = list[i];
    const auto fail = [&](std::string_view field, std::string_view why, std::string hint = {}) {
      errors.push_back(
          places.error(field.empty() ? at : fmt::format("{}.{}", at, field), why, std::move(hint)));
    };
    std::vector<std::string_view> given, known;
    for (const Action& action : kActions) {
      known.emplace_back(action.field);
      if (is_given(event, action.field)) given.emplace_back(action.field);
    }
    if (given.size() != 1) {
      fail("", given.empty() ? "says not what happens" : "says two things at once",
           fmt::format("give it one of {}", fmt::join(known, ", ")));
      continue;
    }
    const std::string_view action = given.front();
    check_target(event, action, fail);
    check_times_and_name(event, action, fail);
    if (action == "fault" && event["fault"].as_string() == "container-crash" &&
        event.has("detail")) {
      fail("detail", "is nothing that container-crash knows", "it ends the Pod's first container");
    }
    if (action == "fault") {
      const std::vector<std::string_view> faults = sim::fault_names();
      const std::string_view fault = event["fault"].as_string();
      if (std::find(faults.begin(), faults.end(), fault) == faults.end()) {
        fail("fault", fmt::format("there is no fault \"{}\"", fault), suggestion(fault, faults));
      }
    }
    if (action == "commit" && !folder.empty() && event["commit"].has("folder")) {
      const auto files = lab_tree(std::string(folder), parameters, event["commit"]["folder"].str());
      if (!files) {
        const std::string& hint = files.error().hint;
        fail("commit.folder", files.error().message,
             hint.empty() ? "name a folder beside lab.yaml" : hint);
      }
    }
    if (action == "apply" && !folder.empty()) {
      const std::string name = event["apply"].str();
      auto text = read_lab_file(std::string(folder), name);
      if (text) text = with_parameters(*text, parameters, name);
      if (!text) fail("apply", text.error().message, text.error().hint);
    }
  }
}

}  // namespace inferlab::labs
