#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/model/model_weights.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

using sim::Value;

class ModelList final : public Command {
 public:
  void declare(Args& args) override { args.format(format_); }

  Result<int> run(Terminal& terminal) override {
    std::vector<std::vector<std::string>> rows = {{"MODEL", "PARAMETERS", "BYTES", "FILE"}};
    Value::Array out;
    for (const std::string& path : files()) {
      const auto model = Model::open(path);
      if (!model) {
        print_error(terminal, model.error());  // one bad file must not hide the others
        continue;
      }
      const std::string name = for_terminal(model->config().name);
      rows.push_back({name, std::to_string(model->num_parameters()),
                      std::to_string(model->file.size_bytes()), for_terminal(path)});
      out.push_back(Value::object({{"name", name},
                                   {"parameters", model->num_parameters()},
                                   {"bytes", model->file.size_bytes()},
                                   {"file", for_terminal(path)}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
    return kExitDone;
  }

 private:
  // Those that ship, and the learner's own under the data folder: files and Hugging Face folders.
  static std::vector<std::string> files() {
    std::vector<std::string> folders, out;
    if (const auto shipped = find_data("assets/model")) folders.push_back(*shipped);
    if (const auto own = user_data_dir()) folders.push_back(*own + "/models");
    for (const std::string& folder : folders) {
      std::error_code failed, ignored;
      // increment(): the range-for's ++ would throw when the folder cannot be read to its end.
      for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
           entry.increment(failed)) {
        const bool is_folder = fs::exists(entry->path() / "config.json", ignored);
        if (entry->path().extension() == ".gguf" || is_folder) {
          out.push_back(entry->path().string());
        }
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_model_list() {
  return std::make_unique<ModelList>();
}

}  // namespace inferlab::labs
