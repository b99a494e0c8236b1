// GET: one object, or a list with its selectors and its pages.
#include <algorithm>
#include <charconv>

#include "sim/api/base64.h"
#include "sim/api/field_selector.h"
#include "sim/api/json.h"
#include "sim/api/request.h"
#include "sim/api/selector.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

// Where the next page starts: {"v":"meta.k8s.io/v1","rv":12,"start":"ns/name\0"}, in base64.
struct Continue {
  std::uint64_t revision = 0;
  std::string ns, name;  // of the last object sent
};

std::string token_of(const Continue& at) {
  const std::string start = (at.ns.empty() ? "" : at.ns + "/") + at.name + std::string(1, '\0');
  std::string token =
      to_base64(to_json(Value::object({{"rv", static_cast<std::int64_t>(at.revision)},
                                       {"start", Value(start)},
                                       {"v", "meta.k8s.io/v1"}})));
  while (token.ends_with('=')) token.pop_back();
  return token;
}

Result<Continue> read_token(std::string_view text) {
  const auto invalid_token = [](const std::string& why) {
    return Error{ErrorKind::kInvalid, "invalid continue token: continue key is not valid: " + why};
  };
  std::string padded(text);
  while (padded.size() % 4 != 0) padded.push_back('=');
  const auto json_text = from_base64(padded);
  if (!json_text) {
    const std::size_t at = std::min(base64_error(padded).value_or(0), text.size() / 4 * 4);
    return invalid_token("illegal base64 data at input byte " + std::to_string(at));
  }
  const auto parsed = parse_json(*json_text);
  if (!parsed) return invalid_token(std::string(json_error_text(parsed.error())));
  const Value& token = *parsed;
  if (token["v"].as_string() != "meta.k8s.io/v1") {
    return invalid_token("server does not recognize this encoded version " + to_json(token["v"]));
  }
  if (token["rv"].as_int() <= 0)
    return invalid_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  std::string start = token["start"].str();
  if (start.empty()) return invalid_token("encoded start key empty (version meta.k8s.io/v1)");
  start.pop_back();
  Continue out;
  out.revision = static_cast<std::uint64_t>(token["rv"].as_int());
  const std::size_t slash = start.find('/');
  out.ns = slash == std::string::npos ? "" : start.substr(0, slash);
  out.name = slash == std::string::npos ? start : start.substr(slash + 1);
  return out;
}

// Items of a list do not say what they are: the list does.
Value without_type(const Value& document) {
  Value::Object members;
  members.reserve(document.size());
  for (const Value::Member& member : document.members()) {
    if (member.key != "apiVersion" && member.key != "kind") members.push_back(member);
  }
  return Value::object(std::move(members));
}

}  // namespace

Result<std::vector<ObjectPtr>> select_objects(Call& call, std::vector<ObjectPtr> all) {
  const ApiRequest& request = call.request;
  INFERLAB_TRY(const LabelSelector labels, LabelSelector::parse(request.label_selector));
  INFERLAB_TRY(const FieldSelector fields, FieldSelector::parse(request.field_selector));
  INFERLAB_TRY_VOID(fields.check(call.kind));
  if (!labels.requirements().empty()) {
    std::erase_if(all, [&](const ObjectPtr& object) {
      return !labels.matches(labels_from(object->document["metadata"]["labels"]));
    });
  }
  if (!fields.empty()) {
    std::erase_if(all,
                  [&](const ObjectPtr& object) { return !fields.matches(call.kind, *object); });
  }
  return all;
}

ApiResponse handle_get(Call& call) {
  const ApiRequest& request = call.request;
  const ObjectPtr object = request.at_revision
                               ? call.store().get_at(call.key(), *request.at_revision)
                               : call.store().get(call.key());
  if (object == nullptr) return not_found(call.resource(), request.name);
  ApiResponse out;
  out.object = object;
  out.body = object->document;
  return out;
}

ApiResponse handle_list(Call& call) {
  const ApiRequest& request = call.request;
  std::uint64_t revision = request.at_revision.value_or(call.store().revision());
  Continue after;
  if (!request.continue_token.empty()) {
    auto token = read_token(request.continue_token);
    if (!token) return bad_request(token.error().message);
    after = std::move(token).value();
    revision = after.revision;
  }
  const bool latest = revision >= call.store().revision();
  auto chosen =
      select_objects(call, latest ? call.store().list(request.resource, request.ns)
                                  : call.store().list_at(request.resource, request.ns, revision));
  if (!chosen) return bad_request(chosen.error().message);
  std::vector<ObjectPtr>& objects = *chosen;
  if (!request.continue_token.empty()) {
    std::erase_if(objects, [&](const ObjectPtr& object) {
      return std::pair(object->key.ns, object->key.name) <= std::pair(after.ns, after.name);
    });
  }
  Value meta = Value::object({{"resourceVersion", std::to_string(revision)}});
  if (request.limit > 0 && objects.size() > static_cast<std::size_t>(request.limit)) {
    const std::size_t kept = static_cast<std::size_t>(request.limit);
    const ObjectKey& last = objects[kept - 1]->key;
    meta = meta.with("continue", Value(token_of({revision, last.ns, last.name})));
    if (request.label_selector.empty() && request.field_selector.empty()) {
      meta = meta.with("remainingItemCount", static_cast<std::int64_t>(objects.size() - kept));
    }
    objects.resize(kept);
  }
  Value::Array items;
  items.reserve(objects.size());
  // Custom resources do all the same.
  for (const ObjectPtr& object : objects) {
    items.push_back(call.kind.custom ? object->document : without_type(object->document));
  }
  ApiResponse out;
  out.body = Value::object({{"apiVersion", Value(call.kind.api_version())},
                            {"items", Value::array(std::move(items))},
                            {"kind", Value(call.kind.list_name())},
                            {"metadata", std::move(meta)}});
  return out;
}

}  // namespace inferlab::sim
