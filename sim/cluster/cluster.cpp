#include "sim/cluster/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/cluster/add_on.h"
#include "sim/cluster/audit_log.h"
#include "sim/cluster/cluster_metrics.h"
#include "sim/cluster/faults.h"
#include "sim/cluster/system_objects.h"
#include "sim/controllers/controllers.h"
#include "sim/node/kube_state_metrics.h"
#include "sim/node/kubelets.h"
#include "sim/scheduler/kube_scheduler.h"
#include "sim/serving/gateway.h"
#include "sim/serving/service_client.h"
#include "sim/serving/serving_workloads.h"
#include "sim/serving/traffic_generator.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {
namespace {

bool is_write(const ApiRequest& request) {
  return request.verb != Verb::kGet && request.verb != Verb::kList && !request.dry_run;
}

std::vector<StorageDriver> drivers_of(const ClusterSpec& spec) {
  std::vector<StorageDriver> out;
  for (const StorageClassSpec& one : spec.storage) {
    const bool known = std::any_of(out.begin(), out.end(), [&one](const StorageDriver& driver) {
      return driver.name == one.driver.name;
    });
    if (!known) out.push_back(one.driver);
  }
  return out;
}

}  // namespace

struct Cluster::Parts {
  ClusterSpec spec;
  Simulation simulation;
  Store store;
  Api api;
  GitRepositories repositories;
  AuditLog audit;
  Telemetry telemetry;
  ServingWorkloads workloads;
  Kubelets kubelets;
  ClusterMetrics metrics;
  Controllers controllers;
  KubeScheduler scheduler;
  Gateway gateway;
  ServiceClient network;
  std::vector<std::unique_ptr<TrafficGenerator>> traffic;
  Journal journal;
  std::function<void(const JournalEntry&)> on_journal;

  Parts(ClusterSpec cluster_spec, std::uint64_t seed)
      : spec(std::move(cluster_spec)),
        simulation(seed, Time{spec.start}),
        api(simulation, store, spec.max_objects),
        repositories(spec.repositories),
        audit(api),
        workloads(spec.models, spec.model_load_slowdown, spec.profiles),
        kubelets(api, spec.pools, spec.gpus, spec.images, workloads, telemetry,
                 spec.image_pull_slowdown, spec.model_network),
        metrics(api, kubelets, telemetry),
        controllers(api, {.root_ca = std::string(cluster_root_ca()),
                          .storage_drivers = drivers_of(spec),
                          .repositories = &repositories}),
        scheduler(api, spec.scheduler_profiles),
        gateway(api, kubelets, telemetry),
        network(api, kubelets, gateway) {
    workloads.set_network(network);
    api.observe([this](const ApiRequest& request, const ApiResponse& response) {
      audit.add(request, response);
    });
    // Every write is part of the run hash, whoever made it. Of a renewal it is said which object's
    // it is; when it was is in the event.
    store.subscribe(
        [this](const Change& change) { change.object->document.add_to(simulation.trace()); },
        [this](const Renewal& renewal) {
          simulation.trace().add(std::uint64_t{renewal.line});
          simulation.trace().add(renewal.revision);
        });
  }

  void start() {
    if (spec.pools.empty()) {
      api.leave_nodes_to_clients();
    } else {
      api.serve_metrics(metrics);
      metrics.start();
    }
    create_system_objects(api);
    create_storage_classes(api, spec.storage);
    create_add_ons(api, spec.add_ons);
    keep_kubernetes_service(api, store);
    controllers.start();
    scheduler.start();
    kubelets.start();
    // An add-on: a control plane alone has none, and nobody to look at its series.
    if (!spec.pools.empty()) add_kube_state_metrics(telemetry, store);
    for (const TrafficSpec& of : spec.traffic) {
      traffic.push_back(std::make_unique<TrafficGenerator>(simulation, gateway, of));
      traffic.back()->start();
    }
    schedule_scrape();
  }

  void schedule_scrape() {
    simulation.after(spec.scrape_interval, "telemetry/scrape", [this] {
      telemetry.scrape(simulation.now());
      schedule_scrape();
    });
  }

  // What is due at this very moment: a replay meets the entry after the one before was settled.
  void settle() { simulation.run_until(simulation.now()); }

  void keep(JournalEntry entry) {
    journal.push_back(std::move(entry));
    if (on_journal) on_journal(journal.back());
  }

