#include "labs/cli/commands.h"
#include "labs/spec/json_schema.h"

namespace inferlab::labs {
namespace {

class LabSchema final : public Command {
 public:
  void declare(Args& /*args*/) override {}
  Result<int> run(Terminal& terminal) override {
    terminal.out << lab_json_schema();
    return kExitDone;
  }
};

}  // namespace

std::unique_ptr<Command> make_lab_schema() {
  return std::make_unique<LabSchema>();
}

}  // namespace inferlab::labs
