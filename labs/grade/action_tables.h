#pragma once

#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// The form of actions.yaml (see labs/grade/actions.h).
extern const SpecTable kActionsFileTable;

}  // namespace inferlab::labs
