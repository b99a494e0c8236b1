#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <stb_image_write.h>

#include <vector>

#include "ui/theme.h"
#include "ui/views.h"
#include "ui/window.h"

namespace inferlab::ui {
namespace {

Error no_context(const char* what) {
  return Error{ErrorKind::kUnavailable, std::string("screenshot: ") + what,
               "install libgl1-mesa-dri (software rendering through EGL)"};
}

// An OpenGL context without a window or a display.
class OffscreenContext {
 public:
  OffscreenContext() = default;
  OffscreenContext(const OffscreenContext&) = delete;
  OffscreenContext& operator=(const OffscreenContext&) = delete;
  ~OffscreenContext() {
    if (context_ != EGL_NO_CONTEXT) {
      eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
      eglDestroyContext(display_, context_);
    }
    if (display_ != EGL_NO_DISPLAY) eglTerminate(display_);
  }

  Result<void> open() {
    display_ = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display_ == EGL_NO_DISPLAY || eglInitialize(display_, nullptr, nullptr) == EGL_FALSE) {
      display_ = EGL_NO_DISPLAY;
      return no_context("EGL has no surfaceless platform");
    }
    eglBindAPI(EGL_OPENGL_API);
    const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                             EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglChooseConfig(display_, wanted, &config, 1, &count) == EGL_FALSE || count == 0) {
      return no_context("EGL has no OpenGL configuration");
    }
    const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 0, EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version);
    if (context_ == EGL_NO_CONTEXT ||
        eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_FALSE) {
      return no_context("OpenGL 3.0 is not to be had");
    }
    return {};
  }

 private:
  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLContext context_ = EGL_NO_CONTEXT;
};

struct Framebuffer {
  GLuint buffer = 0, texture = 0;
  Framebuffer(int width, int height) {
    glGenFramebuffers(1, &buffer);
    glBindFramebuffer(GL_FRAMEBUFFER, buffer);
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, width, height, 0, GL_RGB, GL_UNSIGNED_BYTE, nullptr);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  }
  Framebuffer(const Framebuffer&) = delete;
  Framebuffer& operator=(const Framebuffer&) = delete;
  ~Framebuffer() {
    glDeleteTextures(1, &texture);
    glDeleteFramebuffers(1, &buffer);
  }
};

}  // namespace

Result<void> save_screenshot(labs::Desk& desk, const ScreenshotOptions& options) {
  OffscreenContext context;
  INFERLAB_TRY_VOID(context.open());
  const Framebuffer framebuffer(options.width, options.height);
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {static_cast<float>(options.width), static_cast<float>(options.height)};
  io.MousePos = {-1, -1};
  io.DeltaTime = 1.0F / 60;
  apply_theme(1);
  ImGui_ImplOpenGL3_Init("#version 130");
  UiState state;
  const labs::DeskViewPtr view = desk.view();
  state.wants_report = view->score >= 0;
  // Tables and scrolling regions find their sizes in the frames before the last.
  for (int frame = 0; frame < 4; ++frame) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    draw_desk(*view, desk.commands(), state);
    ImGui::Render();
    glViewport(0, 0, options.width, options.height);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }
  std::vector<unsigned char> pixels(static_cast<std::size_t>(options.width) *
                                    static_cast<std::size_t>(options.height) * 3);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, options.width, options.height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
  stbi_flip_vertically_on_write(1);
  if (stbi_write_png(options.path.c_str(), options.width, options.height, 3, pixels.data(),
                     options.width * 3) == 0) {
    return Error{ErrorKind::kUnavailable, options.path + ": cannot be written",
                 "choose another place"};
  }
  return {};
}

}  // namespace inferlab::ui
