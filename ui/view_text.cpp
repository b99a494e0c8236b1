// What the lab is about, and its tasks.
#include <imgui.h>

#include "ui/markdown.h"
#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_text(const labs::DeskView& view, labs::DeskCommands& /*commands*/, UiState& /*state*/) {
  draw_markdown(view.lab_text);
  if (!view.tasks.empty()) {
    ImGui::Spacing();
    heading("Tasks");
    int number = 0;
    for (const std::string& task : view.tasks) {
      draw_markdown(std::to_string(++number) + ". " + task);
    }
  }
  if (view.kubeconfig.empty()) return;
  ImGui::Spacing();
  heading("In your own terminal");
  const std::string commands = "```\nexport KUBECONFIG=" + view.kubeconfig +
                               "\nkubectl get nodes\ncurl -N " + view.gateway_url +
                               "/v1/models\n```";
  draw_markdown(commands);
  if (ImGui::Button("Copy")) {
    ImGui::SetClipboardText(("export KUBECONFIG=" + view.kubeconfig).c_str());
  }
}

}  // namespace inferlab::ui
