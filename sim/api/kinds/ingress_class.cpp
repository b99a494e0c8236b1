// IngressClass: a controller of Ingresses and its parameters.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kIngressClassParametersReferenceFields[] = {
    {.name = "apiGroup"},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "namespace"},
    {.name = "scope"},
};
constinit const Type kIngressClassParametersReference = {
    "io.k8s.api.networking.v1.IngressClassParametersReference", "",
    kIngressClassParametersReferenceFields};

constexpr Field kIngressClassSpecFields[] = {
    {.name = "controller",
     .description = "The name of the controller; cannot be changed.",
     .omit_zero = true},
    {.name = "parameters", .type = FieldType::kObject, .object = &kIngressClassParametersReference},
};
constinit const Type kIngressClassSpec = {"io.k8s.api.networking.v1.IngressClassSpec", "",
                                          kIngressClassSpecFields};

constexpr Field kIngressClassFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kIngressClassSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
};
constinit const Type kIngressClass = {"io.k8s.api.networking.v1.IngressClass",
                                      "A controller of Ingresses and its parameters.",
                                      kIngressClassFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Controller", "string", ""},
                                    {"Parameters", "string", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  const Value& parameters = spec["parameters"];
  std::string shown_parameters = "<none>";
  if (!parameters.is_null()) {
    shown_parameters = parameters["kind"].str();
    if (parameters.has("apiGroup")) shown_parameters += "." + parameters["apiGroup"].str();
    shown_parameters += "/" + parameters["name"].str();
  }
  return {object["metadata"]["name"], spec["controller"].str(), shown_parameters,
          age_of(object, now)};
}

Value set_defaults(Value object) {
  if (!object["spec"].has("parameters")) return object;
  return object.with_path({"spec", "parameters"},
                          filled(object["spec"]["parameters"], {{"scope", "Cluster"}}));
}

void validate_parameters(const Value& parameters, const FieldPath& path, FieldErrors& errors) {
  if (parameters.is_null()) return;
  for (const char* field : {"kind", "name"}) {
    if (parameters[field].empty())
      errors.push_back(required(path / field, std::string(field) + " is required"));
  }
  validate_one_of(path / "scope", parameters["scope"], {"Cluster", "Namespace"}, errors);
  const bool in_namespace = parameters["scope"].as_string() == "Namespace";
  if (in_namespace && parameters["namespace"].empty()) {
    errors.push_back(required(path / "namespace", "`parameters.scope` is set to 'Namespace'"));
  }
  if (!in_namespace && parameters.has("namespace")) {
    errors.push_back(forbidden_field(path / "namespace", "`parameters.scope` is set to 'Cluster'"));
  }
}

// Source: Kubernetes 1.32, pkg/apis/networking/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  constexpr std::size_t kMaxController = 250;
  const FieldPath path("spec");
  const Value& controller = object["spec"]["controller"];
  if (!old.is_null()) {
    validate_immutable(path / "controller", controller, old["spec"]["controller"], errors);
  }
  if (controller.size() > kMaxController)
    errors.push_back(too_long_field(path / "controller", kMaxController));
  validate_domain_prefixed_path(path / "controller", controller, errors);
  validate_parameters(object["spec"]["parameters"], path / "parameters", errors);
}

}  // namespace

const Kind kIngressClass = {.group = "networking.k8s.io",
                            .version = "v1",
                            .kind = "IngressClass",
                            .plural = "ingressclasses",
                            .singular = "ingressclass",
                            .short_names = {},
                            .categories = {},
                            .namespaced = false,
                            .verbs = all_verbs(),
                            .subresources = {},
                            .schema = &types::kIngressClass,
                            .counts_generation = true,
                            .set_defaults = set_defaults,
                            .validate = validate,
                            .columns = kColumns,
                            .cells = cells};

}  // namespace inferlab::sim::kinds
