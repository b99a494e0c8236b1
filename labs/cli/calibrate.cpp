#include "labs/calibrate/calibrate.h"

#include <fmt/format.h>

#include "engine/backend/cpu/thread_pool.h"
#include "labs/calibrate/measure_steps.h"
#include "labs/calibrate/profile_file.h"
#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

double ms(double ns) {
  return ns / 1e6;
}

double off_percent(double computed, double measured) {
  return measured > 0 ? 100 * (computed - measured) / measured : 0;
}

class CalibrateCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.option("--model", model_,
                "a GGUF file or a Hugging Face folder; the one that ships if left out");
    args.option("--device", device_, "cpu, or cuda");
    args.option("--threads", threads_, "of the processor; 0: one for each", 0, 1024);
    args.flag("--quick", quick_, "fewer steps, each measured once");
    args.option("--output", output_, "file to write the profile to, for cluster up --profile");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    CalibrateOptions options;
    options.model = model_;
    if (model_.empty()) {
      INFERLAB_TRY(options.model, embedded_model());
    }
    if (!output_.empty()) {
      INFERLAB_TRY_VOID(check_writable(output_));
    }
    options.device = device_;
    options.num_threads = threads_ > 0 ? static_cast<int>(threads_) : cpu::available_processors();
    options.quick = quick_;
    const StopSignals signals;
    ProgressLine progress(terminal, "calibrating");
    options.progress = [&](std::string_view what, int done, int of) {
      progress.show(what, done, of);
      return !signals.seen();
    };
    const Result<Calibrated> done = calibrate(options);
    progress.clear();
    if (signals.seen()) return kExitSignal + signals.number();
    if (!done) return done.error();
    const sim::Value value = to_value(done->calibration);
    if (!output_.empty()) {
      INFERLAB_TRY_VOID(write_text_file(output_, sim::to_json(value, 2) + "\n"));
    }
    if (format_ == "json") {
      print_json(terminal, value);
    } else {
      print(terminal, *done);
    }
    return kExitDone;
  }

 private:
  void print(Terminal& terminal, const Calibrated& done) const {
    const Calibration& calibration = done.calibration;
    std::vector<std::vector<std::string>> rows = {{"MEASURED", "COMPUTED", "OFF", "STEP"}};
    for (const CalibratedPoint& point : calibration.points) {
      const auto measured = static_cast<double>(point.ns);
      const double computed = calibration.steps.device_ns(sim::StepLoad::of(step_of(point.shape)));
      rows.push_back({fmt::format("{:.3f} ms", ms(measured)), fmt::format("{:.3f}", ms(computed)),
                      fmt::format("{:+.1f} %", off_percent(computed, measured)),
                      describe(point.shape) + (point.held_out ? " (held out)" : "")});
    }
    print_table(terminal, rows);
    terminal.out << "\n";
    print_errors(terminal, done);
    print_machine(terminal, calibration);
    if (calibration.workload) {
      print_workload(terminal, *calibration.workload);
    } else {
      terminal.out << "The profile was not tried with a workload: other processes had the cores.\n";
    }
    if (!output_.empty()) {
      terminal.out << fmt::format(
          "\nThe profile: {}. A cluster with it: inferlab cluster up "
          "--profile {}\n",
          for_terminal(output_), for_terminal(output_));
    }
  }

  void print_errors(Terminal& terminal, const Calibrated& done) const {
    const auto line = [&](const char* which, const FitError& error) {
      terminal.out << fmt::format(
          "{} {} steps: off by {:.1f} % in the mean, {:.1f} % at the 95th "
          "percentile.\n",
          which, error.points, 100 * error.mean, 100 * error.p95);
    };
    line("Fitted to", done.calibration.fitted);
    line("Held out: ", done.calibration.held_out);
    if (done.calibration.device.threads == 0) return;
    const auto threads = static_cast<double>(done.calibration.device.threads);
    terminal.out << fmt::format(
        "Void and measured again: {}, because this process had less than {:g} of {:g} cores; left "
        "out: {} steps.\n",
        done.num_void, kLeastCoreShare * threads, threads, done.num_left_out);
  }

  static void print_machine(Terminal& terminal, const Calibration& calibration) {
    const Calibration::Load& load = calibration.load;
    const auto seconds = [](std::int64_t ns) { return static_cast<double>(ns) / 1e9; };
    terminal.out << fmt::format("Loading: {:.3f} s from memory, {}.\n", seconds(load.warm_ns),
                                load.cold_ns
                                    ? fmt::format("{:.3f} s from the disk", seconds(*load.cold_ns))
                                    : fmt::format("not measured from the disk: {:.0f} % of the "
                                                  "file would not leave the memory",
                                                  100 * load.cold_resident));
    const sim::StepProfile& steps = calibration.steps;
    terminal.out << fmt::format(
        "The engine itself: {:.1f} us a step, {:.1f} us a token, {:.1f} us a request.\n",
        static_cast<double>(steps.step_ns) / 1e3, static_cast<double>(steps.token_ns) / 1e3,
        static_cast<double>(steps.request_ns) / 1e3);
    terminal.out << fmt::format(
        "KV cache, blocks of {} tokens in {:.2f} GB:", calibration.kv.block_size,
        static_cast<double>(calibration.kv.memory_bytes) / 1e9);
    const char* separator = " ";
    for (const Calibration::KvCapacity& each : calibration.kv.capacity) {
      terminal.out << fmt::format("{}{} of {} ({} bytes each)", separator, each.blocks, each.type,
                                  each.bytes_per_block);
      separator = ", ";
    }
    terminal.out << ".\n";
  }

  static void print_workload(Terminal& terminal, const Trial& workload) {
    const auto row = [](const char* what, std::int64_t measured, std::int64_t simulated) {
      return std::vector<std::string>{
          what, fmt::format("{:.3f} ms", ms(static_cast<double>(measured))),
          fmt::format("{:.3f} ms", ms(static_cast<double>(simulated))),
          fmt::format("{:+.1f} %",
                      off_percent(static_cast<double>(simulated), static_cast<double>(measured)))};
    };
    terminal.out << "\n";
    print_table(terminal, {{"MEAN", "ENGINE", "SIMULATED", "OFF"},
                           row("TTFT", workload.measured.ttft_ns, workload.simulated.ttft_ns),
                           row("ITL", workload.measured.itl_ns, workload.simulated.itl_ns)});
    terminal.out << fmt::format("{} requests.\n", workload.requests.size());
  }

  std::string model_, device_ = "cpu", output_, format_ = "text";
  std::int64_t threads_ = 0;
  bool quick_ = false;
};

}  // namespace

std::unique_ptr<Command> make_calibrate() {
  return std::make_unique<CalibrateCommand>();
}

}  // namespace inferlab::labs
