#pragma once

#include "labs/cli/command.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// The kinds of checks, what each looks at and what it takes, with the fields of what it takes:
/// [{"kind", "what", "params": [{"name", "type", "required", "description", "fields": [...]}]}].
sim::Value check_kinds();

/// The same for people: a form that several kinds take is explained once, at the end.
void print_check_kinds(Terminal& terminal);

}  // namespace inferlab::labs
