#include "sim/api/event_view.h"

#include <algorithm>

#include "sim/api/decode.h"
#include "sim/api/request.h"

namespace inferlab::sim {
namespace {

struct Names {
  std::string_view shown, stored;
};
constexpr Names kNames[] = {{"deprecatedCount", "count"},
                            {"deprecatedFirstTimestamp", "firstTimestamp"},
                            {"deprecatedLastTimestamp", "lastTimestamp"},
                            {"deprecatedSource", "source"},
                            {"note", "message"},
                            {"regarding", "involvedObject"},
                            {"reportingController", "reportingComponent"}};

template <std::string_view Names::*From, std::string_view Names::*To>
std::string_view renamed(std::string_view name) {
  const auto* row = std::find_if(std::begin(kNames), std::end(kNames),
                                 [&](const Names& names) { return names.*From == name; });
  return row == std::end(kNames) ? name : row->*To;
}

template <std::string_view Names::*From, std::string_view Names::*To>
Value with_members_renamed(const Value& object, std::string_view api_version) {
  Value::Object members;
  for (const Value::Member& member : object.members()) {
    const bool version = member.key == "apiVersion";
    members.push_back(
        {std::string(renamed<From, To>(member.key)), version ? Value(api_version) : member.value});
  }
  return Value::object(std::move(members));
}

// Of a JSON patch: the first step of each pointer is renamed.
Value json_patch_stored(const Value& patch) {
  Value::Array operations;
  for (Value operation : patch.items()) {
    for (const char* field : {"path", "from"}) {
      const std::string pointer = operation[field].str();
      if (!pointer.starts_with('/')) continue;
      const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
      const std::string_view first = std::string_view(pointer).substr(1, end - 1);
      operation = operation.with(
          field, Value("/" + std::string(renamed<&Names::shown, &Names::stored>(first)) +
                       pointer.substr(end)));
    }
    operations.push_back(std::move(operation));
  }
  return Value::array(std::move(operations));
}

void show_answer(ApiResponse& answer, const Kind& kind) {
  Value& body = answer.body;
  const std::string body_kind = body["kind"].str();
  if (body_kind == kind.kind) {
    body = event_shown(body);
  } else if (body_kind == std::string(kind.kind) + "List") {
    Value::Array items;
    for (const Value& item : body["items"].items()) {
      items.push_back(event_shown(item));
    }
    body = body.with("apiVersion", Value(kind.api_version()))
               .with("items", Value::array(std::move(items)));
  } else if (body.has("details")) {
    // An error tells of the resource that was asked for.
    const std::string stored = kind.stored_as->resource() + " \"";
    std::string message = body["message"].str();
    if (const std::size_t at = message.find(stored); at != std::string::npos) {
      message.replace(at, stored.size(), kind.resource() + " \"");
      body = body.with("message", Value(message)).with_path({"details", "group"}, kind.group);
    }
  }
}

}  // namespace

Value event_shown(const Value& stored) {
  Value out = with_members_renamed<&Names::stored, &Names::shown>(stored, "events.k8s.io/v1");
  return out["reportingController"].empty() ? out.without("reportingController") : out;
}

Value event_stored(const Value& shown) {
  return with_members_renamed<&Names::shown, &Names::stored>(shown, "v1");
}

ApiResponse handle_event_view(Api& api, const ApiRequest& request, const Kind& kind) {
  ApiRequest inner = request;
  inner.resource = kind.stored_as->resource();
  std::vector<std::string> warnings;
  const bool whole = request.verb == Verb::kCreate || request.verb == Verb::kUpdate;
  if (whole) {
    // Faults are told in the words of the group that was asked.
    Call call{api, request, kind, {}, false};
    Decoded decoded = decode_body(call, request.body);
    if (decoded.failure) return *std::move(decoded.failure);
    warnings = std::move(call.warnings);
    inner.body = event_stored(decoded.object);
    inner.field_validation = FieldValidation::kIgnore;
    inner.duplicate_fields.clear();
  } else if (request.verb == Verb::kPatch) {
    inner.body = request.patch_type == PatchType::kJson ? json_patch_stored(request.body)
                                                        : event_stored(request.body);
  }
  ApiResponse answer = api.handle(inner);
  show_answer(answer, kind);
  answer.warnings.insert(answer.warnings.begin(), warnings.begin(), warnings.end());
  return answer;
}

}  // namespace inferlab::sim
