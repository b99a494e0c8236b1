#pragma once

#include <string>

#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// What a learner reads of a lab, as one page of HTML: to be printed, handed out, or shown while it
/// is written. It is well-formed XML, loads nothing and runs nothing; with `reloads` it asks
/// /version now and then, and loads itself again when the answer has changed. Solutions, hints'
/// texts and right answers are not in it.
std::string lab_page(const LabSpec& lab, bool reloads = false);

/// The same as Markdown.
std::string lab_markdown(const LabSpec& lab);

}  // namespace inferlab::labs
