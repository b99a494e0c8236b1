#include "labs/session/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/session_writes.h"
#include "labs/report/command_words.h"
#include "labs/session/audit_file.h"
#include "labs/session/audit_policy_file.h"
#include "labs/session/cluster_hash.h"
#include "labs/session/control.h"
#include "labs/session/journal_file.h"
#include "labs/session/live_gateway.h"
#include "labs/session/live_replicas.h"
#include "labs/session/picture.h"
#include "labs/session/replay.h"
#include "labs/session/session_folder.h"
#include "labs/session/session_lock.h"
#include "labs/spec/data_dirs.h"
#include "labs/spec/suggest.h"
#include "sim/api/status.h"
#include "sim/apiserver/api_server.h"
#include "sim/cluster/audit_log.h"
#include "sim/node/kubelets.h"

namespace inferlab::labs {
namespace {

sim::LogSource log_source(sim::Cluster& cluster) {
  return [&cluster](std::string_view ns, std::string_view pod, std::string_view container,
                    bool previous) -> Result<std::vector<sim::PodLogLine>> {
    INFERLAB_TRY(const auto lines, cluster.kubelets().logs(ns, pod, container, previous));
    std::vector<sim::PodLogLine> out;
    out.reserve(lines.size());
    for (const sim::LogLine& line : lines) out.push_back({line.at, line.text});
    return out;
  };
}

}  // namespace

DefaultService lab_service(const LabSpec& lab) {
  if (lab.cluster.traffic.empty()) return {};
  const sim::TrafficSpec& traffic = lab.cluster.traffic.front();
  return {traffic.ns, traffic.service, traffic.port};
}

// Ends in the opposite order: first who lets requests in, last the run.
struct Session::Parts {
  SessionOptions options;
  std::uint64_t seed = 1;
  std::string token;
  std::size_t resumed = 0;
  Time last_act{};    // that was not one of the lab's events
  Time clock_kept{};  // that the journal has
  std::chrono::steady_clock::time_point clock_due;
  std::atomic<bool> has_driver = false;  // for the run's thread
  std::optional<SessionLock> lock;
  std::optional<JournalFile> journal;           // on the run's thread, while that runs
  std::optional<AuditFile> audit;               // likewise
  std::optional<AuditPolicyFile> audit_policy;  // likewise; only where there is an audit log
  std::chrono::steady_clock::time_point policy_due;
  std::mutex news_mutex;
  std::vector<std::string> news;        // guarded
  std::unique_ptr<EventPlayer> player;  // outlives the driver, on whose thread it is
  std::unique_ptr<Driver> driver;
  std::unique_ptr<LiveReplicas> replicas;
  std::unique_ptr<Control> control;
  std::unique_ptr<sim::ApiServer> api;
  std::unique_ptr<LiveGateway> gateway;
  std::mutex end_mutex;
  bool ended = false;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { end(); }

  void end() {
    const std::lock_guard guard(end_mutex);
    if (ended || !driver) return;
    ended = true;
    remove_card(options.folder);
    // The gateway first, while the run still listens: what it has answered leaves its mark.
    if (gateway) gateway->stop();
    driver->mailbox().call([] { return true; });
    driver->mailbox().close();  // whoever waits for the run is answered
    if (api) api->stop();
    if (replicas) replicas->stop();
    driver->stop();
    // The next session goes on from here. A journal that failed must not be touched again.
    if (journal && !driver->failure()) {
      (void)journal->append_clock(driver->cluster().simulation().now());
    }
    journal.reset();
    audit.reset();
    lock.reset();
  }

  // A full disk must not pass for a kept write.
  void kept(const Result<void>& outcome) {
    if (!outcome) driver->fail(outcome.error());
  }

  Result<void> check_same_run(const JournalHeader& earlier, const std::string& cluster) const {
    const std::string& id = options.lab.id;
    if (options.seed && *options.seed != earlier.seed) {
      return Error{ErrorKind::kConflict,
                   fmt::format("{}: its session was begun with seed {}, not {}", id, earlier.seed,
                               *options.seed),
                   "leave --seed out to go on with it, or begin anew with --fresh"};
    }
    if (earlier.learner != options.lab.learner) {
      return Error{ErrorKind::kConflict,
                   fmt::format("{}: its session is the variant of \"{}\"", id, earlier.learner),
                   fmt::format("go on {}, or begin anew with --fresh",
                               earlier.learner.empty() ? "without --learner"
                                                       : "with" + learner_words(earlier.learner))};
    }
    if (earlier.lab != id || earlier.cluster != cluster) {
      return Error{ErrorKind::kConflict,
                   fmt::format("{}: its cluster has changed since the session was begun", id),
                   "begin anew with --fresh"};
    }
    return {};
  }

