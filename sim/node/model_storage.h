#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sim/node/file_place.h"
#include "sim/node/transfer_network.h"

namespace inferlab::sim {

/// How models reach the nodes. Bytes per second.
struct ModelNetworkSpec {
  double server_bandwidth = 0;  // of the one model server of all nodes; 0: never the limit
  /// Of each network volume. Source: assets/facts/SOURCE.md, model_load.gp3.
  double volume_bandwidth = 1'048'576'000;
};

/// What the nodes of a run have in common: the links, and which files lie on network volumes.
struct ModelNetwork {
  ModelNetwork(Simulation& simulation, const ModelNetworkSpec& network_spec);

  ModelNetworkSpec spec;
  TransferNetwork transfers;
  std::optional<TransferNetwork::LinkId> server;
  std::map<std::string, TransferNetwork::LinkId> volumes;  // by FilePlace's key
  std::set<std::string> stored;                            // "volume/pvc-… MODEL"

  TransferNetwork::LinkId volume(const std::string& key);
};

/// The weights of models on one node: from the model server to the processes, and where they stay.
///
/// A process whose cache folder is on a volume finds there what an earlier one has downloaded, and
/// reads it; one at a time downloads, the others wait for it. What was read or written lately is in
/// the node's page cache, as far as memory is free, and comes from there at once (the way to the
/// GPU is the process's own business). A process without such a volume streams: nothing stays.
/// Source: assets/facts/SOURCE.md, model_load.
class ModelStorage {
 public:
  using LoadId = std::uint64_t;  // 0 names none

  struct Load {
    std::string model;
    FilePlace place;
    std::int64_t bytes = 0;
    double slowdown = 1;  // as if there were so many more bytes to move
  };

  ModelStorage(ModelNetwork& network, double node_bandwidth, double disk_bandwidth);

  /// `free_memory` says how much of the node's memory no process holds; none when never set.
  void set_free_memory(std::function<std::int64_t()> free_memory) {
    free_memory_ = std::move(free_memory);
  }

  /// Calls `done` once when the weights are in reach of the process, never inside load().
  LoadId load(Load load, std::function<void()> done);
  /// `done` is not called any more; a download under way stops, and the next one who waits begins.
  void cancel(LoadId id);
  /// A Pod has left the node: its emptyDirs are gone.
  void forget_pod(const std::string& uid);
  /// The node has gone down: memory is empty, and nobody waits any more.
  void power_off();

 private:
  struct Running {
    Load load;
    std::function<void()> done;
    TransferNetwork::TransferId transfer = 0;
    bool waits = false;  // for somebody else's download
  };
  [[nodiscard]] static std::string file_of(const Load& load);
  [[nodiscard]] std::set<std::string>& shelf(const Load& load);
  void begin(LoadId id);
  void download(LoadId id);
  void finish(LoadId id);
  void wake_waiters(const std::string& file);
  void remember(const std::string& file, std::int64_t bytes);
  [[nodiscard]] bool is_cached(const std::string& file);
  void trim(std::int64_t more);

  ModelNetwork& network_;
  TransferNetwork::LinkId node_link_, disk_link_;
  std::function<std::int64_t()> free_memory_ = [] { return std::int64_t{0}; };
  std::map<LoadId, Running> running_;
  std::map<std::string, LoadId> downloads_;  // by file
  std::set<std::string> on_disk_;
  std::list<std::pair<std::string, std::int64_t>> cache_;  // files and bytes, latest use first
  LoadId last_id_ = 0;
};

}  // namespace inferlab::sim
