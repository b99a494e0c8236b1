#pragma once

#include <string>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// What the window shows of a lab beside its tasks and checks, as Markdown.
std::string window_text(const LabSpec& lab);

/// The lab's starter as one text of YAML: what the editor begins with.
Result<std::string> starter_text(const LabSpec& lab);

}  // namespace inferlab::labs