  Result<std::unique_ptr<sim::Cluster>> make_cluster() {
    const std::string path = journal_path(options.folder);
    if (options.fresh) INFERLAB_TRY_VOID(forget_session(options.folder));
    INFERLAB_TRY(const SessionJournal earlier, read_journal_file(path));
    INFERLAB_TRY(const std::string hash, cluster_hash(options.lab));
    if (earlier.header) INFERLAB_TRY_VOID(check_same_run(*earlier.header, hash));
    seed = earlier.header ? earlier.header->seed : options.seed.value_or(options.lab.seed);
    if (earlier.header) options.lab.cluster.start = earlier.header->start;
    auto cluster = std::make_unique<sim::Cluster>(options.lab.cluster, seed);
    INFERLAB_TRY_VOID(give(options.lab, *cluster));
    if (!options.audit_log.empty()) {
      audit_policy.emplace(options.folder);
      look_at_policy(cluster->audit());
    }
    replay_session(*cluster, earlier, {}, options.progress);
    resumed = earlier.entries.size();
    clock_kept = earlier.clock;
    for (const sim::JournalEntry& entry : earlier.entries) {
      if (!is_labs_own(options.lab, entry)) last_act = entry.at;
    }
    INFERLAB_TRY(journal,
                 JournalFile::open(path, {seed, options.lab.id, hash, options.lab.cluster.start,
                                          options.lab.learner}));
    cluster->on_journal([this](const sim::JournalEntry& entry) {
      kept(journal->append(entry));
      if (has_driver && !is_labs_own(options.lab, entry)) driver->note_act(entry.at);
    });
    if (!options.audit_log.empty()) INFERLAB_TRY_VOID(begin_audit(cluster->audit()));
    return cluster;
  }

  // Now and then, so that a session that is killed goes on from where it was. On the run's thread.
  SnapshotPtr picture_of(sim::Cluster& cluster, double speed) {
    constexpr auto kBetweenClocks = std::chrono::seconds(5);
    const auto wall = std::chrono::steady_clock::now();
    const Time now = cluster.simulation().now();
    if (has_driver && !driver->failure() && wall >= clock_due && now > clock_kept) {
      kept(journal->append_clock(now));
      clock_kept = now;
      clock_due = wall + kBetweenClocks;
    }
    constexpr auto kBetweenLooks = std::chrono::milliseconds(500);
    if (has_driver && audit && wall >= policy_due) {
      look_at_policy(cluster.audit());
      policy_due = wall + kBetweenLooks;
    }
    return take_picture(cluster, speed);
  }

  // From the first write of the run on.
  Result<void> begin_audit(sim::AuditLog& log) {
    INFERLAB_TRY(audit, AuditFile::open(options.audit_log));
    for (const sim::AuditEvent& event : log.recent()) INFERLAB_TRY_VOID(log_event(event));
    log.on_event([this](const sim::AuditEvent& event) { kept(log_event(event)); });
    return {};
  }

  Result<void> log_event(const sim::AuditEvent& event) {
    const std::optional<sim::AuditDetail> detail = audit_policy->detail_of(event);
    return detail ? audit->append(event, *detail) : Result<void>();
  }

  void look_at_policy(sim::AuditLog& log) {
    std::optional<std::string> line = audit_policy->refresh();
    if (!line) return;
    log.take_all(audit_policy->any());
    const std::lock_guard guard(news_mutex);
    news.push_back(std::move(*line));
  }

  // Writes through the API server, which must not be acknowledged when they are not kept.
  sim::RunDoor make_door() {
    sim::RunDoor door =
        sim::door_to(driver->mailbox(), driver->cluster(), log_source(driver->cluster()));
    door.write = [this, write = std::move(door.write)](const sim::ApiRequest& request) {
      const auto refuse = [this] {
        return sim::status_failure(500, "InternalError",
                                   "Internal error occurred: " + driver->failure()->message);
      };
      if (driver->failure()) return refuse();
      sim::ApiResponse response = write(request);
      return driver->failure() ? refuse() : response;
    };
    return door;
  }

  // What a responder says of an incident, at the run's present time. On the run's thread.
  Result<Time> note_incident(const std::string& id, const std::string& cause) {
    const Incident* incident = options.lab.incident(id);
    const Time now = driver->cluster().simulation().now();
    if (incident == nullptr || now < Time{incident->at}) {
      return Error{ErrorKind::kNotFound,
                   fmt::format("incident {}: the pager has not called for it", id),
                   "see what it says with: inferlab lab ack " + options.lab.id +
                       learner_words(options.lab.learner)};
    }
    if (!cause.empty() && !incident->has_cause(cause)) {
      std::vector<std::string_view> known;
      for (const auto& [each, text] : incident->causes) known.push_back(each);
      return Error{ErrorKind::kInvalid, fmt::format("cause {}: is none of the incident's", cause),
                   suggestion(cause, known)};
    }
    INFERLAB_TRY_VOID(journal->append(IncidentNote{now, id, cause}));
    return now;
  }

