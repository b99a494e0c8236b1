#include "labs/grade/actions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "labs/grade/action_tables.h"
#include "labs/grade/answer_kinds.h"
#include "labs/report/escape.h"
#include "labs/spec/lab_kinds.h"
#include "labs/spec/suggest.h"
#include "labs/spec/validate.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using Kind = RunEvent::Kind;

constexpr std::size_t kMaxActions = 1000;
// Of files, as often as they are applied: each action keeps what it applies.
constexpr std::size_t kMaxAppliedBytes = std::size_t{8} << 20;
constexpr sim::YamlLimits kFileLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 200};
constexpr sim::YamlLimits kYamlLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 2};

// What each field of an action asks for, and where its object stands.
struct ActionRow {
  const char* field;
  Kind kind;
  bool on_node = false;
};
constexpr ActionRow kRows[] = {
    {"acknowledge", Kind::kAcknowledge},
    {"apply", Kind::kApply},
    {"cordon", Kind::kCordon, true},
    {"delete", Kind::kDelete},
    {"diagnose", Kind::kDiagnose},
    {"drain", Kind::kDrain, true},
    {"evict", Kind::kEvict},
    {"patch", Kind::kPatch},
    {"restart", Kind::kRestart},
    {"scale", Kind::kScale},
    {"set_image", Kind::kSetImage},
    {"uncordon", Kind::kUncordon, true},
    {"undo", Kind::kUndo},
};

class ActionReader {
 public:
  ActionReader(const SubmissionFile& file, const std::vector<SubmissionFile>& files,
               const LabSpec& lab)
      : file_(file),
        name_(for_terminal(file.name)),
        files_(files),
        lab_(lab),
        kinds_(kinds_of_lab(lab)) {}

  Result<Actions> read() {
    INFERLAB_TRY(const auto documents, sim::parse_yaml(file_.text, name_, kYamlLimits));
    if (documents.empty()) return Actions{};
    SpecValidator places(documents.front(), name_, [](std::string_view) { return nullptr; });
    places_ = &places;
    if (documents.size() > 1) return error("", "must be one document", "write one list, actions");
    const std::vector<Error> errors = places.validate(kActionsFileTable);
    if (!errors.empty()) return errors.front();
    const Value& list = documents.front().value["actions"];
    if (list.size() > kMaxActions) {
      return error(".actions", fmt::format("are {}, more than {}", list.size(), kMaxActions));
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      INFERLAB_TRY(RunEvent event, action(list[i], fmt::format(".actions[{}]", i)));
      out_.events.push_back(std::move(event));
    }
    std::stable_sort(out_.events.begin(), out_.events.end(),
                     [](const RunEvent& a, const RunEvent& b) { return a.at < b.at; });
    return std::move(out_);
  }

 private:
  [[nodiscard]] Error error(std::string_view path, std::string_view why,
                            std::string hint = {}) const {
    return places_->error(path, for_terminal(why), std::move(hint));
  }

  Result<RunEvent> action(const Value& value, const std::string& at) {
    RunEvent out;
    out.at = *parse_duration(value["at"].as_string());
    out.is_response = true;
    out.as = lab_.responder;
    if (out.at < lab_.apply_at) {
      return error(at + ".at", "is before the submission is applied",
                   fmt::format("that is at {}", format_duration(lab_.apply_at)));
    }
    if (out.at > lab_.horizon) {
      return error(at + ".at", "is after the end of the run",
                   fmt::format("it ends after {}", format_duration(lab_.horizon)));
    }
    const ActionRow* row = nullptr;
    std::vector<std::string_view> known;
    for (const ActionRow& each : kRows) {
      known.emplace_back(each.field);
      if (!value.has(each.field)) continue;
      if (row != nullptr) {
        return error(at, fmt::format("is {} and {} at once", row->field, each.field),
                     "write two actions");
      }
      row = &each;
    }
    if (row == nullptr) {
      return error(at, "says not what was done",
                   fmt::format("give it one of {}", fmt::join(known, ", ")));
    }
    out.kind = row->kind;
    for (const Value::Member& wanted : value["where"].members()) {
      out.where[wanted.key] = wanted.value.str();
    }
    if (!out.where.empty() && out.kind != Kind::kDelete && out.kind != Kind::kPatch) {
      return error(at + ".where", "is of no use here", "it chooses what delete and patch are for");
    }
    const Value& what = value[row->field];
    const std::string path = fmt::format("{}.{}", at, row->field);
    if (row->on_node) {
      out.node = what.str();
      return out;
    }
    switch (row->kind) {
      case Kind::kAcknowledge:
      case Kind::kDiagnose:
        return note(std::move(out), what, path);
      case Kind::kApply:
        return apply(std::move(out), what.str(), path);
      case Kind::kEvict:
        if (what.as_string().find('/') == std::string_view::npos) {
          return error(path, "is no Pod", "write NAMESPACE/NAME");
        }
        return on_object(std::move(out), "Pod/" + what.str(), path);
      default:
        break;
    }
    if (what.is_string()) return on_object(std::move(out), what.str(), path);
    out.replicas = what["replicas"].as_int();
    out.what = what["container"].str();
    out.image = what["image"].str();
    if (row->kind == Kind::kPatch) {
      INFERLAB_TRY_VOID(read_patch(what, path, out));
    }
    return on_object(std::move(out), what["object"].str(), path + ".object");
  }

