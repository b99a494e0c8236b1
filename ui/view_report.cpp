// The report of the last check: each check with its points, and what was seen against what was
// expected.
#include <fmt/format.h>
#include <imgui.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

Sign sign_of(labs::CheckRow::State state) {
  using State = labs::CheckRow::State;
  switch (state) {
    case State::kPassed:
      return Sign::kOk;
    case State::kPartial:
      return Sign::kWaiting;
    case State::kFailed:
      return Sign::kFailed;
    case State::kUnknown:
      break;
  }
  return Sign::kUnknown;
}

}  // namespace

void draw_report(const labs::DeskView& view, labs::DeskCommands& /*commands*/, UiState& /*state*/) {
  if (view.busy) {
    ImGui::ProgressBar(static_cast<float>(view.progress), {-1, 0}, view.busy_with.c_str());
  } else if (view.score < 0) {
    dim_text("Not checked yet. Check my work (F5) replays your session and grades what it causes.");
  }
  for (const labs::CheckRow& check : view.checks) {
    draw_sign(sign_of(check.state));
    ImGui::TextUnformatted(check.title.c_str());
    ImGui::SameLine();
    dim_text(fmt::format("{} of {}   {}", check.earned, check.points, check.rows).c_str());
    if (check.state == labs::CheckRow::State::kPassed || check.seen.empty()) continue;
    ImGui::Indent();
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(("seen: " + check.seen).c_str());
    if (!check.expected.empty()) ImGui::TextUnformatted(("expected: " + check.expected).c_str());
    ImGui::PopTextWrapPos();
    ImGui::Unindent();
  }
}

}  // namespace inferlab::ui
