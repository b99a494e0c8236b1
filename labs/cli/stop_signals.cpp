#include "labs/cli/stop_signals.h"

#include <signal.h>  // NOLINT: sigaction() is POSIX, not C++

#include <chrono>
#include <csignal>
#include <thread>

namespace inferlab::labs {
namespace {

// The only thing that a signal handler may touch.
volatile std::sig_atomic_t g_stop_asked = 0;  // NOLINT

void ask_to_stop(int /*signal*/) {
  g_stop_asked = 1;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  g_stop_asked = 0;
  handle(ask_to_stop);
}

StopSignals::~StopSignals() {
  handle(SIG_DFL);
}

bool StopSignals::seen() const {
  return g_stop_asked != 0;
}

void StopSignals::wait(const std::function<bool()>& over) const {
  while (!seen() && !over()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace inferlab::labs