  Result<void> read_patch(const Value& what, const std::string& path, RunEvent& out) const {
    out.patch_type = std::string(what["type"].as_string("strategic"));
    const bool is_list = out.patch_type == "json";
    if (is_list ? !what["patch"].is_array() : !what["patch"].is_object()) {
      return error(path + ".patch", is_list ? "must be a list of operations" : "must be a map",
                   "as kubectl patch takes it");
    }
    out.body = sim::to_json(what["patch"]);
    if (sim::parse_json(out.body)) return {};
    return error(path + ".patch", "cannot be written as JSON", "as .inf and .nan");
  }

  Result<RunEvent> note(RunEvent out, const Value& what, const std::string& path) const {
    const bool is_diagnosis = out.kind == Kind::kDiagnose;
    out.incident = is_diagnosis ? what["incident"].str() : what.str();
    out.cause = is_diagnosis ? what["cause"].str() : std::string();
    const Incident* incident = lab_.incident(out.incident);
    if (incident == nullptr) {
      std::vector<std::string_view> known;
      for (const Incident& each : lab_.incidents) known.push_back(each.id);
      return error(is_diagnosis ? path + ".incident" : path,
                   fmt::format("there is no incident \"{}\"", out.incident),
                   known.empty() ? "the lab has no incidents" : suggestion(out.incident, known));
    }
    if (is_diagnosis && !incident->has_cause(out.cause)) {
      std::vector<std::string_view> known;
      for (const auto& [id, text] : incident->causes) known.push_back(id);
      return error(path + ".cause", fmt::format("there is no cause \"{}\"", out.cause),
                   suggestion(out.cause, known));
    }
    return out;
  }

  Result<RunEvent> apply(RunEvent out, const std::string& name, const std::string& path) {
    std::vector<std::string_view> known;
    for (const SubmissionFile& file : files_) {
      if (is_no_manifest(file.name) || file.name.find('/') != std::string::npos) continue;
      known.push_back(file.name);
      if (file.name != name) continue;
      const std::string shown = for_terminal(name);
      INFERLAB_TRY(const auto documents, sim::parse_yaml(file.text, shown, kFileLimits));
      for (const sim::YamlDocument& document : documents) {
        INFERLAB_TRY_VOID(may_touch(document.value["kind"].as_string(), shown, document, ".kind"));
        const Value& items = document.value["items"];
        for (std::size_t i = 0; i < items.size(); ++i) {
          INFERLAB_TRY_VOID(may_touch(items[i]["kind"].as_string(), shown, document,
                                      fmt::format(".items[{}].kind", i)));
        }
      }
      applied_bytes_ += file.text.size();
      if (applied_bytes_ > kMaxAppliedBytes) {
        return error(path,
                     fmt::format("is, with all that is applied before it, more than {} bytes",
                                 kMaxAppliedBytes),
                     "apply less, or less often");
      }
      out.file = name;
      out.manifests = file.text;
      out_.files.insert(name);
      return out;
    }
    return error(path, fmt::format("there is no file \"{}\" in the submission", name),
                 suggestion(name, known));
  }

  // Told here for its place; kinds of add-ons, and unknown ones, are when the file is applied.
  Result<void> may_touch(std::string_view kind_name, const std::string& file,
                         const sim::YamlDocument& document, const std::string& at) const {
    for (const sim::Kind* kind : sim::KindTable::builtin().all()) {
      if (kind->kind != kind_name || is_answer(*kind, lab_)) continue;
      const sim::Place place = document.place(at);
      return Error{
          ErrorKind::kInvalid,
          fmt::format("{}:{}:{}: kind: a {} is no answer to this lab: the cluster is given", file,
                      place.line, place.column, kind->kind),
          answer_hint(lab_)};
    }
    return {};
  }

