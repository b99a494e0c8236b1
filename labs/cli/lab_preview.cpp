// Shows the page of a lab in a browser of this machine, and again whenever a file of it is saved.
#include <fmt/format.h>
#include <httplib.h>

#include <filesystem>
#include <system_error>
#include <thread>

#include "engine/base/hash.h"
#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/stop_signals.h"
#include "labs/report/escape.h"
#include "labs/report/lab_page.h"
#include "labs/spec/catalog.h"
#include "labs/spec/load_lab.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

class LabPreview final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    args.option("--port", port_, "of the page, on 127.0.0.1; 0: a free one", 0, 65535);
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    learner_ = learner_of(learner_);
    INFERLAB_TRY(folder_, find_lab_folder(lab_id_));
    httplib::Server server;
    server.Get("/", [this](const httplib::Request& /*request*/, httplib::Response& response) {
      response.set_content(page(), "text/html; charset=utf-8");
    });
    server.Get("/version",
               [this](const httplib::Request& /*request*/, httplib::Response& response) {
                 response.set_content(version(), "text/plain");
               });
    // A page of another site that names this server reaches nothing: only the address counts.
    server.set_pre_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          const std::string address = request.get_header_value("Host");
          const std::string host = address.substr(0, address.find(':'));
          if (host == "127.0.0.1" || host == "localhost") {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          response.status = 403;
          return httplib::Server::HandlerResponse::Handled;
        });
    const int port = port_ == 0 ? server.bind_to_any_port("127.0.0.1")
                                : (server.bind_to_port("127.0.0.1", static_cast<int>(port_))
                                       ? static_cast<int>(port_)
                                       : -1);
    if (port < 0) {
      return Error{ErrorKind::kInvalid, fmt::format("--port: {}: cannot be listened on", port_),
                   "another process may have it; 0 takes a free one"};
    }
    const StopSignals signals;
    std::jthread thread([&server] { server.listen_after_bind(); });
    const std::string url = fmt::format("http://127.0.0.1:{}/", port);
    if (format_ == "json") {
      const sim::Value said = sim::Value::object({{"url", url}, {"folder", folder_}});
      terminal.out << sim::to_json(said) << '\n';
    } else {
      terminal.out << fmt::format("{}  shows {} as learners read it; Ctrl-C ends\n", url,
                                  fs::weakly_canonical(folder_).filename().string());
    }
    terminal.out << std::flush;
    signals.wait([] { return false; });
    server.stop();
    return kExitDone;
  }

 private:
  // The page, or everything that is wrong with the lab's files.
  std::string page() const {
    std::vector<Error> errors = lint_lab(folder_);
    const auto lab = load_lab(folder_, learner_);
    if (errors.empty() && lab) return lab_page(*lab, /*reloads=*/true);
    if (errors.empty()) errors.push_back(lab.error());  // of this learner's variant alone
    LabSpec broken;
    broken.id = fs::path(folder_).filename().string();
    broken.title = "Not in order yet";
    for (const Error& error : errors) {
      broken.tasks.push_back("`" + error.message + "`" +
                             (error.hint.empty() ? "" : " (" + error.hint + ")"));
    }
    return lab_page(broken, /*reloads=*/true);
  }

  // Changes with any file of the lab.
  std::string version() const {
    RunHash hash;
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(folder_, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      std::error_code ignored;
      hash.add(entry->path().string());
      hash.add(
          static_cast<std::uint64_t>(entry->last_write_time(ignored).time_since_epoch().count()));
    }
    return hash.hex();
  }

  std::string lab_id_, learner_, folder_, format_ = "text";
  std::int64_t port_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_lab_preview() {
  return std::make_unique<LabPreview>();
}

}  // namespace inferlab::labs
