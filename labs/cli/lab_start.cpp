// Starts a lab in the foreground, until Ctrl-C or `inferlab cluster down`.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "labs/cli/commands.h"
#include "labs/progress/progress.h"
#include "labs/session/control.h"
#include "labs/session/session.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

// The only thing that a signal handler may touch.
std::atomic<bool> g_interrupted = false;  // NOLINT

void interrupt(int /*signal*/) {
  g_interrupted = true;
}

class LabStartCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("--speed", speed_, "virtual seconds a second: 1, 10, max, pause");
    args.option("--port", port_, "port of the API server; 0: a free one", 0, 65535);
    args.option("--gateway-port", gateway_port_, "port of the gateway; 0: a free one", 0, 65535);
    args.flag("--http", http_, "plain HTTP instead of HTTPS for the API server");
    args.flag("--fresh", fresh_, "forget what an earlier session did");
    args.option("--seed", seed_, "of the random streams; default: the lab's");
  }

  Result<int> run(Terminal& terminal) override {
    const std::optional<double> speed = parse_speed(speed_);
    if (!speed) {
      return Error{ErrorKind::kInvalid, fmt::format("--speed: {}: is no speed", speed_),
                   "a number of virtual seconds a second, max or pause"};
    }
    SessionOptions options;
    INFERLAB_TRY(options.lab, find_lab(lab_id_));
    options.seed = seed_.value_or(options.lab.seed);
    options.speed = *speed;
    options.api_port = static_cast<int>(port_);
    options.gateway_port = static_cast<int>(gateway_port_);
    options.tls = !http_;
    options.fresh = fresh_;
    const std::string id = options.lab.id;
    INFERLAB_TRY(const std::unique_ptr<Session> session, Session::start(std::move(options)));
    announce(terminal, *session);
    INFERLAB_TRY(Progress progress, Progress::open_default());
    INFERLAB_TRY(
        const std::int64_t row,
        progress.begin_session(id, session->folder(), seed_.value_or(session->lab().seed)));

    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    while (!g_interrupted && !session->asked_to_stop()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    terminal.out << "\nThe session has ended; its journal is kept.\n";
    INFERLAB_TRY_VOID(progress.end_session(row));
    return kExitDone;
  }

 private:
  static void announce(Terminal& terminal, const Session& session) {
    const Style& style = terminal.style;
    terminal.out << style.bold(session.lab().title) << "\n";
    if (session.resumed_entries() > 0) {
      terminal.out << fmt::format("Taken up where you were: {} entries of the journal replayed.\n",
                                  session.resumed_entries());
    }
    terminal.out << fmt::format(
        "\n  export KUBECONFIG={}\n  kubectl get nodes\n\n"
        "API server  {}\nGateway     {}   (POST /v1/chat/completions)\nFolder      {}\n\n"
        "In another terminal: inferlab lab show {}   the task\n"
        "                     inferlab lab check {}  your grade\n"
        "                     inferlab cluster speed 10   faster\n\nCtrl-C ends the session.\n",
        session.kubeconfig(), session.api_url(), session.gateway_url(), session.folder(),
        session.lab().id, session.lab().id);
    terminal.out.flush();
  }

  std::string lab_id_, speed_ = "10";
  std::int64_t port_ = 0, gateway_port_ = 0;
  bool http_ = false, fresh_ = false;
  std::optional<std::uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> make_lab_start() {
  return std::make_unique<LabStartCommand>();
}

}  // namespace inferlab::labs
