#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/api/cel/type.h"
#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

struct Overload;
struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// What the macros that walk a list or map make of it.
enum class FoldKind : std::uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kMap,           ///< also of filter, whose body is its variable
  kTransformMap,  ///< a map of the same keys
  kMergeMaps,     ///< one map of the entries of all: transformMapEntry
};

struct Fold {
  FoldKind kind = FoldKind::kAll;
  std::string var;
  std::string var2;  ///< empty in the one-variable forms
  ExprPtr filter;    ///< may be nullptr
  ExprPtr body;      ///< the predicate, or what an item becomes
};

/// One node of an expression. The parser makes it; the checker adds types and overloads.
struct Expr {
  enum class Kind : std::uint8_t {
    kError,  ///< reported already
    kLiteral,
    kIdent,
    kSelect,  ///< target.name; test_only: has(target.name); optional: target.?name
    kCall,    ///< name(args), or target.name(args); operators by cel-go's names, "_+_"
    kList,    ///< args
    kMap,     ///< args: key, value, key, value
    kStruct,  ///< name{}: there are no messages, so that it is always refused
    kFold,    ///< of target
    kBind,    ///< target.optMap(var, body) or optFlatMap, by name
  };

  Kind kind = Kind::kError;
  std::size_t offset = 0;  ///< where error texts point to, in code points
  int depth = 1;           ///< of the tree below
  std::string name;
  Val literal;
  bool test_only = false;
  bool optional = false;
  ExprPtr target;
  std::vector<ExprPtr> args;
  std::vector<bool> optional_args;  ///< of a list by item, of a map by entry
  std::unique_ptr<Fold> fold;

  // What the checker finds.
  Type type;
  std::vector<const Overload*> overloads;  ///< that fit; several where types are known at run time
};

}  // namespace inferlab::sim::cel
