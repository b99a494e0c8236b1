// A chat with the real engine behind the gateway: tokens stream in as they come.
#include <imgui.h>
#include <imgui_stdlib.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_chat(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state) {
  dim_text(
      "Goes through the gateway to a Ready replica of your Deployment, answered by the engine.");
  ImGui::SetNextItemWidth(-90);
  const bool entered =
      ImGui::InputTextWithHint("##message", "What is a readiness probe?", &state.chat_text,
                               ImGuiInputTextFlags_EnterReturnsTrue);
  ImGui::SameLine();
  if ((ImGui::Button("Send") || entered) && !state.chat_text.empty() && !view.chatting) {
    commands.chat(state.chat_text);
  }
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(view.chat_answer.c_str());
  ImGui::PopTextWrapPos();
  if (view.chatting) dim_text("…");
}

}  // namespace inferlab::ui
