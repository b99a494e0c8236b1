#include "labs/grade/answer_kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inferlab::labs {

namespace {

bool is_answer(std::string_view kind, bool namespaced, const LabSpec& lab) {
  if (lab.answer_kinds.empty()) return namespaced || kind == "Namespace";
  return std::find(lab.answer_kinds.begin(), lab.answer_kinds.end(), kind) !=
         lab.answer_kinds.end();
}

}  // namespace

bool is_answer(const sim::Kind& kind, const LabSpec& lab) {
  return is_answer(kind.kind, kind.namespaced, lab);
}

bool is_answer(const LabKind& kind, const LabSpec& lab) {
  return is_answer(kind.kind, kind.namespaced, lab);
}

std::string answer_hint(const LabSpec& lab) {
  if (lab.answer_kinds.empty()) return "submit what lies in a namespace, and Namespaces";
  return fmt::format("submit {}", fmt::join(lab.answer_kinds, ", "));
}

}  // namespace inferlab::labs
