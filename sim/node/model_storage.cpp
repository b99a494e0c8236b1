#include "sim/node/model_storage.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace inferlab::sim {
namespace {

using Kind = FilePlace::Kind;

std::int64_t moved(const ModelStorage::Load& load) {
  return std::llround(static_cast<double>(load.bytes) * load.slowdown);
}

}  // namespace

ModelNetwork::ModelNetwork(Simulation& simulation, const ModelNetworkSpec& network_spec)
    : spec(network_spec), transfers(simulation) {
  if (spec.server_bandwidth > 0) server = transfers.add_link(spec.server_bandwidth);
}

TransferNetwork::LinkId ModelNetwork::volume(const std::string& key) {
  const auto found = volumes.find(key);
  if (found != volumes.end()) return found->second;
  return volumes[key] = transfers.add_link(spec.volume_bandwidth);
}

ModelStorage::ModelStorage(ModelNetwork& network, double node_bandwidth, double disk_bandwidth)
    : network_(network),
      node_link_(network.transfers.add_link(node_bandwidth)),
      disk_link_(network.transfers.add_link(disk_bandwidth)) {}

std::string ModelStorage::file_of(const Load& load) {
  return load.place.key + " " + load.model;
}

std::set<std::string>& ModelStorage::shelf(const Load& load) {
  return load.place.kind == Kind::kVolume ? network_.stored : on_disk_;
}

ModelStorage::LoadId ModelStorage::load(Load load, std::function<void()> done) {
  const LoadId id = ++last_id_;
  running_[id] = {std::move(load), std::move(done), 0, false};
  begin(id);
  return id;
}

void ModelStorage::begin(LoadId id) {
  Running& running = running_.at(id);
  const Load& load = running.load;
  running.waits = false;
  if (load.place.kind == Kind::kLayer) {
    download(id);
    return;
  }
  const std::string file = file_of(load);
  if (!shelf(load).contains(file)) {
    running.waits = !downloads_.emplace(file, id).second;
    if (!running.waits) download(id);
    return;
  }
  // Moving no bytes takes no time, but `done` comes later all the same.
  const std::int64_t bytes = is_cached(file) ? 0 : moved(load);
  std::vector<TransferNetwork::LinkId> path{disk_link_};
  if (load.place.kind == Kind::kVolume) path = {network_.volume(load.place.key), node_link_};
  running.transfer = network_.transfers.start(path, bytes, [this, id] { finish(id); });
}

void ModelStorage::download(LoadId id) {
  Running& running = running_.at(id);
  std::vector<TransferNetwork::LinkId> path{node_link_};
  if (network_.server) path.push_back(*network_.server);
  const Kind kind = running.load.place.kind;
  if (kind == Kind::kPodDisk || kind == Kind::kNodeDisk) path.push_back(disk_link_);
  if (kind == Kind::kVolume) path.push_back(network_.volume(running.load.place.key));
  running.transfer =
      network_.transfers.start(path, moved(running.load), [this, id] { finish(id); });
}

void ModelStorage::finish(LoadId id) {
  const auto found = running_.find(id);
  const Running running = std::move(found->second);
  running_.erase(found);
  if (running.load.place.kind != Kind::kLayer) {
    const std::string file = file_of(running.load);
    shelf(running.load).insert(file);
    remember(file, running.load.bytes);
    downloads_.erase(file);
    wake_waiters(file);
  }
  running.done();
}

void ModelStorage::cancel(LoadId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const Running running = std::move(found->second);
  running_.erase(found);
  network_.transfers.cancel(running.transfer);
  const std::string file = file_of(running.load);
  const auto download = downloads_.find(file);
  if (download == downloads_.end() || download->second != id) return;
  downloads_.erase(download);
  wake_waiters(file);
}

void ModelStorage::wake_waiters(const std::string& file) {
  std::vector<LoadId> waiting;
  for (const auto& [id, running] : running_) {
    if (running.waits && file_of(running.load) == file) waiting.push_back(id);
  }
  for (const LoadId id : waiting) begin(id);
}

void ModelStorage::remember(const std::string& file, std::int64_t bytes) {
  std::erase_if(cache_, [&](const auto& entry) { return entry.first == file; });
  trim(bytes);
  if (bytes <= free_memory_()) cache_.emplace_front(file, bytes);
}

/// Drops what was used longest ago until `more` bytes fit beside the rest.
void ModelStorage::trim(std::int64_t more) {
  std::int64_t sum = more;
  for (const auto& [file, bytes] : cache_) sum += bytes;
  const std::int64_t room = free_memory_();
  while (sum > room && !cache_.empty()) {
    sum -= cache_.back().second;
    cache_.pop_back();
  }
}

bool ModelStorage::is_cached(const std::string& file) {
  trim(0);
  return std::any_of(cache_.begin(), cache_.end(),
                     [&](const auto& entry) { return entry.first == file; });
}

void ModelStorage::forget_pod(const std::string& uid) {
  const std::string prefix = "pod/" + uid + "/";
  std::erase_if(on_disk_, [&](const std::string& file) { return file.starts_with(prefix); });
  std::erase_if(cache_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

void ModelStorage::power_off() {
  cache_.clear();
}

}  // namespace inferlab::sim