  // In the run's time: what the real engine did happens at one moment of it.
  void note_live(LiveRequest request) {
    driver->mailbox().post([this, request = std::move(request)]() mutable {
      if (driver->failure()) return;
      sim::Cluster& cluster = driver->cluster();
      request.at = cluster.simulation().now();
      kept(journal->append(request));
      note_live_request(cluster, request);
      driver->note_act(request.at);
    });
  }

  Result<void> take_folder() {
    if (options.folder.empty()) {
      INFERLAB_TRY(options.folder, session_folder(options.lab.id, options.lab.learner));
    }
    auto taken = SessionLock::take(options.folder);
    if (taken) {
      lock = std::move(*taken);
      remove_card(options.folder);  // of a session that was killed
      return {};
    }
    if (taken.error().kind != ErrorKind::kConflict) return taken.error();
    const auto card = read_card(options.folder);
    const std::string who =
        card && *card ? fmt::format(" (process {})", (*card)->pid) : std::string();
    return Error{ErrorKind::kConflict, fmt::format("{}: is running already{}", options.lab.id, who),
                 "end it there with Ctrl-C, or: inferlab cluster down" +
                     session_words(options.lab.id, options.lab.learner)};
  }

  Result<void> start_api() {
    sim::ApiServerOptions api_options;
    api_options.port = options.api_port;
    api_options.tls = options.tls;
    api_options.tls_folder = options.folder + "/pki";
    api_options.token = token;
    api_options.version = options.version;
    auto started = sim::ApiServer::start(make_door(), api_options);
    if (!started) {
      Error error = started.error();
      if (options.api_port != 0) error.kind = ErrorKind::kInvalid;  // of all ports, this one
      return error;
    }
    api = std::move(*started);
    return api->write_kubeconfig(options.folder + "/kubeconfig");
  }

  Result<void> start() {
    INFERLAB_TRY_VOID(take_folder());
    token = options.token;
    if (token.empty()) {
      INFERLAB_TRY(token, sim::make_token());
    }
    std::string model;  // a cluster without nodes has nobody to run it
    if (!options.lab.cluster.pools.empty()) {
      INFERLAB_TRY(model, find_data("assets/model/inferlab-tiny.gguf"));
    }
    INFERLAB_TRY(auto cluster, make_cluster());
    player = std::make_unique<EventPlayer>(*cluster, options.lab, options.lab.events);
    if (resumed > 0) player->skip_until(cluster->simulation().now());
    driver = std::make_unique<Driver>(
        std::move(cluster), options.speed,
        [this](sim::Cluster& run, double speed) { return picture_of(run, speed); },
        [this](Time end) { player->run_until(end); }, Driver::Rest{options.lab.horizon, last_act});
    has_driver = true;
    replicas = std::make_unique<LiveReplicas>(*driver, model);
    control = std::make_unique<Control>(
        *driver, token,
        [this](const std::string& incident, const std::string& cause) {
          return note_incident(incident, cause);
        },
        options.lab.submission_repository);
    INFERLAB_TRY_VOID(start_api());
    INFERLAB_TRY(gateway, LiveGateway::start(*driver, *replicas, *control, lab_service(options.lab),
                                             options.gateway_port, [this](LiveRequest request) {
                                               note_live(std::move(request));
                                             }));
    return write_card(options.folder,
                      {options.lab.id, static_cast<int>(::getpid()), api->url(), gateway->url(),
                       gateway->url(), options.folder + "/kubeconfig", token, options.lab.learner});
  }
};

Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::start(SessionOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  INFERLAB_TRY_VOID(parts->start());
  return std::unique_ptr<Session>(new Session(std::move(parts)));
}

Driver& Session::driver() {
  return *parts_->driver;
}
const LabSpec& Session::lab() const {
  return parts_->options.lab;
}
const std::string& Session::folder() const {
  return parts_->options.folder;
}
void Session::end() {
  parts_->end();
}
std::uint64_t Session::seed() const {
  return parts_->seed;
}
const std::string& Session::token() const {
  return parts_->token;
}
std::string Session::kubeconfig() const {
  return parts_->options.folder + "/kubeconfig";
}
std::string Session::api_url() const {
  return parts_->api->url();
}
std::string Session::gateway_url() const {
  return parts_->gateway->url();
}
std::size_t Session::resumed_entries() const {
  return parts_->resumed;
}
bool Session::asked_to_stop() const {
  return parts_->control->asked_to_stop();
}

std::vector<std::string> Session::take_news() {
  const std::lock_guard lock(parts_->news_mutex);
  return std::exchange(parts_->news, {});
}

sim::Journal Session::journal() {
  auto journal = driver().mailbox().call([this] { return driver().cluster().journal(); });
  return journal ? *std::move(journal) : sim::Journal();
}

}  // namespace inferlab::labs
