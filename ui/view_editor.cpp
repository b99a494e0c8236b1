// The manifest editor: line numbers, apply, and the mistakes at their lines.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <string>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

int count_lines(const std::string& text) {
  return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

int remember_cursor(ImGuiInputTextCallbackData* data) {
  auto* line = static_cast<int*>(data->UserData);
  *line = 1 + static_cast<int>(std::count(data->Buf, data->Buf + data->CursorPos, '\n'));
  return 0;
}

// The gutter stands left of the text and scrolls with it: the text field is as tall as its text,
// and the child window around it scrolls.
void draw_gutter(const labs::DeskView& view, ImVec2 origin, int lines, float line_height) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float pad = ImGui::GetStyle().FramePadding.y;
  for (int line = 1; line <= lines; ++line) {
    const float y = origin.y + pad + static_cast<float>(line - 1) * line_height;
    const auto problem =
        std::find_if(view.problems.begin(), view.problems.end(),
                     [line](const labs::EditorProblem& p) { return p.line == line; });
    const bool bad = problem != view.problems.end();
    if (bad) {
      draw.AddRectFilled({origin.x, y}, {origin.x + 4000, y + line_height},
                         with_alpha(palette().vermilion, 0.22F));
    }
    const std::string number = fmt::format("{}{:>3}", bad ? "!" : " ", line);
    draw.AddText({origin.x, y}, bad ? palette().vermilion : palette().dim, number.c_str());
    if (bad && ImGui::IsMouseHoveringRect({origin.x, y}, {origin.x + 4000, y + line_height})) {
      ImGui::SetTooltip("%s\n%s", problem->message.c_str(), problem->hint.c_str());
    }
  }
}

void draw_outcome(const labs::DeskView& view) {
  for (const labs::EditorProblem& problem : view.problems) {
    draw_sign(Sign::kFailed);
    ImGui::PushTextWrapPos(0);
    ImGui::Text("line %d, column %d: %s", problem.line, problem.column, problem.message.c_str());
    if (!problem.hint.empty()) dim_text(problem.hint.c_str());
    ImGui::PopTextWrapPos();
  }
  for (const std::string& line : view.apply_outcome) {
    draw_sign(Sign::kOk);
    ImGui::TextUnformatted(line.c_str());
  }
}

}  // namespace

void draw_editor(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  if (state.editor_version != view.editor_version) {
    state.editor_text = view.editor_text;
    state.editor_version = view.editor_version;
  }
  heading("Manifest");
  ImGui::SameLine();
  dim_text("edit, then apply");
  ImGui::SameLine(ImGui::GetContentRegionAvail().x - 170);
  if (ImGui::Button("Reset")) commands.reset_lab();
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Starts the lab anew with the starter's manifest");
  ImGui::SameLine();
  ImGui::PushStyleColor(ImGuiCol_Button, palette().blue);
  if (ImGui::Button("Apply")) commands.apply_manifest(state.editor_text);
  ImGui::PopStyleColor();
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("kubectl apply -f (Ctrl+S)");

  const std::size_t outcome_lines = view.problems.size() * 2 + view.apply_outcome.size();
  const float outcome =
      std::min(static_cast<float>(outcome_lines), 5.0F) * ImGui::GetTextLineHeightWithSpacing();
  ImGui::BeginChild("text", {0, -outcome - 2}, false, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PushFont(fonts().mono);
  const float line_height = ImGui::GetTextLineHeight();
  const int lines = count_lines(state.editor_text);
  const float gutter = ImGui::CalcTextSize("!999 ").x;
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float height =
      std::max(static_cast<float>(lines + 1) * line_height + 2 * ImGui::GetStyle().FramePadding.y,
               ImGui::GetContentRegionAvail().y);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + gutter);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, IM_COL32_BLACK_TRANS);
  int cursor_line = state.cursor_line;
  ImGui::InputTextMultiline("##manifest", &state.editor_text,
                            {std::max(ImGui::GetContentRegionAvail().x, 700.0F), height},
                            ImGuiInputTextFlags_CallbackAlways | ImGuiInputTextFlags_AllowTabInput,
                            remember_cursor, &cursor_line);
  ImGui::PopStyleColor();
  draw_gutter(view, origin, lines, line_height);
  if (cursor_line != state.cursor_line) {
    state.cursor_line = cursor_line;
    const float y = static_cast<float>(cursor_line - 1) * line_height;
    const float visible = ImGui::GetWindowHeight() - 2 * line_height;
    if (y < ImGui::GetScrollY()) ImGui::SetScrollY(y);
    if (y > ImGui::GetScrollY() + visible) ImGui::SetScrollY(y - visible);
  }
  ImGui::PopFont();
  ImGui::EndChild();
  if (outcome > 0) {
    ImGui::BeginChild("outcome");
    draw_outcome(view);
    ImGui::EndChild();
  }
}

}  // namespace inferlab::ui
