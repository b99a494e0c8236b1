#include "labs/cli/bench_device.h"

#include <fmt/format.h>

#include "labs/bench/engine/device_cases.h"
#include "labs/cli/print.h"

namespace inferlab::labs {
namespace {

using sim::Value;

std::string words(const DeviceCase& what) {
  if (what.prompt > 0) return fmt::format("ms for a prompt of {} tokens", what.prompt);
  return fmt::format("ms a step of {} sequence(s), contexts of {}", what.num_sequences,
                     what.context);
}

struct Rows {
  std::vector<std::vector<std::string>> table = {
      {"MODEL", "OURS", "ROOFLINE", "PART OF IT", "ASKED", "BOUND BY", "TOKENS/S", "WHAT"}};
  Value::Array json;
};

void add(Rows& rows, const DeviceModel& model, const DeviceTime& time) {
  const double part = time.bound_ms / time.milliseconds;
  const DeviceCase& what = time.what;
  const double tokens = what.prompt > 0 ? what.prompt : what.num_sequences;
  const double rate = tokens * 1000.0 / time.milliseconds;
  rows.table.push_back({std::string(model.name), fmt::format("{:.3f}", time.milliseconds),
                        fmt::format("{:.3f}", time.bound_ms), fmt::format("{:.0f} %", 100 * part),
                        what.asked > 0 ? fmt::format(">= {:.0f} %", 100 * what.asked) : "-",
                        time.bound, fmt::format("{:.0f}", rate), words(what)});
  rows.json.push_back(Value::object({{"model", Value(model.name)},
                                     {"sequences", Value(what.num_sequences)},
                                     {"context", Value(what.context)},
                                     {"prompt", Value(what.prompt)},
                                     {"ms", Value(time.milliseconds)},
                                     {"rooflineMs", Value(time.bound_ms)},
                                     {"boundBy", Value(time.bound)},
                                     {"asked", what.asked > 0 ? Value(what.asked) : Value()}}));
}

}  // namespace

Result<int> bench_device(Terminal& terminal, const std::string& backend, const std::string& only,
                         const std::string& format, const std::function<bool()>& stopped) {
  INFERLAB_TRY(const DeviceRoofline roofline, measure_roofline(backend));
  Rows rows;
  std::string loads;
  for (const DeviceModel& model : device_models()) {
    if (only != "all" && model.name != only) continue;
    if (stopped()) break;
    ProgressLine progress(terminal, std::string(model.name));
    INFERLAB_TRY(const DeviceTimes times,
                 measure_device(backend, model, roofline, [&](std::string_view what) {
                   progress.show(std::string(what), 0, 1);
                 }));
    for (const DeviceTime& time : times.times) add(rows, model, time);
    loads += fmt::format("{}: {:.1f} GB loaded in {:.2f} s, {:.1f} GB/s\n", model.name,
                         static_cast<double>(times.load_bytes) * 1e-9, times.load_seconds,
                         static_cast<double>(times.load_bytes) * 1e-9 / times.load_seconds);
  }
  if (format == "json") {
    print_json(
        terminal,
        Value::object({{"copyBytesPerSecond", Value(roofline.copy_bytes_per_second)},
                       {"bf16OperationsPerSecond", Value(roofline.bf16_operations_per_second)},
                       {"cases", Value::array(std::move(rows.json))}}));
    return kExitDone;
  }
  print_table(terminal, rows.table);
  terminal.out << fmt::format(
      "\nRoofline of this run: copies {:.2f} TB/s, bf16 products {:.0f} TFLOP/s.\n{}",
      roofline.copy_bytes_per_second * 1e-12, roofline.bf16_operations_per_second * 1e-12, loads);
  return kExitDone;
}

}  // namespace inferlab::labs
