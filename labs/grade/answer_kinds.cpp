#include "labs/grade/answer_kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inferlab::labs {

bool is_answer(const sim::Kind& kind, const LabSpec& lab) {
  if (lab.answer_kinds.empty()) return kind.namespaced || kind.kind == "Namespace";
  return std::find(lab.answer_kinds.begin(), lab.answer_kinds.end(), kind.kind) !=
         lab.answer_kinds.end();
}

std::string answer_hint(const LabSpec& lab) {
  if (lab.answer_kinds.empty()) return "submit what lies in a namespace, and Namespaces";
  return fmt::format("submit {}", fmt::join(lab.answer_kinds, ", "));
}

}  // namespace inferlab::labs
