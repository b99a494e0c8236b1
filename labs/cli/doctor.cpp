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
#include "labs/progress/progress.h"
#include "labs/report/escape.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "labs/spec/data_dirs.h"
#include "sim/apiserver/private_file.h"

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

// Permissions tell too little (a full disk, /proc, another's mount): it tries what a lab does.
Finding progress_database() {
  const auto failed = [](const Error& error) {
    return Finding{"progress", false, true, error.message};
  };
  const auto folder = user_data_dir();
  if (!folder) return failed(folder.error());
  auto progress = Progress::open_default();
  if (!progress) return failed(progress.error());
  const auto written = progress->use_hint("doctor", "doctor", 0);
  if (!written) return failed(written.error());
  if (const auto erased = progress->reset("doctor"); !erased) return failed(erased.error());
  return {"progress", true, true, *folder};
}

Finding session_files() {
  const auto folder = session_folder("doctor");
  if (!folder) return {"session folder", false, true, folder.error().message};
  const std::string file = *folder + "/try";
  const auto written = sim::write_private_file(file, "doctor\n");
  std::error_code ignored;
  fs::remove(file, ignored);
  fs::remove(*folder, ignored);  // it was made by asking
  return {"session folder", written.has_value(), true,
          written ? fs::path(*folder).parent_path().string() : written.error().message};
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
      // The first column says the kind.
      const std::string kind = report.kind + ": ";
      names = report.detail.substr(report.detail.starts_with(kind) ? kind.size() : 0);
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
  out.push_back(progress_database());
  out.push_back(session_files());
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