  Result<RunEvent> on_object(RunEvent out, const std::string& text, const std::string& path) const {
    const std::size_t slash = text.find('/');
    const std::string name = text.substr(0, slash);
    const std::string rest = slash == std::string::npos ? "" : text.substr(slash + 1);
    const LabKind* kind = nullptr;
    std::vector<std::string_view> known;
    for (const LabKind& each : kinds_) {
      known.push_back(each.kind);
      if (each.kind == name && kind == nullptr) kind = &each;
    }
    if (kind == nullptr) {
      return error(path, fmt::format("there is no kind \"{}\"", name), suggestion(name, known));
    }
    const auto parts = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '/')) + 1;
    const bool is_all = rest == "*" || rest.ends_with("/*");
    const bool may_be_all = out.kind == Kind::kDelete || out.kind == Kind::kPatch;
    if (rest.empty() || rest.front() == '/' || rest.back() == '/' || (is_all && !may_be_all) ||
        parts > (kind->namespaced ? 2U : 1U)) {
      return error(path, fmt::format("\"{}\" names no object", text),
                   kind->namespaced ? fmt::format("write {}/NAMESPACE/NAME", kind->kind)
                                    : fmt::format("write {}/NAME", kind->kind));
    }
    if (!is_answer(*kind, lab_)) {
      return error(path, fmt::format("a {} is no answer to this lab: the cluster is given", name),
                   answer_hint(lab_));
    }
    if (out.kind == Kind::kUndo && kind->kind != "Deployment") {
      return error(path, fmt::format("a {} has no revision to go back to here", kind->kind),
                   "name a Deployment");
    }
    if (!is_all && !out.where.empty()) {
      return error(path, "is one object, and where chooses among all", "write * for its name");
    }
    const std::string object = kind->namespaced && parts == 1 ? "default/" + rest : rest;
    if (out.kind == Kind::kDelete) {
      out.what = kind->kind;
      out.workload = object;
    } else {
      out.workload = fmt::format("{} {}", kind->kind, object);
    }
    return out;
  }

  const SubmissionFile& file_;
  std::string name_;
  const std::vector<SubmissionFile>& files_;
  const LabSpec& lab_;
  const std::vector<LabKind> kinds_;
  const SpecValidator* places_ = nullptr;
  std::size_t applied_bytes_ = 0;
  Actions out_;
};

// "Deployment ai/llm" as actions name it.
std::string slashed(std::string workload) {
  const std::size_t space = workload.find(' ');
  if (space != std::string::npos) workload[space] = '/';
  return workload;
}

Value written(const RunEvent& event) {
  Value out = Value::object({{"at", format_duration(event.at)}});
  if (!event.where.empty()) {
    Value where = Value::object();
    for (const auto& [key, text] : event.where) where = where.with(key, Value(text));
    out = out.with("where", where);
  }
  const std::string object = slashed(event.workload);
  switch (event.kind) {
    case Kind::kAcknowledge:
      return out.with("acknowledge", event.incident);
    case Kind::kDiagnose:
      return out.with("diagnose",
                      Value::object({{"incident", event.incident}, {"cause", event.cause}}));
    case Kind::kApply:
      return out.with("apply", event.file);
    case Kind::kDelete:
      return out.with("delete", fmt::format("{}/{}", event.what, event.workload));
    case Kind::kPatch:
      return out.with("patch",
                      Value::object({{"object", object},
                                     {"type", event.patch_type},
                                     {"patch", sim::parse_json(event.body).value_or(Value())}}));
    case Kind::kEvict:
      return out.with("evict", object.substr(object.find('/') + 1));
    case Kind::kScale:
      return out.with("scale", Value::object({{"object", object}, {"replicas", event.replicas}}));
    case Kind::kCordon:
      return out.with("cordon", event.node);
    case Kind::kUncordon:
      return out.with("uncordon", event.node);
    case Kind::kDrain:
      return out.with("drain", event.node);
    case Kind::kRestart:
      return out.with("restart", object);
    case Kind::kUndo:
      return out.with("undo", object);
    case Kind::kSetImage: {
      Value image = Value::object({{"object", object}, {"image", event.image}});
      if (!event.what.empty()) image = image.with("container", event.what);
      return out.with("set_image", image);
    }
    case Kind::kFault:
    case Kind::kRead:
    case Kind::kApplyAnswer:
    case Kind::kCommit:
    case Kind::kRevert:
      break;  // no action of a responder
  }
  return out;
}

}  // namespace

Result<Actions> actions_in(const std::vector<SubmissionFile>& files, const LabSpec& lab) {
  for (const SubmissionFile& file : files) {
    if (file.name == kActionsFile) return ActionReader(file, files, lab).read();
  }
  return Actions{};
}

std::string write_actions(const std::vector<RunEvent>& events) {
  Value::Array list;
  for (const RunEvent& event : events) list.push_back(written(event));
  return sim::to_yaml(Value::object({{"actions", Value::array(std::move(list))}}));
}

}  // namespace inferlab::labs
