#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/api/shell_script.h"
#include "sim/node/container_files.h"

namespace inferlab::sim {

/// Carries a script out, one step after the other: the caller writes down what is printed and lets
/// the time go by. Never without an end between two steps: a loop that does not sleep rests for a
/// second now and then. Texts are BusyBox's.
class ShellRun {
 public:
  /// How a program ended that the shell does not know itself.
  struct Ended {
    int status = 0;
    std::string output = {};  // without the last newline
    Duration took = {};
    std::string errors = {};  // of a call, as `output`
  };
  struct World {
    std::map<std::string, std::string> environment;
    std::string hostname;
    /// None: of a command on files it cannot be said how it ends.
    std::shared_ptr<ContainerFiles> files = {};
    /// nullopt: it cannot be said how that ends.
    std::function<std::optional<Ended>(const std::vector<std::string>&)> run_program = {};
    /// Programs that take their time and whose end only the caller learns: a kCall each.
    std::function<bool(const std::vector<std::string>&)> calls_out = {};
  };
  struct Step {
    enum class Kind : std::uint8_t { kLine, kSleep, kExit, kUnknown, kCall };
    Kind kind;
    std::string line = {};
    std::vector<std::string> words = {};  // of kCall
    Duration time = {};                   // max(): for ever
    int code = 0;
  };

  ShellRun(ShellScript script, World world);
  ShellRun(const ShellRun&) = delete;
  ShellRun& operator=(const ShellRun&) = delete;

  /// After kExit and kUnknown there is no next one, after kCall not before answer().
  Step next(Time now);
  /// How the program of the last kCall has ended.
  void answer(Ended ended);
  /// All steps at once, for a hook or a probe: as if it had taken no time, but for the sum of what
  /// it slept, at most a day. nullopt: it cannot be said how it ends.
  std::optional<Ended> run_to_end(Time now);

 private:
  struct Frame {
    const ShellList* list;
    const ShellItem* loop = nullptr;  // whose condition or body that is
    bool is_condition = false;
    std::size_t at = 0;
    std::size_t value = 0;  // of a `for`: the next one
  };
  /// A program that has been called, and what comes of its end.
  struct Call {
    std::vector<std::string> words;
    bool is_silent = false, hides_errors = false, ends_shell = false;
    std::string into = {};  // a file, if anything
    bool errors_too = false;
    bool exits_on_failure = false;
  };
  void advance(Time now);
  void finish_frame(Time now);
  void begin_loop(const ShellItem& loop, Time now);
  void next_value(const ShellItem& loop, std::size_t value, Time now);
  void run_simple(const ShellItem& item, Time now);
  int run_builtin(const std::vector<std::string>& words, Time now);
  void begin_call(const ShellItem& item, std::vector<std::string> words, Time now);
  int run_into(const ShellItem& item, const std::vector<std::string>& words, Time now);
  int run_on_files(const std::vector<std::string>& words);
  void echo(const std::vector<std::string>& words);
  void print_format(const std::vector<std::string>& words);
  int sleep(const std::vector<std::string>& words);
  void exit(int code);
  [[nodiscard]] std::string expand(const std::string& word, Time now) const;
  [[nodiscard]] std::string variable(const std::string& name) const;
  [[nodiscard]] std::string sum(std::string_view text) const;

  const ShellScript script_;
  World world_;
  std::vector<Frame> frames_;
  int status_ = 0;
  bool exits_on_error_;
  std::string printed_;
  std::string complaints_;  // of the command under way
  std::optional<Duration> pause_;
  std::optional<int> exit_code_;
  std::optional<Call> call_;
  bool is_unknown_ = false;
  int commands_ = 0;  // since the last pause
};

}  // namespace inferlab::sim
