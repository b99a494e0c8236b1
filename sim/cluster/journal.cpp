#include "sim/cluster/journal.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

// Every word of the file format stands in one of these tables, in the order of its enumeration.
constexpr std::array<std::string_view, 7> kVerbs = {"get",   "list",   "create",          "update",
                                                    "patch", "delete", "deletecollection"};
constexpr std::array<std::string_view, 4> kPatchTypes = {"json", "merge", "strategic", "apply"};
constexpr std::array<std::string_view, 3> kFieldValidations = {"Ignore", "Warn", "Strict"};
constexpr std::array<std::string_view, 4> kPropagations = {"", "Orphan", "Background",
                                                           "Foreground"};

template <typename Enum, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

template <typename Enum, std::size_t N>
Result<Enum> from_word(const std::array<std::string_view, N>& words, const Value& object,
                       std::string_view field) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == object[field].as_string()) return static_cast<Enum>(i);
  }
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: unknown word \"{}\"", field, object[field].as_string())};
}

Value request_to_value(const ApiRequest& request) {
  Value::Object out;
  const auto text = [&out](const char* name, std::string_view value) {
    if (!value.empty()) out.push_back({name, value});
  };
  text("verb", word(kVerbs, request.verb));
  text("resource", request.resource);
  text("version", request.version);
  text("namespace", request.ns);
  text("name", request.name);
  text("subresource", request.subresource);
  if (!request.body.is_null()) out.push_back({"body", request.body});
  text("patchType", word(kPatchTypes, request.patch_type));
  text("fieldValidation", word(kFieldValidations, request.field_validation));
  text("propagationPolicy", word(kPropagations, request.propagation));
  if (request.force) out.push_back({"force", true});
  text("fieldManager", request.field_manager);
  text("user", request.user);
  if (!request.groups.empty()) out.push_back({"groups", Value::strings(request.groups)});
  text("sourceIP", request.source_ip);
  text("userAgent", request.user_agent);
  text("labelSelector", request.label_selector);
  text("fieldSelector", request.field_selector);
  text("uid", request.precondition_uid);
  text("resourceVersion", request.precondition_resource_version);
  if (request.grace_period_seconds) {
    out.push_back({"gracePeriodSeconds", *request.grace_period_seconds});
  }
  if (!request.duplicate_fields.empty()) {
    out.push_back({"duplicateFields", Value::strings(request.duplicate_fields)});
  }
  return Value::object(std::move(out));
}

Result<ApiRequest> request_from_value(const Value& value) {
  ApiRequest out;
  INFERLAB_TRY(out.verb, from_word<Verb>(kVerbs, value, "verb"));
  INFERLAB_TRY(out.patch_type, from_word<PatchType>(kPatchTypes, value, "patchType"));
  INFERLAB_TRY(out.field_validation,
               from_word<FieldValidation>(kFieldValidations, value, "fieldValidation"));
  INFERLAB_TRY(out.propagation, from_word<Propagation>(kPropagations, value, "propagationPolicy"));
  out.resource = value["resource"].str();
  out.version = value["version"].str();
  out.ns = value["namespace"].str();
  out.name = value["name"].str();
  out.subresource = value["subresource"].str();
  out.body = value["body"];
  out.force = value["force"].as_bool();
  out.field_manager = value["fieldManager"].str();
  out.user = value["user"].str();
  for (const Value& group : value["groups"].items()) out.groups.push_back(group.str());
  out.source_ip = value["sourceIP"].str();
  out.user_agent = value["userAgent"].str();
  out.label_selector = value["labelSelector"].str();
  out.field_selector = value["fieldSelector"].str();
  out.precondition_uid = value["uid"].str();
  out.precondition_resource_version = value["resourceVersion"].str();
  if (value.has("gracePeriodSeconds")) {
    out.grace_period_seconds = value["gracePeriodSeconds"].as_int();
  }
  for (const Value& path : value["duplicateFields"].items())
    out.duplicate_fields.push_back(path.str());
  return out;
}

Value git_to_value(const GitChange& change) {
  Value::Object out;
  const auto text = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out.push_back({name, Value(value)});
  };
  text("repository", change.repository);
  text("branch", change.branch);
  text("author", change.author);
  text("message", change.message);
  text("reverts", change.reverts);
  Value::Object files;
  for (const auto& [path, content] : change.files) {
    files.push_back({path, content ? Value(*content) : Value()});
  }
  if (!files.empty()) out.push_back({"files", Value::object(std::move(files))});
  return Value::object(std::move(out));
}

GitChange git_from_value(const Value& value) {
  GitChange out;
  out.repository = value["repository"].str();
  out.branch = value["branch"].str();
  out.author = value["author"].str();
  out.message = value["message"].str();
  out.reverts = value["reverts"].str();
  for (const Value::Member& file : value["files"].members()) {
    out.files[file.key] = file.value.is_string() ? std::optional(file.value.str()) : std::nullopt;
  }
  return out;
}

Result<JournalEntry> entry_from_value(const Value& value) {
  JournalEntry entry;
  if (!value["at"].is_int() || value["at"].as_int() < 0) {
    return Error{ErrorKind::kInvalid, "at: is no time in nanoseconds"};
  }
  entry.at = Time{Duration{value["at"].as_int()}};
  if (value.has("fault")) {
    entry.kind = JournalEntry::Kind::kFault;
    entry.fault = value["fault"].str();
    entry.target = value["target"].str();
    return entry;
  }
  if (value.has("git")) {
    entry.kind = JournalEntry::Kind::kGit;
    entry.git = git_from_value(value["git"]);
    return entry;
  }
  INFERLAB_TRY(entry.request, request_from_value(value["api"]));
  return entry;
}

}  // namespace

std::string write_journal_entry(const JournalEntry& entry) {
  Value::Object line;
  line.push_back({"at", std::int64_t{entry.at.time_since_epoch().count()}});
  if (entry.kind == JournalEntry::Kind::kApi) {
    line.push_back({"api", request_to_value(entry.request)});
  } else if (entry.kind == JournalEntry::Kind::kGit) {
    line.push_back({"git", git_to_value(entry.git)});
  } else {
    line.push_back({"fault", entry.fault});
    line.push_back({"target", entry.target});
  }
  return to_json(Value::object(std::move(line)));
}

std::string write_journal(const Journal& journal) {
  std::string out;
  for (const JournalEntry& entry : journal) out += write_journal_entry(entry) + "\n";
  return out;
}

Result<Journal> read_journal(std::string_view text, std::string_view name) {
  Journal journal;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    // A line without its end was cut off in the middle of a write: it was never acknowledged.
    if (end == std::string_view::npos) break;
    const std::string_view record = text.substr(0, end);
    text.remove_prefix(end + 1);
    const auto fail = [&](const Error& error) {
      return Error{ErrorKind::kInvalid, fmt::format("{}:{}: {}", name, line, error.message),
                   "the journal is damaged; start the lab anew with: inferlab lab reset"};
    };
    auto value = parse_json(record);
    if (!value) return fail(value.error());
    auto entry = entry_from_value(*value);
    if (!entry) return fail(entry.error());
    if (!journal.empty() && entry->at < journal.back().at) {
      return fail(Error{ErrorKind::kInvalid, "at: is earlier than the line before"});
    }
    journal.push_back(std::move(*entry));
  }
  return journal;
}

}  // namespace inferlab::sim