  // A commit's id holds all that there is to know of it.
  Result<std::string> carry_out_push(const GitChange& change) {
    INFERLAB_TRY(const GitCommit* const commit, repositories.push(change, simulation.now()));
    simulation.trace().add(commit->id);
    return commit->id;
  }

  Result<void> carry_out_fault(std::string_view fault, std::string_view target) {
    const auto done = carry_out_node_fault(kubelets, fault, target);
    // A Node that a client has registered stands in the API and has no kubelet here to stop.
    const std::string node(target.substr(0, target.find('/')));
    if (!done && done.error().kind == ErrorKind::kNotFound && !kubelets.is_known(node) &&
        store.get({"nodes", "", node}) != nullptr) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: {}: a client has registered this node; it is not simulated",
                               fault, node),
                   "faults go into the simulated nodes of the cluster; end this node's kubelet "
                   "where it runs"};
    }
    return done;
  }
};

Cluster::Cluster(ClusterSpec spec, std::uint64_t seed)
    : parts_(std::make_unique<Parts>(std::move(spec), seed)) {
  parts_->start();
}

Cluster::~Cluster() = default;

void Cluster::run_until(Time end) {
  parts_->simulation.run_until(end);
}

ApiResponse Cluster::request(const ApiRequest& request) {
  parts_->settle();  // as replay() does before it repeats an entry
  const std::uint64_t revision = parts_->store.revision();
  ApiResponse response = parts_->api.handle(request);
  // A refused request may have written all the same: a collection is deleted one by one.
  if (is_write(request) && (response.ok() || parts_->store.revision() != revision)) {
    parts_->keep({parts_->simulation.now(), JournalEntry::Kind::kApi, request, {}, {}});
  }
  parts_->settle();
  return response;
}

Result<void> Cluster::inject(std::string_view fault, std::string_view target) {
  parts_->settle();
  INFERLAB_TRY_VOID(parts_->carry_out_fault(fault, target));
  parts_->keep({parts_->simulation.now(),
                JournalEntry::Kind::kFault,
                {},
                std::string(fault),
                std::string(target)});
  parts_->settle();
  return {};
}

Result<std::string> Cluster::push(const GitChange& change) {
  parts_->settle();
  INFERLAB_TRY(std::string id, parts_->carry_out_push(change));
  parts_->keep({parts_->simulation.now(), JournalEntry::Kind::kGit, {}, {}, {}, change});
  parts_->settle();
  return id;
}

void Cluster::replay(const Journal& journal) {
  for (const JournalEntry& entry : journal) {
    INFERLAB_CHECK(entry.at >= parts_->simulation.now());
    run_until(entry.at);
    // In a run with something changed an entry may be refused; it is part of that run all the same.
    if (entry.kind == JournalEntry::Kind::kApi) {
      (void)parts_->api.handle(entry.request);
    } else if (entry.kind == JournalEntry::Kind::kGit) {
      (void)parts_->carry_out_push(entry.git);
    } else {
      (void)parts_->carry_out_fault(entry.fault, entry.target);
    }
    parts_->journal.push_back(entry);
    parts_->settle();
  }
}

const Journal& Cluster::journal() const {
  return parts_->journal;
}
void Cluster::on_journal(std::function<void(const JournalEntry&)> listener) {
  parts_->on_journal = std::move(listener);
}
const ClusterSpec& Cluster::spec() const {
  return parts_->spec;
}
Simulation& Cluster::simulation() {
  return parts_->simulation;
}
Store& Cluster::store() {
  return parts_->store;
}
const Store& Cluster::store() const {
  return parts_->store;
}
Api& Cluster::api() {
  return parts_->api;
}
const GitRepositories& Cluster::repositories() const {
  return parts_->repositories;
}
AuditLog& Cluster::audit() {
  return parts_->audit;
}
Telemetry& Cluster::telemetry() {
  return parts_->telemetry;
}
Gateway& Cluster::gateway() {
  return parts_->gateway;
}
Kubelets& Cluster::kubelets() {
  return parts_->kubelets;
}
KubeScheduler& Cluster::scheduler() {
  return parts_->scheduler;
}
std::uint64_t Cluster::run_hash() {
  return parts_->simulation.trace().digest();
}

}  // namespace inferlab::sim
