#pragma once

#include <string>

#include "labs/spec/lab_kinds.h"
#include "labs/spec/lab_spec.h"
#include "sim/api/kind.h"

namespace inferlab::labs {

/// Whether objects of this kind are an answer to the lab: those that the lab lists, or else what
/// lies in a namespace, and namespaces. The rest is the cluster that the lab sets up: whoever could
/// write its Nodes could take the taints off that a check looks for.
bool is_answer(const sim::Kind& kind, const LabSpec& lab);

bool is_answer(const LabKind& kind, const LabSpec& lab);

/// What to submit instead, as a hint.
std::string answer_hint(const LabSpec& lab);

}  // namespace inferlab::labs
