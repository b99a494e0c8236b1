// The top bar: which lab, the virtual clock and its speed, the check button and the score.
#include <fmt/format.h>
#include <imgui.h>

#include <array>

#include "labs/session/snapshot.h"
#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

struct Speed {
  const char* label;
  double value;
  const char* hint;
};
constexpr std::array kSpeeds = {
    Speed{"Pause", 0, "Stop the virtual clock (F6)"},
    Speed{"1x", 1, "As fast as a wall clock (F7)"},
    Speed{"10x", 10, "Ten virtual seconds a second (F8)"},
    Speed{"Max", labs::kMaxSpeed, "As fast as this machine can (F9)"},
};

std::string clock_text(Time now) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// Lays the next item out so that `width` of it ends at the bar's right edge.
void align_right(float width) {
  ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - width);
}

}  // namespace

void draw_top_bar(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  ImGui::AlignTextToFramePadding();
  ImGui::PushFont(fonts().title);
  ImGui::TextUnformatted("inferlab");
  ImGui::SameLine();
  ImGui::PushStyleColor(ImGuiCol_Text, palette().dim);
  ImGui::TextUnformatted(view.lab_title.c_str());
  ImGui::PopStyleColor();

  const float width = 520;
  align_right(width);
  ImGui::TextUnformatted(clock_text(view.run ? view.run->now : Time{}).c_str());
  ImGui::PopFont();
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Virtual time since the lab began");
  const double speed = view.run ? view.run->speed : 1;
  for (const Speed& choice : kSpeeds) {
    ImGui::SameLine();
    const bool chosen = speed == choice.value;
    if (chosen) ImGui::PushStyleColor(ImGuiCol_Button, palette().blue);
    if (ImGui::Button(choice.label)) commands.set_speed(choice.value);
    if (chosen) ImGui::PopStyleColor();
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", choice.hint);
  }
  ImGui::SameLine();
  ImGui::PushStyleColor(ImGuiCol_Button, with_alpha(palette().green, 0.75F));
  if (ImGui::Button("Check my work")) {
    commands.check();
    state.wants_report = true;
  }
  ImGui::PopStyleColor();
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Replays your session and grades it (F5)");
  ImGui::SameLine();
  if (view.busy) {
    ImGui::TextUnformatted("grading …");
  } else if (view.score >= 0) {
    ImGui::PushFont(fonts().bold);
    ImGui::Text("%d / %d%s", view.score, view.max_score, view.so_far ? " so far" : "");
    ImGui::PopFont();
  } else {
    dim_text("not checked");
  }
  if (!view.error.empty()) {
    draw_sign(Sign::kFailed);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(view.error.c_str());
    ImGui::PopTextWrapPos();
  }
}

}  // namespace inferlab::ui
