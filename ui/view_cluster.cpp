// The cluster map: pools, their nodes, a slot for each GPU and who holds it, and who waits outside.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <string>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

constexpr float kSlot = 26;

// The colour and letter of a Pod: the same everywhere, by its place in the list of Pods.
int pod_index(const labs::Snapshot& run, const std::string& pod) {
  for (std::size_t i = 0; i < run.pods.size(); ++i) {
    if (run.pods[i].ns + "/" + run.pods[i].name == pod) return static_cast<int>(i);
  }
  return 0;
}

std::string slot_letter(int index) {
  return std::string(1, static_cast<char>('A' + index % 26));
}

void draw_slot(const labs::Snapshot& run, const std::string& owner, UiState& state) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 end(at.x + kSlot, at.y + kSlot);
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  if (owner.empty()) {
    draw.AddRect(at, end, palette().line, 4);
  } else {
    const int index = pod_index(run, owner);
    const ImU32 color = series_color(index);
    draw.AddRectFilled(at, end, with_alpha(color, 0.35F), 4);
    draw.AddRect(at, end, color, 4, 0, owner == state.selected_pod ? 3.0F : 1.5F);
    const std::string letter = slot_letter(index);
    const ImVec2 size = ImGui::CalcTextSize(letter.c_str());
    draw.AddText({at.x + (kSlot - size.x) / 2, at.y + (kSlot - size.y) / 2}, palette().text,
                 letter.c_str());
  }
  if (ImGui::InvisibleButton("slot", {kSlot, kSlot}) && !owner.empty()) state.selected_pod = owner;
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", owner.empty() ? "a free GPU" : owner.c_str());
}

void draw_node(const labs::Snapshot& run, const labs::NodeRow& node, UiState& state) {
  ImGui::PushID(node.name.c_str());
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  draw_sign(node.ready ? (node.schedulable ? Sign::kOk : Sign::kWaiting) : Sign::kFailed);
  ImGui::TextUnformatted(node.name.c_str());
  if (ImGui::IsItemHovered()) {
    std::string text = node.ready ? "Ready" : "NotReady";
    if (!node.schedulable) text += ", SchedulingDisabled";
    for (const std::string& label : node.labels) text += "\nlabel " + label;
    for (const std::string& taint : node.taints) text += "\ntaint " + taint;
    ImGui::SetTooltip("%s", text.c_str());
  }
  ImGui::TableNextColumn();
  for (std::size_t i = 0; i < node.gpu_owner.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    if (i > 0) ImGui::SameLine(0, 4);
    draw_slot(run, node.gpu_owner[i], state);
    ImGui::PopID();
  }
  if (node.gpu_owner.empty()) dim_text("no GPU");
  ImGui::TableNextColumn();
  const auto here =
      std::count_if(run.pods.begin(), run.pods.end(),
                    [&node](const labs::PodRow& pod) { return pod.node == node.name; });
  dim_text(fmt::format("{} Pod{}", here, here == 1 ? "" : "s").c_str());
  ImGui::PopID();
}

void draw_pool(const labs::Snapshot& run, std::span<const labs::NodeRow> nodes, UiState& state) {
  const labs::NodeRow& first = nodes.front();
  heading(first.pool.c_str());
  ImGui::SameLine();
  dim_text(first.gpu_name.empty() ? "CPU only" : first.gpu_name.c_str());
  for (const std::string& taint : first.taints) {
    chip(("taint " + taint).c_str(), palette().orange);
  }
  if (ImGui::BeginTable(first.pool.c_str(), 3)) {
    ImGui::TableSetupColumn("node", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("gpus", ImGuiTableColumnFlags_WidthStretch, 5);
    ImGui::TableSetupColumn("pods", ImGuiTableColumnFlags_WidthStretch, 1.4F);
    for (const labs::NodeRow& node : nodes) draw_node(run, node, state);
    ImGui::EndTable();
  }
}

}  // namespace

void draw_cluster(const labs::DeskView& view, labs::DeskCommands& /*commands*/, UiState& state) {
  if (!view.run) {
    dim_text("The cluster is starting …");
    return;
  }
  const labs::Snapshot& run = *view.run;
  for (std::size_t begin = 0; begin < run.nodes.size();) {
    std::size_t end = begin;
    while (end < run.nodes.size() && run.nodes[end].pool == run.nodes[begin].pool) ++end;
    draw_pool(run, std::span(run.nodes).subspan(begin, end - begin), state);
    begin = end;
  }
  bool any = false;
  for (const labs::PodRow& pod : run.pods) {
    if (!pod.node.empty() || pod.status == "Succeeded") continue;
    if (!any) heading("Waiting for a node");
    any = true;
    draw_sign(Sign::kWaiting);
    ImGui::TextUnformatted(
        fmt::format("{}  {}", slot_letter(pod_index(run, pod.ns + "/" + pod.name)), pod.name)
            .c_str());
    dim_text(pod.reason.c_str());
  }
}

}  // namespace inferlab::ui
