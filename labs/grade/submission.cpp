#include "labs/grade/submission.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/grade/actions.h"
#include "labs/grade/answer_kinds.h"
#include "labs/grade/given.h"
#include "labs/grade/held_back.h"
#include "labs/report/escape.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr sim::YamlLimits kYamlLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 200};

/// One object of a submission and how to say where it stands.
struct Manifest {
  const sim::YamlDocument* document = nullptr;
  std::string file;  // already fit to be shown
  std::string root;  // "" or ".items[3]"
  Value object;

  [[nodiscard]] Error error(std::string_view path, std::string why, std::string hint = {}) const {
    const sim::Place place = document->place(root + std::string(path));
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:{}:{}: {}", file, place.line, place.column, for_terminal(why)),
                 std::move(hint)};
  }
};

Result<const sim::Kind*> kind_of(const Manifest& manifest, const sim::KindTable& kinds) {
  const Value& object = manifest.object;
  if (!object.is_object()) {
    return manifest.error("", "document: must be a Kubernetes object",
                          "begin it with apiVersion, kind and metadata");
  }
  for (const char* needed : {"apiVersion", "kind"}) {
    if (!object[needed].is_string() || object[needed].empty()) {
      return manifest.error(std::string(".") + needed, fmt::format("{}: is missing", needed),
                            "begin the object with apiVersion, kind and metadata");
    }
  }
  const sim::Kind* kind =
      kinds.by_gvk(object["apiVersion"].as_string(), object["kind"].as_string());
  if (kind != nullptr) return kind;
  std::vector<std::string> names;
  for (const sim::Kind* each : kinds.all()) {
    names.push_back(fmt::format("{} ({})", each->kind, each->api_version()));
    if (each->kind == object["kind"].as_string()) {
      return manifest.error(".apiVersion",
                            fmt::format("apiVersion: there is no {} in \"{}\"", each->kind,
                                        object["apiVersion"].as_string()),
                            fmt::format("write apiVersion: {}", each->api_version()));
    }
  }
  return manifest.error(".kind",
                        fmt::format("kind: no \"{}\" in this cluster", object["kind"].as_string()),
                        suggestion(object["kind"].as_string(), {names.begin(), names.end()}));
}

// The field that the API complains about: what could not be read, a cause of the Status, or the
// name in a strict decoding error (`unknown field "spec.replica"`).
std::string field_of(const sim::ApiResponse& response) {
  if (!response.field.empty()) return response.field;
  const Value& causes = response.body["details"]["causes"];
  if (!causes.items().empty()) return causes.items().front()["field"].str();
  const std::string_view message = response.message();
  const std::size_t start = message.find("field \"");
  if (start == std::string_view::npos) return {};
  const std::size_t from = start + 7;
  const std::size_t end = message.find('"', from);
  return end == std::string_view::npos ? std::string()
                                       : std::string(message.substr(from, end - from));
}

/// Who sends manifests.
struct Sender {
  const LabSpec* lab = nullptr;  // what is no answer to it is refused; nullptr: all is taken
  bool journalled = true;
  std::string_view manager = "inferlab-grade";
  const SendRequest* send = nullptr;  // in place of `journalled` and `manager`
};

Result<void> apply(const Manifest& manifest, sim::Cluster& cluster, const Sender& sender) {
  const LabSpec* lab = sender.lab;
  INFERLAB_TRY(const sim::Kind* kind, kind_of(manifest, cluster.api().kinds()));
  if (lab != nullptr && !is_answer(*kind, *lab)) {
    return manifest.error(
        ".kind",
        fmt::format("kind: a {} is no answer to this lab: the cluster is given", kind->kind),
        answer_hint(*lab));
  }
  if (!manifest.object["metadata"]["name"].is_string()) {
    return manifest.error(".metadata", "metadata.name: is missing", "give the object a name");
  }
  sim::ApiRequest request;
  request.resource = kind->resource();
  if (kind->namespaced) {
    request.ns = manifest.object["metadata"]["namespace"].str();
    if (request.ns.empty()) request.ns = "default";
  }
  const std::string name = manifest.object["metadata"]["name"].str();
  const bool exists = cluster.store().get({request.resource, request.ns, name}) != nullptr;
  request.verb = exists ? sim::Verb::kUpdate : sim::Verb::kCreate;
  if (exists) request.name = name;  // a creation goes to the collection
  request.body = manifest.object;
  request.field_validation = sim::FieldValidation::kStrict;
  if (manifest.root.empty()) request.duplicate_fields = manifest.document->duplicates;
  request.field_manager = std::string(sender.manager);
  const sim::ApiResponse response = sender.send != nullptr ? (*sender.send)(std::move(request))
                                    : sender.journalled    ? cluster.request(request)
                                                           : cluster.api().handle(request);
  if (response.ok()) return {};
  const std::string field = field_of(response);
  return manifest.error(field.empty() ? std::string() : "." + field,
                        std::string(response.message()),
                        "kubectl apply would be refused in the same words");
}

