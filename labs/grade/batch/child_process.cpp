#include "labs/grade/batch/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "labs/grade/batch/child.h"

namespace inferlab::labs::batch {
namespace {

// Sanitizers reserve terabytes of address space for their shadow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

constexpr std::size_t kMaxTaskBytes = 60'000;  // a pipe takes 64 KiB before anybody reads
constexpr std::size_t kMaxSentBytes = std::size_t{8} << 20;
constexpr std::size_t kKeptOutputBytes = 4096;
constexpr rlim_t kMaxFileBytes = rlim_t{1} << 20;  // a grader writes none
constexpr rlim_t kMaxOpenFiles = 128;
constexpr rlim_t kStackBytes = rlim_t{8} << 20;
constexpr int kMostSignals = 32;
constexpr std::chrono::milliseconds kReapEvery{5};

// What the program must know to find its labs, and to report in a build with sanitizers. Two heaps
// do for a child's few threads: each reserves 64 MiB of address space.
std::vector<std::string> environment() {
  std::vector<std::string> out = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "MALLOC_ARENA_MAX=2"};
  for (const char* name :
       {"INFERLAB_DATA", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes it
    if (value != nullptr) out.push_back(fmt::format("{}={}", name, value));
  }
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

void limit(int resource, rlim_t soft, rlim_t hard) {
  rlimit now{};
  // A hard limit can only be lowered.
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) {
    ::_exit(kChildNotStarted);
  }
  now.rlim_max = std::min(now.rlim_max, hard);
  now.rlim_cur = std::min(now.rlim_max, soft);
  if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) {
    ::_exit(kChildNotStarted);
  }
}

struct Pipes {
  Descriptor task, report, output;  // the child's ends
};

// Between fork() and exec(): nothing that allocates or locks.
[[noreturn]] void become(char* const* argv, char* const* envp, const Pipes& pipes,
                         const ChildLimits& limits, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kChildNotStarted);  // it has ended already
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::umask(077);
  for (int signal = 1; signal < kMostSignals; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  // The ends lie above these numbers: see apart().
  const bool placed = ::dup2(pipes.task.get(), kTaskDescriptor) >= 0 &&
                      ::dup2(pipes.output.get(), STDOUT_FILENO) >= 0 &&
                      ::dup2(pipes.output.get(), STDERR_FILENO) >= 0 &&
                      ::dup2(pipes.report.get(), kReportDescriptor) >= 0;
  if (!placed || ::close_range(kReportDescriptor + 1, ~0U, 0) != 0) ::_exit(kChildNotStarted);
  const auto seconds =
      static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(limits.wall).count() + 1);
  limit(RLIMIT_CPU, seconds, seconds + 1);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_FSIZE, kMaxFileBytes, kMaxFileBytes);
  limit(RLIMIT_NOFILE, kMaxOpenFiles, kMaxOpenFiles);
  limit(RLIMIT_STACK, kStackBytes, kStackBytes);
  if (kLimitsMemory) {
    const auto bytes = static_cast<rlim_t>(limits.memory_bytes);
    limit(RLIMIT_AS, bytes, bytes);
  }
  ::execve(argv[0], argv, envp);
  ::_exit(kChildNotStarted);
}

Error no_process(int number) {
  return Error{
      number == EAGAIN || number == ENOMEM || number == EMFILE ? ErrorKind::kExhausted
                                                               : ErrorKind::kUnavailable,
      fmt::format("batch: no process can be made: {}", std::generic_category().message(number)),
      "run fewer at a time: --jobs"};
}

// The same file under a number that none of a child's own descriptors has.
Result<Descriptor> apart(int descriptor) {
  constexpr int kAbove = 10;
  Descriptor given(descriptor);
  Descriptor out(::fcntl(given.get(), F_DUPFD_CLOEXEC, kAbove));
  if (!out.is_open()) return no_process(errno);
  return out;
}

Result<std::pair<Descriptor, Descriptor>> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return no_process(errno);
  auto from = apart(ends[0]);
  auto to = apart(ends[1]);
  if (!from) return from.error();
  if (!to) return to.error();
  return std::pair(std::move(*from), std::move(*to));
}

// Whether there may be more to come.
bool read_some(Descriptor& from, std::string& into, std::size_t keep) {
  std::array<char, 65536> bytes{};
  const ssize_t got = ::read(from.get(), bytes.data(), bytes.size());
  if (got < 0) return errno == EINTR;
  if (got == 0) {
    from.close();
    return false;
  }
  const std::size_t room = keep - std::min(keep, into.size());
  into.append(bytes.data(), std::min(room, static_cast<std::size_t>(got)));
  return true;
}

