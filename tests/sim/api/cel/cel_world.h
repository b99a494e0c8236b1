#pragma once

#include <memory>
#include <string>

#include "sim/api/cel/cel.h"
#include "tests/support/golden.h"

namespace inferlab::sim::cel {

/// A value as an expression would write it: 1u, "a", [1, 2], {"a": true}, duration("1.5s").
std::string show(const Val& val);

/// What an expression comes to, or "error: …", with these variables.
std::string outcome(const std::string& text, const Environment& environment,
                    const Bindings& bindings);

/// The vocabulary of tests/golden/cel:
///     schema name=self <<END … END   declares a variable with the type of a JSON schema;
///                                    as=self: a type with the name of another variable's
///     dyn name=object                declares one without
///     stored                         from here on expressions are stored already
///     value name=self <<END … END    binds one to a JSON document
///     eval <<END … END               compiles and evaluates, with its cost after it
///     type <<END … END               prints the type of the expression
std::unique_ptr<testing::GoldenWorld> make_cel_world();

}  // namespace inferlab::sim::cel
