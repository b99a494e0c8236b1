#include "sim/api/admission/policy_params.h"

#include <fmt/format.h>

#include "sim/api/request.h"
#include "sim/api/selector.h"

namespace inferlab::sim {
namespace {

Error config_error(std::string text) {
  return Error{ErrorKind::kInvalid, std::move(text)};
}

}  // namespace

Result<const Kind*> param_kind_of(const Api& api, const Value& policy_spec) {
  const Value& wanted = policy_spec["paramKind"];
  if (wanted.is_null()) return nullptr;
  const std::string api_version = wanted["apiVersion"].str();
  const Kind* kind = api.kinds().by_gvk(api_version, wanted["kind"].as_string());
  if (kind != nullptr) return kind;
  const bool core = api_version.find('/') == std::string::npos;
  return config_error(
      fmt::format("failed to find resource referenced by paramKind: '{}{}, Kind={}'",
                  core ? "/" : "", api_version, wanted["kind"].as_string()));
}

Result<std::vector<Value>> collect_params(Api& api, const Kind* kind, const Value& param_ref,
                                          std::string_view ns) {
  if (kind == nullptr || param_ref.is_null()) return std::vector<Value>{Value()};
  std::string in;
  if (kind->namespaced) {
    in = param_ref["namespace"].as_string(ns);
    if (in.empty()) {
      return config_error(
          "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
    }
  } else if (!param_ref["namespace"].empty()) {
    return config_error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  }
  const std::string resource = kind->storage().resource();
  std::vector<Value> out;
  if (const Value& name = param_ref["name"]; !name.empty()) {
    const ObjectPtr object = api.store().get({resource, in, name.str()});
    if (object != nullptr) out.push_back(shown_in(*kind, object->document));
  } else {
    const LabelSelector selector = LabelSelector::from_object(param_ref["selector"]);
    for (const ObjectPtr& object : api.store().list(resource, in)) {
      if (selector.matches(labels_from(object->document["metadata"]["labels"])))
        out.push_back(shown_in(*kind, object->document));
    }
  }
  if (out.empty() && param_ref["parameterNotFoundAction"].as_string() == "Deny") {
    return config_error("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  return out;
}

}  // namespace inferlab::sim