std::int64_t milliseconds_of(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000;
}

}  // namespace

Children::Children(std::vector<std::string> program, ChildLimits limits)
    : program_(std::move(program)), environment_(environment()), limits_(limits) {
  // Whoever started this program may have it ignored, and then no child leaves a status.
  std::signal(SIGCHLD, SIG_DFL);
}

Children::~Children() {
  stop();
}

Result<void> Children::start(std::size_t id, const std::string& task) {
  if (task.size() > kMaxTaskBytes) {
    return Error{ErrorKind::kInvalid, "batch: a path is too long"};
  }
  INFERLAB_TRY(auto task_pipe, make_pipe());
  INFERLAB_TRY(auto report_pipe, make_pipe());
  INFERLAB_TRY(auto output_pipe, make_pipe());
  if (::write(task_pipe.second.get(), task.data(), task.size()) !=
      static_cast<ssize_t>(task.size())) {
    return no_process(errno);
  }
  task_pipe.second.close();
  const Pipes pipes{std::move(task_pipe.first), std::move(report_pipe.second),
                    std::move(output_pipe.second)};
  const std::vector<char*> argv = pointers_to(program_);
  const std::vector<char*> envp = pointers_to(environment_);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return no_process(errno);
  if (pid == 0) become(argv.data(), envp.data(), pipes, limits_, parent);
  ::setpgid(pid, pid);  // whoever comes first
  Child child;
  child.pid = pid;
  child.report = std::move(report_pipe.first);
  child.output = std::move(output_pipe.first);
  for (const Descriptor* each : {&child.report, &child.output}) {
    ::fcntl(each->get(), F_SETFL, O_NONBLOCK);
  }
  child.deadline = Clock::now() + limits_.wall;
  child.end.id = id;
  running_.push_back(std::move(child));
  return {};
}

void Children::poll_for(std::chrono::milliseconds at_most) {
  std::vector<pollfd> looks;
  const auto now = Clock::now();
  for (const Child& child : running_) {
    for (const Descriptor* each : {&child.report, &child.output}) {
      if (each->is_open()) looks.push_back({each->get(), POLLIN, 0});
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(child.deadline - now);
    at_most = std::min(at_most, child.end.timed_out ? kReapEvery : left);
    // Its descriptors are at their ends, itself is not yet.
    if (!child.report.is_open() && !child.output.is_open()) at_most = std::min(at_most, kReapEvery);
  }
  at_most = std::max(at_most, std::chrono::milliseconds(0));
  ::poll(looks.data(), looks.size(), static_cast<int>(at_most.count()));
}

void Children::pump(Child& child) {
  // Bounded: a child that writes without end must not keep the others waiting.
  constexpr int kRounds = 16;
  for (int i = 0; i < kRounds && child.report.is_open(); ++i) {
    if (!read_some(child.report, child.end.sent, kMaxSentBytes)) break;
  }
  for (int i = 0; i < kRounds && child.output.is_open(); ++i) {
    if (!read_some(child.output, child.end.output, kKeptOutputBytes)) break;
  }
  if (child.end.sent.size() >= kMaxSentBytes) child.end.flooded = true;
}

void Children::kill(const Child& child) {
  ::kill(-child.pid, SIGKILL);
  ::kill(child.pid, SIGKILL);  // it may not have made its group yet
}

bool Children::has_ended(Child& child) {
  rusage usage{};
  const pid_t ended = ::wait4(child.pid, &child.end.status, WNOHANG, &usage);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
  child.end.cpu_ms = milliseconds_of(usage.ru_utime) + milliseconds_of(usage.ru_stime);
  return true;
}

std::vector<ChildEnd> Children::wait(std::chrono::milliseconds at_most) {
  std::vector<ChildEnd> out;
  if (running_.empty()) return out;
  poll_for(at_most);
  for (auto child = running_.begin(); child != running_.end();) {
    const bool ended = has_ended(*child);
    pump(*child);  // what it wrote last is in the pipes when it has ended
    if (ended) {
      out.push_back(std::move(child->end));
      child = running_.erase(child);
      continue;
    }
    if (child->end.flooded) kill(*child);
    if (Clock::now() >= child->deadline && !child->end.timed_out) {
      child->end.timed_out = true;
      kill(*child);
    }
    ++child;
  }
  return out;
}

void Children::stop() {
  for (const Child& child : running_) kill(child);
  for (const Child& child : running_) {
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  running_.clear();
}

}  // namespace inferlab::labs::batch
