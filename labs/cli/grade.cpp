#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/cli/version.h"
#include "labs/grade/batch/batch.h"
#include "labs/grade/batch/child.h"
#include "labs/grade/batch/results.h"
#include "labs/grade/batch/similarity.h"
#include "labs/grade/batch/summary.h"
#include "labs/grade/submission.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/api/quantity.h"

namespace inferlab::labs {
namespace {

// A check that starts the real engine needs 384Mi: with less its threads wait for each other.
constexpr std::int64_t kLeastMemory = std::int64_t{512} << 20;
constexpr Duration kSayEvery = 30s;

Error usage(std::string message) {
  return Error{ErrorKind::kInvalid, std::move(message), "inferlab grade --help"};
}

/// How far a batch is: a line that is drawn over, or one now and then.
class BatchLine {
 public:
  BatchLine(Terminal& terminal, const std::string& lab)
      : terminal_(terminal), lab_(lab), line_(terminal, "grading " + lab) {}

  void show(const batch::BatchProgress& progress) {
    if (terminal_.progress) {
      line_.show(rate(progress), static_cast<int>(progress.done), static_cast<int>(progress.of));
    } else if (progress.elapsed >= next_) {
      next_ += kSayEvery;
      terminal_.err << fmt::format("grading {}: {} of {} done  {}\n", lab_, progress.done,
                                   progress.of, rate(progress))
                    << std::flush;
    }
  }

 private:
  // "3.4/s, 2m10s left"; nothing as long as there is nothing to tell it by.
  static std::string rate(const batch::BatchProgress& progress) {
    const double seconds = to_seconds(progress.elapsed);
    if (progress.now == 0 || seconds <= 0) return {};
    const double a_second = static_cast<double>(progress.now) / seconds;
    const double left = static_cast<double>(progress.of - progress.done) / a_second;
    return fmt::format("{:.1f}/s, {} left", a_second,
                       format_duration(seconds_capped(static_cast<std::int64_t>(left))));
  }

  Terminal& terminal_;
  std::string lab_;
  ProgressLine line_;
  Duration next_ = kSayEvery;
};

class Grade final : public Command {
 public:
  void declare(Args& args) override {
    args.option("--lab", lab_id_, "id of a lab, or path of its folder");
    args.option("--submission", folder_, "folder of the manifests");
    declare_learner(args, learner_);
    declare_output(args, output_);
    args.option("--seed", seed_, "of the run, instead of the lab's");
    args.option("--batch", batch_, "grade every folder of this folder, each in its own process");
    args.option("--jobs", jobs_, "of a batch: how many at a time; 0: one for each core", 0, 1024);
    args.repeated_option("--results", results_,
                         "of a batch: write FILE.csv, .json, .html, .xml (JUnit), .sqlite or .db");
    args.option("--time-limit", time_limit_, "of a batch: for each submission");
    args.option("--memory-limit", memory_limit_, "of a batch: address space of each submission");
    args.option(
        "--learners", learners_,
        "of a batch: a CSV file, folder,learner; a folder is its own learner's if left out");
    args.flag("--no-variants", no_variants_,
              "of a batch: nobody has a variant, all have the lab as it ships");
    args.option("--report-folder", report_folder_, "of a batch: write each submission's report");
    args.option("--similarity", similarity_,
                "of a batch: write who is much alike; FILE.csv, .json");
    args.option("--state", state_, "of a batch: what is done; FOLDER/.inferlab-batch.jsonl");
    args.flag("--timings", timings_, "of a batch: seconds of processor time in the results");
    args.hidden_flag("--child", child_);
  }

  Result<int> run(Terminal& terminal) override {
    if (child_) return batch::run_child();
    if (lab_id_.empty()) return usage("--lab is required");
    if (!batch_.empty()) return run_batch(terminal);
    if (folder_.empty()) return usage("--submission is required, or --batch");
    INFERLAB_TRY_VOID(check_no_batch_options());
    return run_one(terminal);
  }

 private:
  Result<int> run_one(Terminal& terminal) {
    INFERLAB_TRY_VOID(check_output(output_));
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    LabSpec seeded = lab;
    if (seed_) seeded.seed = *seed_;
    // By its name only: a report is the same wherever it is made.
    std::filesystem::path path = std::filesystem::path(folder_).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();
    const std::string name = path.filename().string();
    const auto submission = submission_from_folder(folder_, seeded);
    if (!submission) return put_error(terminal, lab.id, name, submission.error(), output_);
    INFERLAB_TRY(const Report report,
                 grade_with_progress(terminal, lab, *submission, name, seed_, {}));
    return put_report(terminal, report, output_);
  }

  [[nodiscard]] Result<void> check_no_batch_options() const {
    const bool any = !results_.empty() || !learners_.empty() || !report_folder_.empty() ||
                     !similarity_.empty() || !state_.empty() || timings_ || no_variants_ ||
                     jobs_ != 0;
    return any ? usage("--submission goes with no option of a batch") : Result<void>();
  }

