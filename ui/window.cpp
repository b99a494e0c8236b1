#include "ui/window.h"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {
namespace {

struct GlfwSession {
  bool ready = glfwInit() == GLFW_TRUE;
  GlfwSession() = default;
  GlfwSession(const GlfwSession&) = delete;
  GlfwSession& operator=(const GlfwSession&) = delete;
  ~GlfwSession() {
    if (ready) glfwTerminate();
  }
};

}  // namespace

bool has_display() {
  glfwSetErrorCallback(nullptr);
  return GlfwSession().ready;
}

Result<void> run_window(labs::Desk& desk) {
  const GlfwSession glfw;
  if (!glfw.ready) {
    return Error{ErrorKind::kUnavailable, "display: cannot be opened",
                 "set DISPLAY, or work in the terminal: inferlab lab start vllm-inference"};
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 0);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  GLFWwindow* window = glfwCreateWindow(1600, 1000, "inferlab", nullptr, nullptr);
  if (window == nullptr) {
    return Error{ErrorKind::kUnavailable, "window: OpenGL 3.0 is not to be had here",
                 "work in the terminal: inferlab lab start vllm-inference"};
  }
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  float scale = 1;
  glfwGetWindowContentScale(window, &scale, nullptr);
  apply_theme(scale);
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  ImGui_ImplOpenGL3_Init("#version 130");
  UiState state;
  while (glfwWindowShouldClose(window) == GLFW_FALSE) {
    // Wakes for input at once, and ten times a second for the run's own changes.
    glfwWaitEventsTimeout(0.1);
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    draw_desk(*desk.view(), desk.commands(), state);
    ImGui::Render();
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    glViewport(0, 0, width, height);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
  }
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window);
  return {};
}

}  // namespace inferlab::ui
