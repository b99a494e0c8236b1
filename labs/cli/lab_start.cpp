// Starts a lab in the foreground, until Ctrl-C or `inferlab cluster down`.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "labs/cli/about_ages.h"
#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/progress/progress.h"
#include "labs/report/command_words.h"
#include "labs/report/wrap.h"
#include "labs/session/control.h"
#include "labs/session/session.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class LabStartCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("--speed", speed_, "virtual seconds a second: 1, 10, max, pause");
    args.option("--port", port_, "port of the API server; 0: a free one", 0, 65535);
    args.option("--gateway-port", gateway_port_, "port of the gateway; 0: a free one", 0, 65535);
    args.flag("--http", http_, "plain HTTP instead of HTTPS for the API server");
    args.flag("--fresh", fresh_, "forget what an earlier session did");
    args.option("--audit-log", audit_log_,
                "file to which every write is told; audit.jsonl in the session's folder for labs "
                "with incidents");
    args.option("--seed", seed_,
                "of the random streams; default: of the session so far, or the lab's");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    const std::optional<double> speed = parse_speed(speed_);
    if (!speed) {
      return Error{ErrorKind::kInvalid, fmt::format("--speed: {}: is no speed", speed_),
                   "a number of virtual seconds a second, max or pause"};
    }
    SessionOptions options;
    INFERLAB_TRY(options.lab, find_lab(lab_id_, learner_of(learner_)));
    options.seed = seed_;
    options.speed = *speed;
    options.api_port = static_cast<int>(port_);
    options.gateway_port = static_cast<int>(gateway_port_);
    options.tls = !http_;
    options.fresh = fresh_;
    options.audit_log = audit_log_;
    if (audit_log_.empty() && !options.lab.incidents.empty()) {
      INFERLAB_TRY(const std::string folder, session_folder(options.lab.id, options.lab.learner));
      options.audit_log = folder + "/audit.jsonl";
      std::error_code ignored;  // what is replayed is told again
      std::filesystem::remove(options.audit_log, ignored);
    }
    const std::string audit_log = options.audit_log;
    // From here on a signal ends in order what has begun.
    const StopSignals signals;
    auto progress = Progress::open_default(options.lab.learner);
    if (!progress) warn(terminal, progress.error());
    ProgressLine line(terminal, "taking up " + options.lab.id);
    options.progress = [&line](Time now, Time end) {
      line.show("your session so far", static_cast<int>(to_seconds(now.time_since_epoch())),
                static_cast<int>(to_seconds(end.time_since_epoch())));
    };
    INFERLAB_TRY(const std::unique_ptr<Session> session, Session::start(std::move(options)));
    line.clear();
    std::optional<std::int64_t> row;
    if (progress) {
      auto begun = progress->begin_session(session->lab().id, session->folder(), session->seed());
      if (begun) row = *begun;
      if (!begun) warn(terminal, begun.error());
    }
    if (format_ == "json") {
      announce_as_json(terminal, *session);
    } else {
      announce(terminal, *session, audit_log);
    }
    std::set<std::string> paged;
    bool said_rest = false;
    signals.wait([&] {
      if (format_ != "json") {
        ring(terminal, *session, paged);
        for (const std::string& news : session->take_news()) {
          terminal.out << fmt::format("\n{}  {}\n", terminal.style.bold("AUDIT"),
                                      wrap(news, terminal.prose_width(), 2))
                       << std::flush;
        }
        if (!said_rest) said_rest = say_rest(terminal, *session);
      }
      return session->asked_to_stop();
    });
    const auto failure = session->driver().failure();
    if (format_ != "json") {
      terminal.out << "\nThe session has ended; its journal is kept.\n";
    }
    if (row) {
      if (const auto ended = progress->end_session(*row); !ended) warn(terminal, ended.error());
    }
    if (failure) return *failure;
    return kExitDone;
  }

 private:
  // What the pager says of an incident, once, when its time has come.
  static void ring(Terminal& terminal, Session& session, std::set<std::string>& paged) {
    const LabSpec& lab = session.lab();
    if (paged.size() == lab.incidents.size()) return;
    const Time now = session.driver().snapshot()->now;
    for (const Incident& incident : lab.incidents) {
      if (now < Time{incident.at} || !paged.insert(incident.id).second) continue;
      terminal.out << fmt::format("\n{}  {}\n  {}\n  inferlab lab ack {} {}{}\n",
                                  terminal.style.bold("PAGER"), incident.title,
                                  wrap_markdown(incident.page, terminal.prose_width(), 2), lab.id,
                                  incident.id, learner_words(lab.learner));
      terminal.out.flush();
    }
  }

  // That the clock rests, once; true: it was said.
  static bool say_rest(Terminal& terminal, Session& session) {
    const SnapshotPtr run = session.driver().snapshot();
    if (!run->resting) return false;
    const LabSpec& lab = session.lab();
    const std::string text = fmt::format(
        "At full speed the clock rests when a graded run's time ({}) has gone by and nothing was "
        "done. It goes on with what you do next, or with: inferlab cluster speed{} 10",
        format_duration(lab.horizon), session_words(lab.id, lab.learner));
    terminal.out << fmt::format(
        "\n{}  {}\n  {}\n", terminal.style.bold("RESTS"),
        format_duration(std::chrono::floor<std::chrono::seconds>(run->now.time_since_epoch())),
        wrap(text, terminal.prose_width(), 2));
    terminal.out.flush();
    return true;
  }

  // The list of sessions is a convenience: a lab can be worked on without it.
  static void warn(Terminal& terminal, const Error& error) {
    print_warning(terminal, "the session will not be listed", error);
  }

  // One line: whoever started it reads that, and goes on.
  static void announce_as_json(Terminal& terminal, const Session& session) {
    terminal.out << sim::to_json(sim::Value::object(
                        {{"lab", session.lab().id},
                         {"kubeconfig", session.kubeconfig()},
                         {"apiUrl", session.api_url()},
                         {"gatewayUrl", session.gateway_url()},
                         {"folder", session.folder()},
                         {"resumed", static_cast<std::int64_t>(session.resumed_entries())}}))
                 << '\n'
                 << std::flush;
  }

  // What there is to try, and what it does from where the clock stands now.
  static std::string other_speed(double speed) {
    constexpr double kFast = 60;
    if (speed < kFast) return fmt::format("60   faster ({})", speed_now(speed));
    return fmt::format("10   slower ({})", speed_now(speed));
  }
  static std::string speed_now(double speed) {
    if (speed == kMaxSpeed) return "it runs as fast as it goes";
    return speed == 0 ? "it is paused" : fmt::format("it runs at {:g}x", speed);
  }

  static void announce(Terminal& terminal, Session& session, const std::string& audit_log) {
    const Style& style = terminal.style;
    terminal.out << style.bold(session.lab().title) << "\n";
    if (session.resumed_entries() > 0) {
      terminal.out << fmt::format("Taken up where you were: {} entries of the journal replayed.\n",
                                  session.resumed_entries());
    }
    const std::string learner = learner_words(session.lab().learner);
    terminal.out << fmt::format(
        "\n  export KUBECONFIG={}\n  kubectl get nodes\n\n"
        "API server  {}\nGateway     {}   (POST /v1/chat/completions)\nFolder      {}\n\n",
        session.kubeconfig(), session.api_url(), session.gateway_url(), session.folder());
    if (!session.lab().incidents.empty()) {
      terminal.out << fmt::format(
          "Audit log   {1}\nPolicy      {3}/audit-policy.yaml decides what is logged, once it is "
          "there\nPager       inferlab lab ack {0}{2}, lab diagnose {0} CAUSE{2}\n\n",
          session.lab().id, audit_log, learner, session.folder());
    }
    terminal.out << fmt::format(
        "In another terminal: inferlab lab show {0}{1}   the task\n"
        "                     inferlab lab files {0} DIR{1}   what you begin with\n"
        "                     inferlab lab check {0}{1}  your grade\n"
        "                     inferlab cluster traffic{4}   what clients get; --watch goes on\n"
        "                     inferlab cluster speed{4} {2}\n\n{3}\n\nCtrl-C ends the session.\n",
        session.lab().id, learner, other_speed(session.driver().speed()),
        wrap(kAboutAges, terminal.prose_width()),
        session_words(session.lab().id, session.lab().learner));
    terminal.out.flush();
  }

  std::string lab_id_, speed_ = "10", learner_, audit_log_, format_ = "text";
  std::int64_t port_ = 0, gateway_port_ = 0;
  bool http_ = false, fresh_ = false;
  std::optional<std::uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> make_lab_start() {
  return std::make_unique<LabStartCommand>();
}

}  // namespace inferlab::labs
