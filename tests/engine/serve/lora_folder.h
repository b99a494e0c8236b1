#pragma once

#include <string>
#include <vector>

#include "engine/serve/lora_module.h"
#include "tests/engine/model/random_adapter.h"
#include "tests/engine/serve/test_engine.h"
#include "tests/support/process.h"

namespace inferlab::testing {

/// Adapters of the tiny model, of rank 4, as PEFT saves them: each another one.
class LoraFolder {
 public:
  explicit LoraFolder(const std::vector<std::string>& names) : names_(names) {
    const Model model = tiny_model();
    for (std::size_t i = 0; i < names.size(); ++i) {
      test::RandomAdapter(model.config(), {.seed = i + 1, .rank = 4, .alpha = 8})
          .save_folder(path(names[i]));
    }
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  [[nodiscard]] std::vector<LoraModule> modules() const {
    std::vector<LoraModule> modules;
    for (const std::string& name : names_) modules.push_back({.name = name, .path = path(name)});
    return modules;
  }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> names_;
};

}  // namespace inferlab::testing