// The file's map, from the ids of questions to answers.
Result<Value> answers_of(const SubmissionFile& file, const LabSpec& lab) {
  const std::string name = for_terminal(file.name);
  INFERLAB_TRY(const auto documents, sim::parse_yaml(file.text, name, kYamlLimits));
  if (documents.empty()) return Value();
  const sim::YamlDocument& document = documents.front();
  const auto error = [&](const std::string& path, std::string_view why, std::string hint) {
    const sim::Place place = document.place(path);
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:{}:{}: {}", name, place.line, place.column, why), std::move(hint)};
  };
  if (documents.size() > 1 || !document.value.is_object()) {
    return error("", "must be one map, from questions to answers", "as in: why-pending: taint");
  }
  for (const std::string& path : document.duplicates) {
    return error(path, fmt::format("{}: stands here twice", for_terminal(path.substr(1))),
                 "keep one of them");
  }
  std::vector<std::string_view> ids;
  for (const Question& question : lab.quiz) ids.push_back(question.id);
  for (const Value::Member& answer : document.value.members()) {
    if (lab.question(answer.key) != nullptr) continue;
    return error("." + answer.key,
                 fmt::format("{}: is no question of this lab", for_terminal(answer.key)),
                 ids.empty() ? "the lab asks no questions" : suggestion(answer.key, ids));
  }
  return document.value;
}

bool has_check(const LabSpec& lab, std::string_view kind) {
  return std::ranges::any_of(lab.checks, [&](const LabCheck& each) { return each.kind == kind; });
}

Result<EvalSuite> evals_of(const SubmissionFile& file, const LabSpec& lab) {
  const std::string name = for_terminal(file.name);
  if (!has_check(lab, "eval-corpus")) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: this lab asks for no evaluation", name),
                 "give a manifest another name"};
  }
  return read_evals(file.text, name);
}

/// Files that only some labs ask for; in another lab they would do what nobody has thought of.
Result<void> is_asked_for(const SubmissionFile& file, const LabSpec& lab) {
  if (file.name == kActionsFile && !lab.takes_actions()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: this lab has no incident that somebody responds to", file.name),
                 "leave it out; what you apply is applied at once"};
  }
  if (file.name == kAuditPolicyFile && !has_check(lab, "audit-policy")) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: this lab asks for no audit policy", file.name), "leave it out"};
  }
  return {};
}

Result<void> apply_document_for(const sim::YamlDocument& document, const std::string& file,
                                sim::Cluster& cluster, const Sender& sender) {
  Manifest manifest{.document = &document, .file = file, .root = {}, .object = document.value};
  if (document.value["kind"].as_string() != "List") return apply(manifest, cluster, sender);
  const Value items = document.value["items"];
  for (std::size_t i = 0; i < items.size(); ++i) {
    manifest.root = fmt::format(".items[{}]", i);
    manifest.object = items[i];
    INFERLAB_TRY_VOID(apply(manifest, cluster, sender));
  }
  return {};
}

}  // namespace

Result<void> apply_document(const sim::YamlDocument& document, const std::string& file,
                            sim::Cluster& cluster, std::string_view manager) {
  return apply_document_for(document, file, cluster, {.manager = manager});
}

Result<void> apply_document(const sim::YamlDocument& document, const std::string& file,
                            sim::Cluster& cluster, const SendRequest& send, const LabSpec* lab) {
  return apply_document_for(document, file, cluster, {.lab = lab, .send = &send});
}

Result<void> give_document(const sim::YamlDocument& document, const std::string& file,
                           sim::Cluster& cluster) {
  return apply_document_for(document, file, cluster, {.journalled = false});
}

bool is_no_manifest(std::string_view file) {
  return is_answers_file(file) || file == kEvalsFile || file == kActionsFile ||
         file == kAuditPolicyFile;
}

