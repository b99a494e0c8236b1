#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>

#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/session/session.h"
#include "labs/session/temp_folder.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// What a learner waits for: one answer graded whole, each check's reruns with it.
constexpr double kGradingLimit = 2;

struct Measurement {
  std::string what;
  double seconds = 0;  // of CPU, or of wall time where the name says so
  double limit = 0;    // the project's own; 0: none
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

class Bench final : public Command {
 public:
  void declare(Args& args) override {
    args.option("--lab", lab_id_, "the lab to grade");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_));
    INFERLAB_TRY_VOID(grading(lab));
    INFERLAB_TRY_VOID(engine());
    const StopSignals signals;  // a session's keys lie in a folder that must go
    INFERLAB_TRY_VOID(session(lab));
    if (signals.seen()) return kExitSignal + signals.number();
    print(terminal);
    return kExitDone;
  }

 private:
  // The solution, headless; with the reruns of its checks, and the graded run alone.
  Result<void> grading(const LabSpec& lab) {
    const std::string folder = (std::filesystem::path(lab.folder) / "solution").string();
    double begin = cpu_seconds();
    INFERLAB_TRY(const sim::Journal journal, journal_from_submission(folder, lab));
    INFERLAB_TRY([[maybe_unused]] const Report alone, grade_checks(lab, journal, {}));
    add(fmt::format("graded run of {}, {} of virtual time (CPU)", lab.id,
                    format_duration(lab.horizon)),
        cpu_seconds() - begin, 0);
    begin = cpu_seconds();
    INFERLAB_TRY([[maybe_unused]] const Report report, grade(lab, journal));
    add(fmt::format("all checks of {}, reruns and real engine included (CPU)", lab.id),
        cpu_seconds() - begin, kGradingLimit);
    return {};
  }

  Result<void> engine() {
    INFERLAB_TRY(const std::string path, embedded_model());
    const auto begin = std::chrono::steady_clock::now();
    ServeOptions options;
    options.model = path;
    options.port = 0;
    options.num_threads = 2;
    INFERLAB_TRY([[maybe_unused]] const RealEngine engine, RealEngine::start(options));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    add("engine from start to listening, embedded model (wall)", took.count(), 0);
    return {};
  }

  // From nothing to kubectl's answer. kubectl's own start-up is part of it.
  Result<void> session(const LabSpec& lab) {
    const TempFolder folder;
    const auto begin = std::chrono::steady_clock::now();
    SessionOptions options;
    options.lab = lab;
    options.seed = lab.seed;
    options.folder = folder.path();
    INFERLAB_TRY(const std::unique_ptr<Session> running, Session::start(std::move(options)));
    INFERLAB_TRY_VOID(kubectl_get_nodes(running->kubeconfig(), folder.path()));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    add("lab start to the first answered kubectl get nodes (wall)", took.count(), 1);
    return {};
  }

  // Runs it without a shell, and with what it prints thrown away.
  static Result<void> kubectl_get_nodes(const std::string& kubeconfig, const std::string& home) {
    const std::string config = "KUBECONFIG=" + kubeconfig;
    const std::string home_variable = "HOME=" + home;
    std::string program = "kubectl";
    std::string get = "get";
    std::string nodes = "nodes";
    char* const words[] = {program.data(), get.data(), nodes.data(), nullptr};
    char* const environment[] = {const_cast<char*>(config.c_str()),  // NOLINT: not written to
                                 const_cast<char*>(home_variable.c_str()),  // NOLINT
                                 nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    const int failed = posix_spawnp(&child, "kubectl", &actions, nullptr, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || waitpid(child, &status, 0) != child || status != 0) {
      return Error{ErrorKind::kUnavailable, "kubectl get nodes: failed",
                   "install kubernetes-client"};
    }
    return {};
  }

  void add(std::string what, double seconds, double limit) {
    measured_.push_back({std::move(what), seconds, limit});
  }

  void print(Terminal& terminal) const {
    std::vector<std::vector<std::string>> rows = {{"SECONDS", "LIMIT", "WHAT"}};
    Value::Array out;
    for (const Measurement& each : measured_) {
      rows.push_back({fmt::format("{:.3f}", each.seconds),
                      each.limit > 0 ? fmt::format("{:g}", each.limit) : "-", each.what});
      out.push_back(Value::object({{"what", each.what},
                                   {"seconds", each.seconds},
                                   {"limit", each.limit > 0 ? Value(each.limit) : Value()}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
  }

  std::string lab_id_ = "vllm-inference", format_ = "text";
  std::vector<Measurement> measured_;
};

}  // namespace

std::unique_ptr<Command> make_bench() {
  return std::make_unique<Bench>();
}

}  // namespace inferlab::labs
