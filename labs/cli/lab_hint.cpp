#include <fmt/format.h>

#include <algorithm>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/progress.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabHintCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.positional("HINT", hint_id_, "id of a hint; without it they are listed, free of charge",
                    /*required=*/false);
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    INFERLAB_TRY(Progress progress, Progress::open_default(lab.learner));
    INFERLAB_TRY(const std::vector<std::string> used, progress.hints_used(lab.id));
    if (hint_id_.empty()) {
      list(terminal, lab, used);
      return kExitDone;
    }
    const LabHint* hint = lab.hint(hint_id_);
    if (hint == nullptr) {
      std::vector<std::string_view> ids;
      for (const LabHint& each : lab.hints) ids.push_back(each.id);
      return Error{ErrorKind::kNotFound,
                   fmt::format("hint \"{}\": lab {} has none of this name", hint_id_, lab.id),
                   suggestion(hint_id_, ids)};
    }
    INFERLAB_TRY_VOID(progress.use_hint(lab.id, hint->id, hint->cost));
    const bool again = std::find(used.begin(), used.end(), hint->id) != used.end();
    if (format_ == "json") {
      print_json(terminal, Value::object({{"lab", lab.id},
                                          {"hint", hint->id},
                                          {"text", hint->text},
                                          {"cost", hint->cost},
                                          {"charged", !again}}));
    } else {
      terminal.out << wrap_markdown(hint->text, terminal.prose_width()) << '\n'
                   << terminal.style.faint(again ? std::string("(paid for already)")
                                                 : fmt::format("(costs {} points)", hint->cost))
                   << '\n';
    }
    return kExitDone;
  }

 private:
  void list(Terminal& terminal, const LabSpec& lab, const std::vector<std::string>& used) const {
    std::vector<std::vector<std::string>> rows = {{"HINT", "COST", "USED", "WHEN"}};
    Value::Array out;
    for (const LabHint& each : lab.hints) {
      const bool taken = std::find(used.begin(), used.end(), each.id) != used.end();
      rows.push_back({each.id, std::to_string(each.cost), taken ? "yes" : "no", each.when});
      out.push_back(Value::object(
          {{"id", each.id}, {"cost", each.cost}, {"used", taken}, {"when", each.when}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
  }

  std::string lab_id_, hint_id_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_hint() {
  return std::make_unique<LabHintCommand>();
}

}  // namespace inferlab::labs