  Result<batch::BatchOptions> batch_options() const {
    if (!folder_.empty()) return usage("--submission and --batch exclude each other");
    if (output_.format != "text" && output_.format != "json") {
      return usage("--format of a batch is text or json");
    }
    const auto wall = parse_duration(time_limit_);
    if (!wall || *wall <= Duration::zero()) {
      return usage(fmt::format("--time-limit: \"{}\" is no time, as 60s is", time_limit_));
    }
    const auto memory = sim::Quantity::parse(memory_limit_);
    if (!memory || memory->units() < kLeastMemory) {
      return usage(
          fmt::format("--memory-limit: \"{}\" is no size of 512Mi and more", memory_limit_));
    }
    batch::BatchOptions out;
    out.lab = lab_id_;
    out.folder = batch_;
    if (no_variants_ && !learners_.empty()) {
      return usage("--no-variants and --learners exclude each other");
    }
    out.variants = !no_variants_;
    out.learners = learners_;
    out.state = state_;
    out.report_folder = report_folder_;
    out.seed = seed_;
    out.jobs = jobs_ > 0 ? static_cast<std::size_t>(jobs_)
                         : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    out.limits = {.wall = *wall, .memory_bytes = memory->units()};
    out.program_version = program_version();
    return out;
  }

  // Its version and its file: another build may judge otherwise.
  static std::string program_version() {
    constexpr const char* kSelf = "/proc/self/exe";
    std::error_code ignored;
    const auto written = std::filesystem::last_write_time(kSelf, ignored).time_since_epoch();
    return fmt::format("{} {} {}", version_number(), std::filesystem::file_size(kSelf, ignored),
                       written.count());
  }

  Result<int> run_batch(Terminal& terminal) {
    INFERLAB_TRY(batch::BatchOptions options, batch_options());
    INFERLAB_TRY_VOID(check_output(output_));
    for (const std::string& file : results_) INFERLAB_TRY_VOID(batch::check_results(file));
    if (!similarity_.empty()) INFERLAB_TRY_VOID(batch::check_similarity(similarity_));
    const StopSignals signals;
    options.stopped = [&signals] { return signals.seen(); };
    INFERLAB_TRY(const batch::BatchResult result, [&] {
      const std::filesystem::path lab = lab_id_ + "/";  // it may end with one itself
      BatchLine line(terminal, lab.parent_path().filename().string());
      options.progress = [&line](const batch::BatchProgress& now) { line.show(now); };
      return batch::run_batch(options);
    }());
    if (!result.complete()) {
      terminal.err << fmt::format("inferlab: {} of {} are graded; the same command goes on\n",
                                  result.table.rows.size(), result.submissions);
      return kExitSignal + signals.number();
    }
    return put_batch(terminal, result);
  }

  Result<int> put_batch(Terminal& terminal, const batch::BatchResult& result) const {
    const batch::Table& table = result.table;
    for (const std::string& file : results_) {
      INFERLAB_TRY_VOID(batch::write_results(file, table, timings_));
    }
    if (!similarity_.empty()) {
      std::vector<std::string> names;
      for (const batch::Row& row : table.rows) names.push_back(row.name);
      INFERLAB_TRY_VOID(
          batch::write_similarity(similarity_, batch::alike_submissions(result.likeness), names));
    }
    const bool to_file = !output_.file.empty();
    const std::string text =
        output_.format == "json"
            ? batch::batch_json(table, timings_)
            : batch::summary_text(table, to_file ? Style(false) : terminal.style,
                                  to_file ? kDefaultWidth : terminal.width);
    if (to_file) {
      INFERLAB_TRY_VOID(write_text_file(output_.file, text));
    } else {
      terminal.out << text;
    }
    if (result.taken_over > 0) {
      terminal.err << fmt::format("inferlab: {} of {} were graded before\n", result.taken_over,
                                  result.submissions);
    }
    if (result.without_learner > 0) {
      terminal.err << fmt::format(
          "inferlab: warning: {}: {} folders are not in it: each counts "
          "as its own learner's\n",
          learners_, result.without_learner);
    }
    const auto unjudged = static_cast<std::size_t>(std::count_if(
        table.rows.begin(), table.rows.end(),
        [](const batch::Row& row) { return row.outcome == batch::Outcome::kNotGraded; }));
    if (unjudged == 0) return kExitDone;
    return Error{
        ErrorKind::kUnavailable,
        fmt::format("{} submissions could not be graded, and not by their fault", unjudged),
        "the same command tries them again"};
  }

  std::string lab_id_, folder_;
  GradeOutput output_;
  std::optional<std::uint64_t> seed_;
  std::string batch_, time_limit_ = "60s", memory_limit_ = "1Gi";
  std::string learner_, learners_, report_folder_, similarity_, state_;
  std::vector<std::string> results_;
  std::int64_t jobs_ = 0;
  bool timings_ = false, no_variants_ = false, child_ = false;
};

}  // namespace

std::unique_ptr<Command> make_grade() {
  return std::make_unique<Grade>();
}

}  // namespace inferlab::labs
