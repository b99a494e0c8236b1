#pragma once

#include <string>

#include "engine/base/result.h"
#include "labs/desk/desk.h"

namespace inferlab::ui {

/// True when a window can be opened: a display is named and GLFW finds it.
bool has_display();

/// Opens the window and draws until it is closed. On the main thread.
Result<void> run_window(labs::Desk& desk);

struct ScreenshotOptions {
  std::string path;  // of the PNG
  int width = 1600, height = 1000;
};
/// Draws the desk as it is now into a PNG, without a display (EGL and a framebuffer object).
Result<void> save_screenshot(labs::Desk& desk, const ScreenshotOptions& options);

}  // namespace inferlab::ui