Result<sim::Journal> journal_from_files(const std::vector<SubmissionFile>& files,
                                        const LabSpec& lab) {
  // All files are read before the first one is applied: a typing mistake costs no time.
  ParsedFiles parsed, late;
  sim::GitChange push{.repository = lab.submission_repository,
                      .branch = {},
                      .author = {},
                      .message = kHandInMessage,
                      .files = {},
                      .reverts = {}};
  for (const SubmissionFile& file : files) {
    if (is_of_repository(file)) {
      if (lab.submission_repository.empty()) {
        return Error{ErrorKind::kInvalid,
                     fmt::format("{}: this lab has no Git repository that takes it",
                                 for_terminal(file.name)),
                     "manifests lie in the folder itself"};
      }
      push.files[file.name.substr(kRepositoryFolder.size() + 1)] = file.text;
      continue;
    }
    if (is_no_manifest(file.name)) continue;
    const std::string name = for_terminal(file.name);
    INFERLAB_TRY(auto documents, sim::parse_yaml(file.text, name, kYamlLimits));
    (comes_later(lab, file.name) ? late : parsed).emplace_back(name, std::move(documents));
  }
  sim::Cluster cluster(lab.cluster, lab.seed);
  INFERLAB_TRY_VOID(give(lab, cluster));
  cluster.run_until(Time{lab.apply_at});
  // A tree that is the repository's already needs no commit.
  if (!push.repository.empty() && !push.files.empty()) (void)cluster.push(push);
  for (const auto& [name, documents] : parsed) {
    for (const sim::YamlDocument& document : documents) {
      INFERLAB_TRY_VOID(apply_document_for(document, name, cluster, {.lab = &lab}));
    }
  }
  sim::Journal journal = cluster.journal();
  INFERLAB_TRY_VOID(try_held_back(late, lab, cluster));
  return journal;
}

Result<Submission> submission_from_files(const std::vector<SubmissionFile>& files,
                                         const LabSpec& lab) {
  // What an action applies waits for its time.
  for (const SubmissionFile& file : files) INFERLAB_TRY_VOID(is_asked_for(file, lab));
  INFERLAB_TRY(Actions actions, actions_in(files, lab));
  std::vector<SubmissionFile> at_once = files;
  std::erase_if(at_once, [&](const SubmissionFile& file) {
    return actions.files.find(file.name) != actions.files.end();
  });
  INFERLAB_TRY(sim::Journal journal, journal_from_files(at_once, lab));
  Submission out(std::move(journal));
  out.actions = std::move(actions.events);
  const SubmissionFile* found = nullptr;
  for (const SubmissionFile& file : files) {
    if (comes_later(lab, file.name)) out.late_files[file.name] = file.text;
    if (file.name == kEvalsFile) {
      INFERLAB_TRY(out.evals, evals_of(file, lab));
    } else if (file.name == kAuditPolicyFile) {
      INFERLAB_TRY(out.audit, read_audit_policy(file.text, for_terminal(file.name)));
    }
    if (!is_answers_file(file.name)) continue;
    if (found != nullptr) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: there is {}, too", file.name, found->name),
                   fmt::format("keep one of them, best {}", kAnswersFile)};
    }
    found = &file;
    INFERLAB_TRY(out.answers, answers_of(file, lab));
  }
  return out;
}

Result<Value> answers_in(const std::string& folder, const LabSpec& lab) {
  for (const std::string_view name : {kAnswersFile, kFormerAnswersFile}) {
    const std::string path = fmt::format("{}/{}", folder, name);
    auto text = read_text_file(path, SubmissionLimits{}.max_file_bytes, /*follow_links=*/false);
    if (!text && text.error().kind == ErrorKind::kNotFound) continue;
    if (!text) return text.error();
    return answers_of({path, std::move(*text)}, lab);
  }
  return Value();
}

Result<Submission> submission_from_folder(const std::string& folder, const LabSpec& lab) {
  INFERLAB_TRY(const std::vector<SubmissionFile> files, read_answer(folder));
  INFERLAB_TRY(Submission out, submission_from_files(files, lab));
  // kubectl's own rule again: "error: no objects passed to apply".
  if (!out.empty()) return out;
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: no object found in {} file(s)", folder, files.size()),
               fmt::format("{} holds nothing but comments and empty documents",
                           for_terminal(files.front().name))};
}

Result<sim::Journal> journal_from_submission(const std::string& folder, const LabSpec& lab) {
  INFERLAB_TRY(Submission out, submission_from_folder(folder, lab));
  return std::move(out.journal);
}

}  // namespace inferlab::labs
