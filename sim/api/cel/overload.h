#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/cel/type.h"
#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// How many units of Kubernetes' cost budget a call takes, by its arguments. "Size" is the code
/// points of a string and the items of a list; a thing without size counts as one.
/// Source: cel-go's runtime cost tracking and Kubernetes' estimator for its own libraries.
enum class Cost : std::uint8_t {
  kNone,
  kOne,
  kTraverse,       ///< a tenth of the first argument's size
  kTraverseTwice,  ///< a fifth of it: read and written again
  kWriteResult,    ///< a fifth of the result's size
  kSmaller,        ///< a tenth of the smaller argument: a comparison
  kBoth,           ///< a tenth of both: a concatenation
  kItems,          ///< every item of the first argument, a tenth of the bytes of a text
  kSecondSize,     ///< the items of the second argument: `in`
  kContains,       ///< a tenth of the one times a tenth of the other
  kRegex,          ///< a tenth of the text times a quarter of the pattern
  kProduct,        ///< the sizes multiplied, and one
  kProductTwice,
  kContainsIp,      ///< of addresses in binary form
  kContainsIpText,  ///< and of text that is read first
  kContainsCidr,
  kContainsCidrText,
  kAuthorization,  ///< so much that one expression may ask twice
};

using Args = std::span<const Val>;
/// Arguments are no errors, and their kinds are those of the signature. What it makes is charged to
/// the Work.
using Function = Val (*)(Args, Work&);

struct Overload {
  std::string name;
  bool member = false;
  std::vector<Type> params;  ///< the receiver first
  Type result;
  Function run = nullptr;  ///< nullptr: the evaluator does it itself
  Cost cost = Cost::kOne;
};

/// A line of a library: "startsWith", "string, string -> bool".
struct LibraryRow {
  enum class Form : std::uint8_t { kGlobal, kMember, kBoth };
  std::string_view name;
  Form form;
  std::string_view signature;
  Function run;
  Cost cost = Cost::kOne;
};

using Library = std::span<const LibraryRow>;

// One per file of library/.
Library operator_library();
Library conversion_library();
Library time_library();
Library string_library();
Library format_string_library();
Library regex_library();
Library list_library();
Library optional_library();
Library quantity_library();
Library network_library();
Library url_library();
Library named_format_library();
Library authorizer_library();

/// All overloads of a name; empty when there is no such function.
std::span<const Overload> find_overloads(std::string_view name);

/// The units that a call took.
std::int64_t call_cost(Cost cost, Args args, const Val& result);

/// A string or bytes that a function made, charged to the work.
Val made_string(std::string text, Work& work);
Val made_list(std::vector<Val> items, Work& work);
/// "no such overload".
Val no_such_overload();

}  // namespace inferlab::sim::cel
