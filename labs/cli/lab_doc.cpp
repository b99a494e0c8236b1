// A lab as a page, to be printed or handed out.
#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/report/lab_page.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

class LabDoc final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    args.choice("--format", format_, {"html", "markdown"}, "of the page");
    args.option("-o,--output", output_, "write it to this file");
    declare_learner(args, learner_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    const std::string page = format_ == "html" ? lab_page(lab) : lab_markdown(lab);
    if (output_.empty()) {
      terminal.out << page;
      return kExitDone;
    }
    INFERLAB_TRY_VOID(write_text_file(output_, page));
    return kExitDone;
  }

 private:
  std::string lab_id_, format_ = "html", output_, learner_;
};

}  // namespace

std::unique_ptr<Command> make_lab_doc() {
  return std::make_unique<LabDoc>();
}

}  // namespace inferlab::labs
