#include <imgui.h>

#include <array>

#include "labs/session/snapshot.h"
#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

constexpr std::array kLeftPanels = {
    PanelRow{"Lab", draw_text},
    PanelRow{"All labs", draw_labs},
    PanelRow{"Hints", draw_hints},
};
constexpr std::array kBottomPanels = {
    PanelRow{"Pods", draw_pods},
    PanelRow{"Events", draw_events},
    PanelRow{"Report", draw_report},
    PanelRow{"Ask the model", draw_chat},
};

void draw_tabs(const char* id, std::span<const PanelRow> panels, ImVec2 size,
               const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  ImGui::BeginChild(id, size, true);
  if (ImGui::BeginTabBar(id)) {
    for (const PanelRow& panel : panels) {
      ImGuiTabItemFlags flags = 0;
      if (panel.draw == draw_report && state.wants_report) {
        flags = ImGuiTabItemFlags_SetSelected;
        state.wants_report = false;
      }
      if (!ImGui::BeginTabItem(panel.title, nullptr, flags)) continue;
      ImGui::BeginChild(panel.title);
      panel.draw(view, commands, state);
      ImGui::EndChild();
      ImGui::EndTabItem();
    }
    ImGui::EndTabBar();
  }
  ImGui::EndChild();
}

// Every command has a key: F1 shows them.
void answer_keys(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  const ImGuiIO& io = ImGui::GetIO();
  const auto control = [&io](char key) { return io.KeyCtrl && ImGui::IsKeyPressed(key, false); };
  // Key codes are GLFW's: function keys count up from 290 (F1).
  constexpr int kF1 = 290;
  if (ImGui::IsKeyPressed(kF1, false)) state.show_help = !state.show_help;
  if (control('S')) commands.apply_manifest(state.editor_text);
  if (control('R')) state.saves_report = state.wants_report = true;
  if (ImGui::IsKeyPressed(kF1 + 4, false)) {
    commands.check();
    state.wants_report = true;
  }
  if (ImGui::IsKeyPressed(kF1 + 5, false) && view.run) {
    commands.set_speed(view.run->speed == 0 ? 1 : 0);
  }
  if (ImGui::IsKeyPressed(kF1 + 6, false)) commands.set_speed(1);
  if (ImGui::IsKeyPressed(kF1 + 7, false)) commands.set_speed(10);
  if (ImGui::IsKeyPressed(kF1 + 8, false)) commands.set_speed(labs::kMaxSpeed);
}

}  // namespace

void draw_desk(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  const ImGuiViewport& port = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(port.Pos);
  ImGui::SetNextWindowSize(port.Size);
  ImGui::Begin("inferlab", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus);
  answer_keys(view, commands, state);
  draw_top_bar(view, commands, state);

  const ImVec2 space = ImGui::GetContentRegionAvail();
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float left = space.x * 0.27F;
  const float middle = space.x * 0.37F;
  const float right = space.x - left - middle - 2 * gap;
  const float top = space.y * 0.62F;
  const float bottom = space.y - top - ImGui::GetStyle().ItemSpacing.y;

  draw_tabs("left", kLeftPanels, {left, space.y}, view, commands, state);
  ImGui::SameLine();
  ImGui::BeginGroup();
  ImGui::BeginChild("editor", {middle, top}, true);
  draw_editor(view, commands, state);
  ImGui::EndChild();
  draw_tabs("bottom", kBottomPanels, {middle, bottom}, view, commands, state);
  ImGui::EndGroup();
  ImGui::SameLine();
  ImGui::BeginGroup();
  ImGui::BeginChild("cluster", {right, space.y * 0.5F}, true);
  draw_cluster(view, commands, state);
  ImGui::EndChild();
  ImGui::BeginChild("plots", {right, 0}, false);
  draw_plots(view, commands, state);
  ImGui::EndChild();
  ImGui::EndGroup();
  if (state.show_help) draw_help(view, commands, state);
  ImGui::End();
}

}  // namespace inferlab::ui
