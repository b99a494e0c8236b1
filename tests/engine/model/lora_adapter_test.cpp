#include "engine/model/lora_adapter.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"
#include "tests/engine/model/random_adapter.h"
#include "tests/support/golden.h"

// The vocabulary of tests/golden/adapter, of a model with 2 layers, a width of 64, an MLP of 96, 4
// heads of 16 and 2 KV heads:
//   config [without=FIELD,…] <<END   a usual adapter_config.json of rank 2 and alpha 4 with these
//                           fields: prints rank and scale of two modules, or the refusal
//   text <<END              the whole adapter_config.json, as it is
//   folder [r=] [targets=] [pattern=MODULE:RANK:ALPHA] [max_rank=] <<END
//                           the usual configuration with that and these tensors, one a line: MODULE
//                           A|B DTYPE ROWS COLUMNS [ELEMENT=VALUE]; prints what the adapter has, or
//                           the refusal
//   gguf [type=] [adapter=] [arch=] [alpha=] <<END      the same; lines as NAME DTYPE ROWS COLUMNS
namespace inferlab {
namespace {

using Json = nlohmann::json;
using huggingface::AdapterConfig;
using huggingface::AdapterFolder;
using huggingface::SafetensorsFile;

std::string refusal(const Error& error) {
  return "error: " + error.message + "\n" +
         (error.hint.empty() ? "" : "hint: " + error.hint + "\n");
}

Json usual_config() {
  return {{"peft_type", "LORA"},
          {"r", 2},
          {"lora_alpha", 4},
          {"bias", "none"},
          {"target_modules", {"q_proj", "v_proj", "down_proj"}}};
}

/// Zeros but for one element.
std::vector<float> elements(std::int64_t rows, std::int64_t columns, const std::string& special) {
  std::vector<float> values(static_cast<std::size_t>(rows * columns), 0.0F);
  if (special.empty()) return values;
  const std::size_t equals = special.find('=');
  values.at(std::stoul(special.substr(0, equals))) = std::stof(special.substr(equals + 1));
  return values;
}

std::string bytes_of(std::string_view dtype, const std::vector<float>& values) {
  if (dtype == "F32") {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
  }
  return std::string(values.size() * (dtype == "F8_E4M3" ? 1 : 2), '\0');
}

std::string shown(const LoraAdapter& adapter) {
  std::string out = fmt::format("rank {}\n", adapter.rank);
  for (std::size_t layer = 0; layer < adapter.layers.size(); ++layer) {
    for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
      const LoraPair& pair = adapter.layers[layer][t];
      if (!pair.is_set()) continue;
      out += fmt::format("layer {} target {}: A {} x {} {}, B {} x {} {}, scale {}\n", layer, t,
                         pair.a.rows, pair.a.columns, tensor_type_name(pair.a.type), pair.b.rows,
                         pair.b.columns, tensor_type_name(pair.b.type), pair.scale);
    }
  }
  return out;
}

std::string shown(const Result<LoraAdapter>& adapter) {
  return adapter ? shown(*adapter) : refusal(adapter.error());
}

class AdapterWorld final : public testing::GoldenWorld {
 public:
  AdapterWorld() {
    auto file = GgufFile::parse(random_model_bytes(), "model");
    INFERLAB_CHECK(file.has_value());
    auto config = LlamaConfig::load(*file);
    INFERLAB_CHECK(config.has_value());
    model_ = *config;
  }

  std::string run(const testing::GoldenCommand& command) override {
    if (command.name == "config") return config(command);
    if (command.name == "text") return text(command.text);
    if (command.name == "folder") return folder(command);
    if (command.name == "gguf") return gguf(command);
    return command.place + ": unknown command\n";
  }

 private:
  static std::string text(const std::string& json) {
    const auto config = AdapterConfig::parse(json, "adapter_config.json");
    if (!config) return refusal(config.error());
    std::string out;
    for (const char* module :
         {"model.layers.0.self_attn.q_proj", "model.layers.1.mlp.down_proj", "model.norm"}) {
      out += fmt::format("{}: {}rank {}, scale {:.6g}\n", module,
                         config->targets(module) ? "" : "no target, ", config->rank_of(module),
                         config->scale_of(module));
    }
    return out;
  }

  static std::string config(const testing::GoldenCommand& command) {
    Json json = usual_config();
    std::istringstream without(command.get("without"));
    for (std::string field; std::getline(without, field, ',');) json.erase(field);
    if (!command.text.empty()) json.update(Json::parse(command.text));
    return text(json.dump());
  }

