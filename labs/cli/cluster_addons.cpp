// What a cluster can begin with besides what every cluster has.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/spec/add_ons.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class ClusterAddonsCommand final : public Command {
 public:
  void declare(Args& args) override { args.format(format_); }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(std::vector<std::string> names, list_add_ons());
    INFERLAB_TRY(const std::vector<sim::AddOnSpec> add_ons, load_add_ons(std::move(names)));
    std::vector<std::vector<std::string>> rows = {{"ADD-ON", "VERSION", "KINDS", "SOURCE"}};
    Value::Array out;
    for (const sim::AddOnSpec& add_on : add_ons) {
      const std::vector<std::string> kinds = add_on.kinds();
      rows.push_back(
          {add_on.name, add_on.version, fmt::format("{}", fmt::join(kinds, " ")), add_on.source});
      out.push_back(Value::object({{"name", add_on.name},
                                   {"title", add_on.title},
                                   {"version", add_on.version},
                                   {"source", add_on.source},
                                   {"kinds", Value::strings(kinds)}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
    return kExitDone;
  }

 private:
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_addons() {
  return std::make_unique<ClusterAddonsCommand>();
}

}  // namespace inferlab::labs
