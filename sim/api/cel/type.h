#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim::cel {

/// A type of CEL as the type checker sees it: immutable, cheap to copy.
///
/// Object types have named fields, as those that come from an OpenAPI schema; opaque types are the
/// libraries' own (kubernetes.Quantity, net.IP, optional_type(T)).
/// Source: CEL language definition, "Type system"; Kubernetes, "Common Expression Language in
/// Kubernetes", "Type checking".
class Type {
 public:
  enum class Kind : std::uint8_t {
    kError,  ///< of an expression that has an error already: agrees with everything
    kDyn,
    kNull,
    kBool,
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kTimestamp,
    kDuration,
    kList,
    kMap,
    kType,    ///< type(T): what the expression `int` has
    kObject,  ///< named fields, or a library's own type without any
    kOptional,
    kParam,  ///< a type parameter of a declaration ("A"), or a variable of the checker
  };
  /// Kubernetes' x-kubernetes-list-type: how two lists are compared and added.
  enum class Merge : std::uint8_t { kAtomic, kSet, kByKeys };
  struct Field;

  Type() = default;  ///< dyn
  explicit Type(Kind simple) : kind_(simple) {}

  static Type list(Type item);
  /// x-kubernetes-list-type: set or map; `keys` are the fields that name an item of a map.
  static Type list(Type item, Merge merge, std::vector<std::string> keys = {});
  static Type map(Type key, Type value);
  static Type object(std::string name, std::vector<Field> fields);
  static Type object(std::string name);  // no default argument: Field is not known yet
  static Type optional(Type item);
  static Type type_of(Type type);
  static Type param(std::string name);
  /// Number `id` of the checker's own variables.
  static Type variable(int id);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_dyn() const { return kind_ == Kind::kDyn; }
  [[nodiscard]] bool is_dyn_or_error() const { return is_dyn() || kind_ == Kind::kError; }
  /// Of a list, optional or type: its item; of a map: its value; else dyn.
  [[nodiscard]] Type item() const;
  /// Of a map its key, else dyn.
  [[nodiscard]] Type key() const;
  /// Of an object or parameter, as declared.
  [[nodiscard]] const std::string& name() const;
  /// The number of a checker's variable; -1 for all other types.
  [[nodiscard]] int variable_id() const;
  [[nodiscard]] const std::vector<Field>& fields() const&;
  /// nullptr when there is none.
  [[nodiscard]] const Field* field(std::string_view name) const&;
  [[nodiscard]] Merge merge() const;
  [[nodiscard]] const std::vector<std::string>& merge_keys() const&;

  /// What error texts show: "map(string, list(int))", "null", "timestamp".
  [[nodiscard]] std::string str() const;
  /// What type() of a value shows, without parameters: "google.protobuf.Timestamp", "list".
  [[nodiscard]] std::string runtime_name() const;

  /// Equal, and known to be without a look at the parameters: a copy of it.
  [[nodiscard]] bool is_copy_of(const Type& other) const {
    return kind_ == other.kind_ && node_ == other.node_;
  }
  /// Equal with all parameters.
  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Node;
  Type(Kind kind, std::shared_ptr<const Node> node) : kind_(kind), node_(std::move(node)) {}
  void append_to(std::string& out) const;

  Kind kind_ = Kind::kDyn;
  std::shared_ptr<const Node> node_;
};

struct Type::Field {
  std::string name;       ///< as an expression writes it: "__namespace__"
  std::string json_name;  ///< as the document has it: "namespace"
  Type type;
};

/// The name of a property in expressions, where it is no identifier or a reserved word:
/// "foo-bar" is "foo__dash__bar". Empty for one that expressions cannot reach.
/// Source: Kubernetes documentation, "Validation rules", the table of escape sequences.
std::string escaped_name(std::string_view json_name);

}  // namespace inferlab::sim::cel
