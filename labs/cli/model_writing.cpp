#include "labs/cli/model_writing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <utility>
#include <vector>

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

/// What was written.
struct Written {
  std::int64_t bytes = 0;
  std::map<TensorType, std::int64_t> matrices;
};

Written written_of(const GgufFile& file) {
  Written out{.bytes = file.size_bytes(), .matrices = {}};
  for (const GgufTensor& tensor : file.tensors()) {
    if (tensor.rows() > 1) ++out.matrices[tensor.type];
  }
  return out;
}

/// That at least one matrix can become what is asked for.
Result<void> check_type(const Model& model, const ModelWriting& writing) {
  if (!writing.type) return {};
  const auto elements = static_cast<std::int64_t>(tensor_block(*writing.type).elements);
  for (const GgufTensor& tensor : model.file.tensors()) {
    if (tensor.rows() > 1 && tensor.columns() % elements == 0) return {};
  }
  return Error{ErrorKind::kInvalid,
               fmt::format("--type {}: no matrix of {} has rows of a multiple of {} elements",
                           writing.type_name, for_terminal(writing.from), elements),
               "give q4_0 or q8_0"};
}

void print_done(Terminal& terminal, const ModelWriting& writing, std::int64_t before,
                const Written& written) {
  if (writing.json) {
    Value::Object matrices;
    for (const auto& [type, count] : written.matrices) {
      matrices.push_back({std::string(tensor_type_name(type)), count});
    }
    print_json(terminal, Value::object({{"file", for_terminal(writing.to)},
                                        {"type", writing.type_name},
                                        {"matrices", Value::object(std::move(matrices))},
                                        {"bytesBefore", before},
                                        {"bytes", written.bytes}}));
    return;
  }
  std::vector<std::string> counts;
  for (const auto& [type, count] : written.matrices) {
    counts.push_back(fmt::format("{} {}", count, tensor_type_name(type)));
  }
  terminal.out << fmt::format(
      "{}: {:.1f} MB, {:.0f} % of before; matrices: {}\n", for_terminal(writing.to),
      static_cast<double>(written.bytes) / 1e6,
      100.0 * static_cast<double>(written.bytes) / static_cast<double>(before),
      fmt::join(counts, ", "));
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
  INFERLAB_TRY_VOID(check_type(model, writing));
  const GgufWriter writer = quantize_model(model, writing.type);
  const StopSignals signals;
  ProgressLine progress(terminal, writing.doing);
  Written written;
  const auto megabytes = [](std::uint64_t count) { return static_cast<int>(count / 1'000'000); };
  const Result<void> saved =
      writer.save(writing.to, {.overwrite = writing.force,
                               .progress =
                                   [&](std::uint64_t done, std::uint64_t of) {
                                     progress.show("MB", megabytes(done), megabytes(of));
                                     return !signals.seen();
                                   },
                               .check = [&written](const std::string& path) -> Result<void> {
                                 INFERLAB_TRY(const Model again, Model::open(path));
                                 written = written_of(again.file);
                                 return {};
                               }});
  progress.clear();
  if (signals.seen() && !saved) return kExitSignal + signals.number();
  if (!saved) return saved.error();
  print_done(terminal, writing, model.file.size_bytes(), written);
  return kExitDone;
}

}  // namespace inferlab::labs