  std::string folder(const testing::GoldenCommand& command) const {
    Json json = usual_config();
    json["r"] = command.integer("r", 2);
    if (command.args.contains("targets")) json["target_modules"] = command.get("targets");
    std::istringstream pattern(command.get("pattern"));
    std::string module, rank, alpha;
    if (std::getline(pattern, module, ':') && std::getline(pattern, rank, ':') &&
        std::getline(pattern, alpha)) {
      json["rank_pattern"][module] = std::stoi(rank);
      json["alpha_pattern"][module] = std::stoi(alpha);
    }
    const auto config = AdapterConfig::parse(json.dump(), "adapter_config.json");
    if (!config) return refusal(config.error());
    std::vector<test::TensorToWrite> tensors;
    std::istringstream lines(command.text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string whose, part, dtype, special;
      std::int64_t rows = 0, columns = 0;
      words >> whose >> part >> dtype >> rows >> columns >> special;
      const std::string name =
          part == "-" ? whose : fmt::format("base_model.model.{}.lora_{}.weight", whose, part);
      tensors.push_back(
          {.name = name,
           .dtype = dtype,
           .shape = columns == 0 ? std::vector{rows} : std::vector{rows, columns},
           .data = bytes_of(dtype, elements(rows, std::max<std::int64_t>(1, columns), special))});
    }
    const std::string bytes = test::safetensors(tensors);
    auto file = SafetensorsFile::parse(test::bytes_of(bytes), "adapter_model.safetensors");
    if (!file) return refusal(file.error());
    const auto folder = AdapterFolder::from(*config, std::move(*file));
    if (!folder) return refusal(folder.error());
    return shown(LoraAdapter::from_folder(
        *folder, model_, static_cast<std::int32_t>(command.integer("max_rank", 16))));
  }

  std::string gguf(const testing::GoldenCommand& command) const {
    GgufWriter writer;
    writer.add("general.type", command.get("type", "adapter"));
    writer.add("general.architecture", command.get("arch", "llama"));
    writer.add("adapter.type", command.get("adapter", "lora"));
    const std::string alpha = command.get("alpha", "4");
    if (alpha != "none") writer.add("adapter.lora.alpha", std::stof(alpha));
    std::istringstream lines(command.text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string name, dtype, special;
      std::int64_t rows = 0, columns = 0;
      words >> name >> dtype >> rows >> columns >> special;
      const TensorType type = dtype == "Q8_0" ? TensorType::kQ8_0 : TensorType::kF32;
      writer.add_tensor(name, std::array<std::int64_t, 2>{columns, rows}, type,
                        elements(rows, columns, special));
    }
    const auto file = GgufFile::parse(writer.bytes(), "adapter.gguf");
    if (!file) return refusal(file.error());
    return shown(LoraAdapter::from_gguf(*file, model_, 16));
  }

  LlamaConfig model_;
};

}  // namespace

TEST_CASE("LoRA adapters: golden cases") {
  const auto make = [] { return std::make_unique<AdapterWorld>(); };
  for (const std::string& failure : testing::run_golden_cases("adapter", make)) {
    FAIL_CHECK(failure);
  }
}

TEST_CASE("LoRA adapters: a fingerprint changes with any matrix, its type and its scale") {
  auto model = Model::from(*GgufFile::parse(random_model_bytes(), "model"));
  REQUIRE(model);
  const auto fingerprint = [&](const test::RandomAdapter& made) {
    const auto file = GgufFile::parse(made.gguf("llama").bytes(), "adapter.gguf");
    const auto adapter = LoraAdapter::from_gguf(*file, model->config(), 16);
    REQUIRE(adapter);
    return adapter->fingerprint();
  };
  const test::RandomAdapter made(model->config(), {.seed = 1});
  const std::uint64_t expected = fingerprint(made);
  CHECK(fingerprint(test::RandomAdapter(model->config(), {.seed = 1})) == expected);
  CHECK(fingerprint(test::RandomAdapter(model->config(), {.seed = 2})) != expected);
  CHECK(fingerprint(test::RandomAdapter(model->config(), {.seed = 1, .alpha = 17})) != expected);
  CHECK(fingerprint(test::RandomAdapter(model->config(), {.seed = 1, .type = TensorType::kF16})) !=
        expected);
  test::RandomAdapter changed = made;
  changed.pairs.back().b.back() += 1.0F;
  CHECK(fingerprint(changed) != expected);
}

}  // namespace inferlab
