#pragma once

#include <string>

#include "labs/cli/args.h"

namespace inferlab::labs {

/// --learner ID: whose variant of a lab is meant.
void declare_learner(Args& args, std::string& into);

/// What was given, or else what the variable INFERLAB_LEARNER says; empty: nobody's variant, the
/// files as the lab ships them.
std::string learner_of(const std::string& given);

}  // namespace inferlab::labs
