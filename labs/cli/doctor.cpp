#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "engine/backend/registry.h"
#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/version.h"
#include "labs/report/escape.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

using sim::Value;

/// One thing that was looked for. Only what a lab cannot do without makes doctor fail.
struct Finding {
  std::string what;
  bool good = false;
  bool needed = false;
  std::string detail;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes it
  return value == nullptr ? std::string() : std::string(value);
}

std::string on_path(const std::string& program) {
  const std::string path = environment("PATH");
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string candidate = path.substr(start, end - start) + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    start = end + 1;
  }
  return {};
}

Finding writable(const std::string& what, const Result<std::string>& folder) {
  if (!folder) return {what, false, true, folder.error().message};
  // The nearest ancestor that exists decides whether the folder can be made.
  fs::path at = *folder;
  std::error_code failed;
  while (!fs::exists(at, failed) && at.has_parent_path() && at != at.parent_path()) {
    at = at.parent_path();
  }
  const bool good = access(at.c_str(), W_OK) == 0;
  return {what, good, true, good ? *folder : fmt::format("{} cannot be written", at.string())};
}

std::vector<Finding> look_around() {
  std::vector<Finding> out;
  out.push_back({"version", true, true, version_line()});
  for (const DeviceReport& report : device_reports()) {
    std::string names;
    for (const DeviceInfo& device : report.devices) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", device.name);
    }
    const bool cpu = report.kind == "cpu";
    if (!report.built) {
      names = "not built (no nvcc when it was compiled)";
    } else if (report.devices.empty()) {
      names = report.detail;
    } else {
      names = fmt::format("{} device(s): {}", report.devices.size(), names);
    }
    out.push_back({report.kind, !report.devices.empty(), cpu, names});
  }
  const auto labs = list_labs();
  out.push_back({"labs", labs.has_value(), true,
                 labs ? fmt::format("{} found", labs->size()) : labs.error().message});
  const auto model = embedded_model();
  out.push_back({"model file", model.has_value(), true, model ? *model : model.error().message});
  out.push_back(writable("data folder", user_data_dir()));
  const auto session = session_folder("doctor");
  out.push_back(writable("session folder", session));
  std::error_code ignored;
  if (session) fs::remove(*session, ignored);  // it was made by asking
  const std::string kubectl = on_path("kubectl");
  out.push_back({"kubectl", !kubectl.empty(), false,
                 kubectl.empty() ? "not on PATH (Debian: kubernetes-client)" : kubectl});
  std::string display = environment("WAYLAND_DISPLAY");
  if (display.empty()) display = environment("DISPLAY");
  out.push_back({"display", !display.empty(), false,
                 display.empty() ? "none: labs run in the terminal" : display});
  return out;
}

class Doctor final : public Command {
 public:
  void declare(Args& args) override { args.format(format_); }

  Result<int> run(Terminal& terminal) override {
    bool well = true;
    Value::Array out;
    std::vector<std::vector<std::string>> rows = {{"", "WHAT", "FOUND"}};
    for (const Finding& finding : look_around()) {
      if (finding.needed && !finding.good) well = false;
      const std::string detail = for_terminal(finding.detail);
      rows.push_back({finding.good ? "✔" : finding.needed ? "✘" : "-", finding.what, detail});
      out.push_back(Value::object({{"what", finding.what},
                                   {"good", finding.good},
                                   {"needed", finding.needed},
                                   {"detail", detail}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
    return well ? kExitDone : kExitOurFault;
  }

 private:
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_doctor() {
  return std::make_unique<Doctor>();
}

}  // namespace inferlab::labs
