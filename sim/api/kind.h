#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// One violation found by a kind's validation: a cause of the 422 Status.
/// `reason` is metav1.CauseType ("FieldValueRequired" …); `message` its text without the field.
struct FieldError {
  std::string reason;
  std::string field;    // "spec.containers[0].image"
  std::string message;  // "Required value", `Invalid value: "x": must be …`
};
using FieldErrors = std::vector<FieldError>;

/// One column of kubectl's table. priority 1 shows with -o wide only.
struct PrintColumn {
  std::string_view name;
  std::string_view type;    // "string", "integer", "date"
  std::string_view format;  // "name" for the first one
  int priority = 0;
};

/// Where the subresource "scale" finds its numbers in an object, as JSONPaths.
struct ScalePaths {
  std::string_view replicas = ".spec.replicas";
  std::string_view status_replicas = ".status.replicas";
  std::string_view selector = {};  // of a text; empty: spec.selector, an object
};

/// Everything the rest of the program knows about one kind, in one file (sim/api/kinds/NAME.cpp) or
/// from one CustomResourceDefinition (sim/api/custom/custom_kind.h). One such table drives
/// decoding, strict field checks, defaulting, validation, patch merge keys, discovery, OpenAPI and
/// kubectl's tables. What it points to lives as long as it does.
struct Kind {
  std::string_view group;     // "" for core
  std::string_view version;   // "v1"
  std::string_view kind;      // "Deployment"
  std::string_view plural;    // "deployments"
  std::string_view singular;  // "deployment"
  std::vector<std::string_view> short_names;
  std::vector<std::string_view> categories;  // "all"
  bool namespaced = true;
  std::vector<std::string_view> verbs;
  std::vector<std::string_view> subresources;  // "status", "scale", "log", "binding", "eviction"
  const Type* schema = nullptr;
  bool counts_generation = false;  // metadata.generation counts the changes of spec
  bool returns_deleted = false;    // a deletion answers with the object, not with a Status
  bool create_on_update = false;   // PUT makes what is not there
  bool computed = false;           // never stored: made when it is asked for, get and list alone

  /// The rule for names, whose faults it tells (see validation/names.h); null: a DNS subdomain.
  std::vector<std::string> (*check_name)(std::string_view name) = nullptr;

  /// A view: a version or group that is served and not stored. It keeps its objects as those of
  /// another kind, to and from which it converts them; it needs no more than schema, columns and
  /// cells of its own.
  const Kind* stored_as = nullptr;
  std::function<Value(const Value& object)> to_stored = {};
  std::function<Value(const Value& stored)> from_stored = {};

  /// Fills defaults that depend on other fields; those of single fields are in the schema.
  std::function<Value(Value object)> set_defaults = {};
  /// Rules beyond the schema's. `old` is null for a creation.
  std::function<void(const Value& object, const Value& old, FieldErrors& errors)> validate = {};
  /// Server-side changes before a write of what is not the status: fields that only the server
  /// sets. On an update the status is that of `old` already; on a creation it is what the body
  /// says.
  std::function<Value(Value object, const Value& old)> prepare = {};

  std::span<const PrintColumn> columns = {};
  /// The cells of one row, one for each column. `now` for ages.
  std::function<std::vector<Value>(const Value& object, Time now)> cells = {};
  /// Fields a fieldSelector may name, besides metadata.name and metadata.namespace: name and value.
  std::function<std::vector<std::pair<std::string, std::string>>(const Value& object)>
      selectable_fields = {};
  ScalePaths scale_paths = {};

  /// Of a CustomResourceDefinition: strategic patches are not for it, its status is an ordinary
  /// field unless "status" is a subresource, and items of lists say what they are.
  bool custom = false;
  std::string_view list_kind = {};  // empty: the kind and "List"
  /// Reads a body (see decode.h) instead of `schema`.
  std::function<Result<Value>(const Value& body, std::vector<std::string>* unknown,
                              std::string* place)>
      decode = {};
  Value openapi = {};  // the schema that OpenAPI shows instead of `schema`

  /// "deployments.apps": how requests name it, and ObjectKey::resource unless it is a view.
  [[nodiscard]] std::string resource() const;
  /// The kind that its objects are kept as: itself unless it is a view.
  [[nodiscard]] const Kind& storage() const { return stored_as != nullptr ? *stored_as : *this; }
  /// "apps/v1", "v1".
  [[nodiscard]] std::string api_version() const;
  /// "DeploymentList".
  [[nodiscard]] std::string list_name() const;
  [[nodiscard]] bool has_subresource(std::string_view subresource) const;
};

/// All kinds served, in discovery order. Immutable: a new CustomResourceDefinition makes a new
/// table (see kind_registry.h), and whoever still reads the one before may go on.
class KindTable {
 public:
  /// The built-in kinds: one row each in sim/api/kinds/table.cpp.
  static const KindTable& builtin();

  /// The built-in kinds and after them `served`. `kept` are kinds that objects are stored as
  /// without being served in that version.
  using Kinds = std::vector<std::shared_ptr<const Kind>>;
  static std::shared_ptr<const KindTable> with_custom(Kinds served, Kinds kept);

  [[nodiscard]] const std::vector<const Kind*>& all() const { return kinds_; }
  /// Of several versions the stored one.
  [[nodiscard]] const Kind* by_resource(std::string_view resource) const;
  [[nodiscard]] const Kind* by_gvk(std::string_view api_version, std::string_view kind) const;
  [[nodiscard]] const Kind* by_path(std::string_view group, std::string_view version,
                                    std::string_view plural) const;

 private:
  std::vector<const Kind*> kinds_;
  std::map<std::string, const Kind*, std::less<>> by_resource_;
  Kinds owned_;
};

}  // namespace inferlab::sim
