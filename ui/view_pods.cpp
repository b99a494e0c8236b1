// The Pods as kubectl lists them, with the reason of each that is not well.
#include <fmt/format.h>
#include <imgui.h>

#include "engine/base/time.h"
#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

// Under its Pod, across all columns: a cell would cut it off.
void draw_reason(const std::string& reason) {
  const ImVec2 corner = ImGui::GetWindowPos();
  const ImVec2 size = ImGui::GetWindowSize();
  ImGui::PushClipRect(corner, ImVec2(corner.x + size.x, corner.y + size.y), false);
  ImGui::PushStyleColor(ImGuiCol_Text, palette().dim);
  ImGui::PushTextWrapPos(ImGui::GetWindowContentRegionMax().x);
  ImGui::TextUnformatted(reason.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  ImGui::PopClipRect();
}

// A cell's text, in full when the pointer rests on it.
void draw_cell(const std::string& text) {
  ImGui::TextUnformatted(text.c_str());
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", text.c_str());
}

}  // namespace

void draw_pods(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  if (!view.run || view.run->pods.empty()) {
    dim_text("No Pods yet: apply the manifest.");
    return;
  }
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable;
  if (!ImGui::BeginTable("pods", 5, kFlags)) return;
  ImGui::TableSetupColumn("Pod", ImGuiTableColumnFlags_WidthStretch, 4);
  ImGui::TableSetupColumn("Status", ImGuiTableColumnFlags_WidthStretch, 2.2F);
  ImGui::TableSetupColumn("Restarts", ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableSetupColumn("Age", ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableSetupColumn("Node", ImGuiTableColumnFlags_WidthStretch, 2.2F);
  ImGui::TableHeadersRow();
  for (const labs::PodRow& pod : view.run->pods) {
    const std::string name = pod.ns + "/" + pod.name;
    ImGui::PushID(name.c_str());
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    draw_sign(pod.ready ? Sign::kOk
                        : (pod.status == "Pending" || pod.status == "Running" ||
                                   pod.status == "ContainerCreating"
                               ? Sign::kWaiting
                               : Sign::kFailed));
    if (ImGui::Selectable(pod.name.c_str(), name == state.selected_pod,
                          ImGuiSelectableFlags_SpanAllColumns)) {
      state.selected_pod = name;
    }
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", name.c_str());
    if (ImGui::BeginPopupContextItem()) {
      if (ImGui::MenuItem("Crash its container")) commands.inject_fault("container-crash", name);
      if (ImGui::MenuItem("Take its node down", nullptr, false, !pod.node.empty())) {
        commands.inject_fault("node-down", pod.node);
      }
      ImGui::EndPopup();
    }
    ImGui::TableNextColumn();
    draw_cell(pod.status);
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(std::to_string(pod.restarts).c_str());
    ImGui::TableNextColumn();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(pod.age);
    ImGui::TextUnformatted(format_duration(seconds).c_str());
    ImGui::TableNextColumn();
    draw_cell(pod.node.empty() ? "none" : pod.node);
    ImGui::PopID();
    if (!pod.reason.empty()) {
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      draw_reason(pod.reason);
    }
  }
  ImGui::EndTable();
}

}  // namespace inferlab::ui
