#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/cluster/add_on_spec.h"
#include "sim/controllers/storage_driver.h"
#include "sim/gitops/repository.h"
#include "sim/node/model_storage.h"
#include "sim/node/node_spec.h"
#include "sim/scheduler/profile.h"
#include "sim/serving/model_spec.h"
#include "sim/serving/step_profile.h"
#include "sim/serving/traffic_spec.h"

namespace inferlab::sim {

/// A StorageClass that is there from the beginning, and the driver behind it.
struct StorageClassSpec {
  std::string name;
  StorageDriver driver;
  bool is_default = false;
  bool waits_for_first_consumer = true;
  bool retains = false;  // reclaimPolicy Retain; else Delete
  bool expands = true;
};

/// What a run is made of, besides its journal and its seed. Read from a lab's `cluster` and
/// `traffic` sections by labs/; equal specs, journals and seeds give equal runs.
struct ClusterSpec {
  std::vector<NodePoolSpec> pools;
  std::vector<GpuSpec> gpus;
  std::vector<ImageSpec> images;
  std::vector<ModelSpec> models;
  /// Measured step times in place of what a GPU's figures say, the first one that fits.
  std::vector<ReplicaProfile> profiles;
  std::vector<StorageClassSpec> storage;
  std::vector<AddOnSpec> add_ons;  // that passed check_add_ons()
  std::vector<GitRepositorySpec> repositories;
  std::vector<TrafficSpec> traffic;
  /// Of kube-scheduler, at least one; see profiles_from().
  std::vector<SchedulerProfile> scheduler_profiles = {{}};
  ModelNetworkSpec model_network;
  Duration scrape_interval = 15s;
  /// Where the clock stands when the run begins, after kEpochOfRun. A cluster that runs with the
  /// wall clock begins at the wall's time, so that clients who count ages by their own clock count
  /// right.
  Duration start{};
  /// How many objects the cluster's store takes (see Api::kDefaultMaxObjects).
  std::size_t max_objects = 200'000;
  /// Counterfactual knobs: what a rerun may change. 1 is as specified.
  double model_load_slowdown = 1;
  double image_pull_slowdown = 1;
};

}  // namespace inferlab::sim
