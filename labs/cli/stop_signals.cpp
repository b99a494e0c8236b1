#include "labs/cli/stop_signals.h"

#include <signal.h>  // NOLINT: sigaction() is POSIX, not C++

#include <chrono>
#include <csignal>
#include <thread>

namespace inferlab::labs {
namespace {

// The only thing that a signal handler may touch.
volatile std::sig_atomic_t g_signal = 0;  // NOLINT

void note(int signal) {
  g_signal = signal;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  g_signal = 0;
  handle(note);
}

StopSignals::~StopSignals() {
  handle(SIG_DFL);
}

int StopSignals::number() const {
  return g_signal;
}

void StopSignals::wait(const std::function<bool()>& over) const {
  while (!seen() && !over()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace inferlab::labs
