#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Other programs, started without a shell.
namespace inferlab::testing {

struct ProcessResult {
  int exit_code = -1;  ///< 128 + signal when one ended it
  std::string out, err;
  bool timed_out = false;  ///< it was killed
};

struct ProcessOptions {
  std::string input;  ///< its standard input
  std::map<std::string, std::string>
      environment;  ///< besides PATH and the sanitizers' options; nothing else
  std::chrono::milliseconds timeout{30000};
};

/// For a program that draws: without LeakSanitizer. Mesa's software renderer leaves 112 bytes
/// behind when it is unloaded, in a library that has no name any more at the end, so that no
/// suppression could name it.
void allow_leaks_of_the_driver(ProcessOptions& options);

/// Where the program is found on PATH; nullopt: it is not installed.
std::optional<std::string> find_program(const std::string& name);

/// Runs it to its end.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

/// A program that runs beside the test: a watch, a followed log. Killed by the destructor.
class Process {
 public:
  Process(const std::vector<std::string>& argv, const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Reads its standard output until `text` has appeared in it; false when it ends or `timeout`
  /// passes before.
  bool wait_for_output(const std::string& text, std::chrono::milliseconds timeout);
  [[nodiscard]] const std::string& output() const { return out_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// As Ctrl-C does.
  void interrupt();
  /// SIGKILL: it gets no chance to say goodbye.
  void kill();
  /// Waits for its end and gives all that it wrote.
  ProcessResult finish();

 private:
  bool pump(std::chrono::milliseconds timeout);  // false: both outputs are at their end

  std::chrono::steady_clock::time_point deadline_;
  pid_t pid_ = -1;
  int in_ = -1, out_fd_ = -1, err_fd_ = -1;
  std::string input_, out_, err_;
  bool timed_out_ = false;
};

/// A folder of its own under the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace inferlab::testing
