// The cluster's Events, newest first.
#include <fmt/format.h>
#include <imgui.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_events(const labs::DeskView& view, labs::DeskCommands& /*commands*/, UiState& /*state*/) {
  if (!view.run) return;
  const auto& events = view.run->events;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    draw_sign(event->type == "Warning" ? Sign::kWaiting : Sign::kOk);
    const Duration ago = view.run->now - event->at;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ago);
    ImGui::PushFont(fonts().bold);
    ImGui::TextUnformatted(event->reason.c_str());
    ImGui::PopFont();
    ImGui::SameLine();
    dim_text(fmt::format("{}{}, {} ago", event->object,
                         event->count > 1 ? fmt::format(" (x{})", event->count) : "",
                         format_duration(seconds))
                 .c_str());
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(event->message.c_str());
    ImGui::PopTextWrapPos();
    ImGui::Spacing();
  }
}

}  // namespace inferlab::ui
