#include "labs/session/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "labs/session/control.h"
#include "labs/session/journal_file.h"
#include "labs/session/live_gateway.h"
#include "labs/session/live_replicas.h"
#include "labs/session/picture.h"
#include "labs/session/session_folder.h"
#include "labs/spec/data_dirs.h"
#include "sim/apiserver/api_server.h"
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
  std::string token;
  std::size_t resumed = 0;
  std::optional<JournalFile> journal;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<LiveReplicas> replicas;
  std::unique_ptr<Control> control;
  std::unique_ptr<sim::ApiServer> api;
  std::unique_ptr<LiveGateway> gateway;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (!driver) return;
    remove_card(options.folder);
    driver->mailbox().close();  // whoever waits for the run is answered
    if (gateway) gateway->stop();
    if (api) api->stop();
    if (replicas) replicas->stop();
    driver->stop();
  }

  Result<std::unique_ptr<sim::Cluster>> make_cluster() {
    const std::string path = journal_path(options.folder);
    if (options.fresh) std::filesystem::remove(path);
    INFERLAB_TRY(const sim::Journal earlier, read_journal_file(path));
    auto cluster = std::make_unique<sim::Cluster>(options.lab.cluster, options.seed);
    cluster->replay(earlier);
    resumed = earlier.size();
    INFERLAB_TRY(journal, JournalFile::open(path));
    cluster->on_journal([this](const sim::JournalEntry& entry) {
      // A full disk must not pass for a kept write: nothing sensible can go on from here.
      const Result<void> kept = journal->append(entry);
      INFERLAB_CHECK(kept.has_value());
    });
    return cluster;
  }

  Result<void> start() {
    if (options.folder.empty()) {
      INFERLAB_TRY(options.folder, session_folder(options.lab.id));
    }
    INFERLAB_TRY(const auto running, read_card(options.folder));
    if (running) {
      return Error{ErrorKind::kConflict,
                   fmt::format("{}: is running already (process {})", options.lab.id, running->pid),
                   "end it there with Ctrl-C, or: inferlab cluster down"};
    }
    INFERLAB_TRY(token, sim::make_token());
    INFERLAB_TRY(const std::string model, find_data("assets/model/inferlab-tiny.gguf"));
    INFERLAB_TRY(auto cluster, make_cluster());
    driver = std::make_unique<Driver>(std::move(cluster), options.speed, take_picture);
    replicas = std::make_unique<LiveReplicas>(*driver, model);
    control = std::make_unique<Control>(*driver, token);

    sim::ApiServerOptions api_options;
    api_options.port = options.api_port;
    api_options.tls = options.tls;
    api_options.tls_folder = options.folder + "/pki";
    api_options.token = token;
    INFERLAB_TRY(api, sim::ApiServer::start(sim::door_to(driver->mailbox(), driver->cluster(),
                                                         log_source(driver->cluster())),
                                            api_options));
    INFERLAB_TRY_VOID(api->write_kubeconfig(options.folder + "/kubeconfig"));
    INFERLAB_TRY(gateway, LiveGateway::start(*driver, *replicas, *control, lab_service(options.lab),
                                             options.gateway_port));
    return write_card(options.folder,
                      {options.lab.id, static_cast<int>(::getpid()), api->url(), gateway->url(),
                       gateway->url(), options.folder + "/kubeconfig", token});
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

sim::Journal Session::journal() {
  auto journal = driver().mailbox().call([this] { return driver().cluster().journal(); });
  return journal ? *std::move(journal) : sim::Journal();
}

}  // namespace inferlab::labs
