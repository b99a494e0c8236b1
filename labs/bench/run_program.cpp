#include "labs/bench/run_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace inferlab::labs {
namespace {

constexpr int kLookEveryMs = 100;

Error failed(const std::string& program, std::string why) {
  return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", program, why)};
}

/// What the child writes until it closes its end. False when it was given up.
bool read_all(int pipe, std::string& out, std::chrono::steady_clock::time_point until,
              const std::function<bool()>& stopped) {
  for (;;) {
    if (stopped() || std::chrono::steady_clock::now() >= until) return false;
    pollfd look{pipe, POLLIN, 0};
    if (::poll(&look, 1, kLookEveryMs) <= 0) continue;
    char bytes[4096];
    const ssize_t count = ::read(pipe, bytes, sizeof bytes);
    if (count <= 0) return true;
    out.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& words, const std::string& folder,
                                Duration limit, const std::function<bool()>& stopped) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed(words[0], "no pipe can be made");
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // one group, to be killed whole
  pid_t child = -1;
  const int error =
      posix_spawnp(&child, words[0].c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return failed(words[0], "cannot be started");
  }
  std::string out;
  const bool ended = read_all(ends[0], out, std::chrono::steady_clock::now() + limit, stopped);
  ::close(ends[0]);
  if (!ended) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (stopped()) return failed(words[0], "stopped");
  if (!ended) return failed(words[0], "was not done in time");
  if (status != 0) return failed(words[0], "failed");
  return out;
}

}  // namespace inferlab::labs
