// The report of the last check: each check with its points, and what was seen against what was
// expected.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

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
    case State::kNotYet:
    case State::kUnknown:
      break;
  }
  return Sign::kUnknown;
}

// A button, and behind it the line for the file's name: its ending says what the file becomes.
void draw_save(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  if (!state.saves_report) {
    if (ImGui::Button("Save report …")) state.saves_report = true;
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("Writes it to a file (Ctrl+R)");
  } else {
    ImGui::SetNextItemWidth(-160);
    const bool entered =
        ImGui::InputTextWithHint("##file", "report.html, .txt, .json, .xml (JUnit), .sarif or .svg",
                                 &state.report_file, ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::SameLine();
    if ((ImGui::Button("Save") || entered) && !state.report_file.empty()) {
      commands.save_report(state.report_file);
      state.saves_report = false;
    }
    ImGui::SameLine();
    if (ImGui::Button("Cancel")) state.saves_report = false;
  }
  if (!view.saved.empty()) dim_text(("Saved as " + view.saved).c_str());
}

}  // namespace

void draw_report(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  if (view.busy) {
    ImGui::ProgressBar(static_cast<float>(view.progress), {-1, 0}, view.busy_with.c_str());
  } else if (view.score < 0) {
    dim_text("Not checked yet. Check my work (F5) replays your session and grades what it causes.");
  } else {
    draw_save(view, commands, state);
  }
  for (const labs::CheckRow& check : view.checks) {
    draw_sign(sign_of(check.state));
    ImGui::TextUnformatted(check.title.c_str());
    ImGui::SameLine();
    const bool not_yet = check.state == labs::CheckRow::State::kNotYet;
    const std::string earned = not_yet ? "-" : std::to_string(check.earned);
    dim_text(fmt::format("{} of {}   {}", earned, check.points, check.rows).c_str());
    if (check.state == labs::CheckRow::State::kPassed || check.seen.empty()) continue;
    ImGui::Indent();
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(((not_yet ? "" : "seen: ") + check.seen).c_str());
    if (!check.expected.empty()) ImGui::TextUnformatted(("expected: " + check.expected).c_str());
    ImGui::PopTextWrapPos();
    ImGui::Unindent();
  }
}

}  // namespace inferlab::ui
