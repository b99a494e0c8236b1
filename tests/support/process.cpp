#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace inferlab::testing {
namespace {

std::string search_path() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

/// Appends what can be read now; false at the end.
bool read_some(int& fd, std::string& into) {
  char buffer[65536];
  const ssize_t count = ::read(fd, buffer, sizeof buffer);
  if (count > 0) {
    into.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0 && errno == EINTR) return true;
  close_fd(fd);
  return false;
}

}  // namespace

void allow_leaks_of_the_driver(ProcessOptions& options) {
  options.environment["ASAN_OPTIONS"] = "detect_leaks=0";
}

std::optional<std::string> find_program(const std::string& name) {
  const std::string path = search_path();
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string candidate = path.substr(start, end - start) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    start = end + 1;
  }
  return std::nullopt;
}

Process::Process(const std::vector<std::string>& argv, const ProcessOptions& options)
    : deadline_(std::chrono::steady_clock::now() + options.timeout), input_(options.input) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that does not read its input is no reason to end
  int in[2];
  int out[2];
  int err[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    std::abort();
  }
  std::vector<std::string> environment = {"PATH=" + search_path()};
  // A program of ours that is built with a sanitizer needs what the test itself was told.
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value == nullptr || options.environment.contains(name)) continue;
    environment.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
  // Everything is laid out before fork(): after it only async-signal-safe calls are allowed.
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables;
  for (const std::string& variable : environment) {
    variables.push_back(const_cast<char*>(variable.c_str()));
  }
  variables.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    ::signal(SIGPIPE, SIG_DFL);
    ::execvpe(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  in_ = in[1];
  out_fd_ = out[0];
  err_fd_ = err[0];
  ::fcntl(in_, F_SETFL, O_NONBLOCK);
  if (input_.empty()) close_fd(in_);
}

Process::~Process() {
  kill();
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  close_fd(in_);
  close_fd(out_fd_);
  close_fd(err_fd_);
}

bool Process::pump(std::chrono::milliseconds timeout) {
  pollfd fds[3] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}, {in_, POLLOUT, 0}};
  ::poll(fds, 3, static_cast<int>(timeout.count()));
  if (in_ >= 0 && fds[2].revents != 0) {
    const ssize_t count = ::write(in_, input_.data(), input_.size());
    if (count > 0) input_.erase(0, static_cast<std::size_t>(count));
    if (input_.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) close_fd(in_);
  }
  if (out_fd_ >= 0 && fds[0].revents != 0) read_some(out_fd_, out_);
  if (err_fd_ >= 0 && fds[1].revents != 0) read_some(err_fd_, err_);
  return out_fd_ >= 0 || err_fd_ >= 0;
}

bool Process::wait_for_output(const std::string& text, std::chrono::milliseconds timeout) {
  const auto end = std::min(deadline_, std::chrono::steady_clock::now() + timeout);
  while (out_.find(text) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !pump(left)) return out_.find(text) != std::string::npos;
  }
  return true;
}

void Process::interrupt() {
  if (pid_ > 0) ::kill(pid_, SIGINT);
}

void Process::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

ProcessResult Process::finish() {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      timed_out_ = true;
      kill();
      break;
    }
    if (!pump(left)) break;
  }
  ProcessResult result;
  int status = 0;
  if (pid_ > 0) ::waitpid(pid_, &status, 0);
  pid_ = -1;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = std::move(out_);
  result.err = std::move(err_);
  result.timed_out = timed_out_;
  return result;
}

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  return Process(argv, options).finish();
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "inferlab-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace inferlab::testing
