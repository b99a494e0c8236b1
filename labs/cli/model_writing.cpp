#include "labs/cli/model_writing.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/model/quantize_model.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

using sim::Value;

struct TypeName {
  const char* name;
  TensorType type;
};
constexpr TypeName kTypes[] = {{"q8_0", TensorType::kQ8_0}, {"q6_k", TensorType::kQ6_K},
                               {"q5_k", TensorType::kQ5_K}, {"q4_k", TensorType::kQ4_K},
                               {"q4_0", TensorType::kQ4_0}, {"f16", TensorType::kF16},
                               {"bf16", TensorType::kBF16}, {"f32", TensorType::kF32}};

void print_done(Terminal& terminal, const ModelWriting& writing, std::int64_t before,
                std::int64_t after) {
  if (writing.json) {
    print_json(terminal, Value::object({{"file", for_terminal(writing.to)},
                                        {"type", writing.type_name},
                                        {"bytesBefore", before},
                                        {"bytes", after}}));
    return;
  }
  terminal.out << fmt::format("{}: {:.1f} MB, {:.0f} % of before\n", for_terminal(writing.to),
                              static_cast<double>(after) / 1e6,
                              100.0 * static_cast<double>(after) / static_cast<double>(before));
}

}  // namespace

std::vector<std::string> weight_type_names() {
  std::vector<std::string> names;
  for (const TypeName& each : kTypes) names.emplace_back(each.name);
  return names;
}

std::optional<TensorType> weight_type_from(std::string_view name) {
  for (const TypeName& each : kTypes) {
    if (name == each.name) return each.type;
  }
  return std::nullopt;
}

Result<int> write_model(Terminal& terminal, const ModelWriting& writing) {
  std::error_code error;
  if (std::filesystem::equivalent(writing.from, writing.to, error)) {
    return Error{ErrorKind::kInvalid, for_terminal(writing.to) + ": is the file to read from",
                 "give another name"};
  }
  INFERLAB_TRY(const Model model, Model::open(writing.from));
  const GgufWriter writer = quantize_model(model, writing.type);
  const StopSignals signals;
  ProgressLine progress(terminal, writing.doing);
  std::int64_t bytes = 0;
  const auto megabytes = [](std::uint64_t count) { return static_cast<int>(count / 1'000'000); };
  const Result<void> saved =
      writer.save(writing.to, {.overwrite = writing.force,
                               .progress =
                                   [&](std::uint64_t done, std::uint64_t of) {
                                     progress.show("MB", megabytes(done), megabytes(of));
                                     return !signals.seen();
                                   },
                               .check = [&bytes](const std::string& path) -> Result<void> {
                                 INFERLAB_TRY(const Model written, Model::open(path));
                                 bytes = written.file.size_bytes();
                                 return {};
                               }});
  progress.clear();
  if (signals.seen() && !saved) return kExitSignal + signals.number();
  if (!saved) return saved.error();
  print_done(terminal, writing, model.file.size_bytes(), bytes);
  return kExitDone;
}

}  // namespace inferlab::labs
