#include "labs/grade/lab_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "labs/cli/commands.h"
#include "labs/cli/lab_test_json.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabTestCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder", /*required=*/false);
    args.flag("--all", all_, "test every lab of the catalogue");
    args.option("--seed", seed_, "of the runs, instead of the lab's");
    args.option("--seeds", seeds_, "on how many seeds the solution must hold", 1, 1000);
    args.option("--learners", learners_, "for how many learners' variants it must", 0, 10000);
    args.option("--jobs", jobs_, "labs at a time; 0: as many as there are cores", 0, 64);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (all_ == !lab_id_.empty()) {
      return Error{ErrorKind::kInvalid, "lab test: needs the id of a lab, or --all",
                   "inferlab lab list shows them"};
    }
    INFERLAB_TRY(std::vector<LabSpec> labs, chosen());
    for (LabSpec& lab : labs) {
      if (seed_) lab.seed = *seed_;
    }
    std::vector<std::optional<Result<LabTestResult>>> results(labs.size());
    test_all(terminal, labs, results);
    bool holds = true;
    Value::Array out;
    for (const auto& result : results) {
      if (!*result) return result->error();
      holds = holds && (*result)->holds();
      if (format_ == "json") {
        out.push_back(lab_test_json(**result));
      } else {
        print_text(terminal, **result);
      }
    }
    if (format_ == "json") {
      print_json(terminal, all_ ? Value::object({{"holds", holds}, {"labs", Value::array(out)}})
                                : out.front());
    } else {
      print_verdict(terminal, results.size(), holds);
    }
    return holds ? kExitDone : kExitFailed;
  }

 private:
  Result<std::vector<LabSpec>> chosen() {
    if (all_) return list_labs();
    INFERLAB_TRY(LabSpec lab, find_lab(lab_id_));
    return std::vector<LabSpec>{std::move(lab)};
  }

  // Every lab on one thread, `jobs_` at a time: what is found does not depend on it.
  void test_all(Terminal& terminal, const std::vector<LabSpec>& labs,
                std::vector<std::optional<Result<LabTestResult>>>& results) {
    ProgressLine line(terminal, all_ ? "testing" : "testing " + labs.front().id);
    std::mutex line_mutex;
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < labs.size(); i = next++) {
        LabTestOptions options;
        options.seeds = static_cast<int>(seeds_);
        options.learners = static_cast<int>(learners_);
        options.progress = [&, i](std::string_view answer, int done, int of) {
          const std::lock_guard lock(line_mutex);
          if (all_) {
            line.show(fmt::format("{}: {}", labs[i].id, answer), static_cast<int>(i),
                      static_cast<int>(labs.size()));
          } else {
            line.show(answer, done, of);
          }
        };
        results[i] = test_lab(labs[i], options);
      }
    };
    std::vector<std::jthread> threads;
    for (std::int64_t i = 1; i < jobs(); ++i) threads.emplace_back(work);
    work();
  }

  [[nodiscard]] std::int64_t jobs() const {
    return jobs_ > 0 ? jobs_ : std::max(1U, std::thread::hardware_concurrency());
  }

  // Of all labs those rows that do not hold; of a single one every row.
  void print_text(Terminal& terminal, const LabTestResult& result) const {
    std::size_t width = 6;
    for (const LabTestRow& row : result.rows) width = std::max(width, row.answer.size());
    if (all_) {
      terminal.out << fmt::format(
          "{}  {}: {} answers and promises\n",
          result.holds() ? terminal.style.good("✔ ok   ") : terminal.style.bad("✘ WRONG"),
          result.lab, result.rows.size());
    }
    for (const LabTestRow& row : result.rows) {
      if (all_ && row.holds) continue;
      const std::string mark =
          row.holds ? terminal.style.good("✔ ok   ") : terminal.style.bad("✘ WRONG");
      const std::string score =
          row.points > 0 ? fmt::format("{:>3}/{}", row.earned, row.points) : std::string(7, ' ');
      terminal.out << fmt::format("{}  {}  {}  {}\n", mark, pad(row.answer, width), score,
                                  wrap(row.seen, terminal.width, width + 20));
      if (!row.holds) {
        terminal.out << fmt::format("{}expected: {}\n", std::string(width + 20, ' '),
                                    wrap(row.expected, terminal.width, width + 30));
        for (const auto& reason : row.reasons) {
          terminal.out << fmt::format(
              "{}{}: {}\n", std::string(width + 20, ' '), reason.check,
              wrap(for_terminal(reason.seen), terminal.width, width + 22 + reason.check.size()));
        }
      }
    }
  }

  void print_verdict(Terminal& terminal, std::size_t labs, bool holds) const {
    if (all_) {
      terminal.out << (holds ? fmt::format("All {} labs keep what they promise.\n", labs)
                             : std::string("Not every lab keeps what it promises.\n"));
    } else {
      terminal.out << (holds ? "The checks judge every answer as the lab says.\n"
                             : "The checks do not judge as the lab says.\n");
    }
  }

  std::string lab_id_, format_ = "text";
  bool all_ = false;
  std::optional<std::uint64_t> seed_;
  std::int64_t seeds_ = 1, learners_ = 0, jobs_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_lab_test() {
  return std::make_unique<LabTestCommand>();
}

}  // namespace inferlab::labs
