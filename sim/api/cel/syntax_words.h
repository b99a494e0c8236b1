#pragma once

#include <string>

#include "sim/api/cel/lexer.h"

namespace inferlab::sim::cel {

// The words of syntax errors: what the API server's generated parser says.

/// A token as it was written; "<EOF>" for the end.
std::string shown(const Token& token);

/// Whether an expression can begin with this token.
bool starts_expression(const Token& token);

/// What may stand where an expression begins, in the order in which it is listed; inside brackets
/// also what closes them (0: none).
std::string expected_start(char closer);

/// Whether it can stand behind a whole expression and go on with it.
bool is_infix(const Token& token);

/// Words that no variable or function may be called: CEL language definition, "Syntax".
bool is_reserved(const Token& token);

}  // namespace inferlab::sim::cel
