#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/views.h"
#include "sim/node/cuda_driver.h"
#include "sim/node/gpu_sharing.h"
#include "sim/node/kubelet_spec.h"

namespace inferlab::sim {

/// One GPU model, as data sheets state it. Figures: see assets/facts/SOURCE.md.
struct GpuSpec {
  std::string name;  // "A100-80GB-SXM"
  std::int64_t memory_bytes = 0;
  double memory_bandwidth = 0;  // bytes per second
  double bf16_flops = 0;        // dense, per second
  double mfu_prefill = 0.4;     // fraction of bf16_flops that a prefill step reaches
  double mfu_decode = 0.2;
};

/// A group of equal nodes: "POOL-0", "POOL-1" …
struct NodePoolSpec {
  /// What offers the nodes' GPUs to the kubelet.
  enum class DevicePlugin : std::uint8_t {
    kBuiltIn,    // always there, and with it what shows the GPUs' metrics
    kDaemonSet,  // a Pod, if somebody runs one; metrics too are a Pod's
  };
  std::string name;
  int count = 1;
  std::string instance_type;    // label node.kubernetes.io/instance-type
  std::string zone = "zone-a";  // label topology.kubernetes.io/zone
  std::string gpu;              // a GpuSpec's name; empty: no GPUs
  int gpus_per_node = 0;
  GpuSharingSpec gpu_sharing;  // whatever the device plugin says
  DevicePlugin device_plugin = DevicePlugin::kBuiltIn;
  DriverSpec driver;
  std::int64_t cpu_milli = 8000;
  std::int64_t memory_bytes = std::int64_t{32} << 30;
  /// CPUs and cards are spread over the NUMA nodes evenly and in order: with two, the first half of
  /// the cards hangs on node 0. A CPU is one hardware thread, and no two share a core.
  int numa_nodes = 1;
  std::map<std::string, std::int64_t> huge_pages = {};  // bytes set aside, by size: "2Mi", "1Gi"
  std::int64_t max_pods = 110;
  std::int64_t disk_bytes = std::int64_t{200} << 30;  // nodefs
  std::int64_t image_disk_bytes = 0;  // imagefs, with the writable layers; 0: on the same disk
  KubeletSpec kubelet;
  std::vector<std::pair<std::string, std::string>> labels;  // besides the well-known ones
  std::vector<Taint> taints;
  double registry_bandwidth = 125e6;  // bytes per second of image pull, unpacking included
  double model_bandwidth = 1e9;  // bytes per second from model storage, shared by the node's pods
  double disk_bandwidth = 1'048'576'000;  // bytes per second of the node's own disk
  double price_per_hour = 0;              // USD a node
  bool local = false;  // Pods of this pool may be backed by the real engine in a live session
};

/// A part of an image. Images with equal layers share them, on a node's disk and in pulls.
struct ImageLayer {
  std::string digest;
  std::int64_t size_bytes = 0;
};

/// An image that the simulated registry has. What its containers do is `behaviour`.
struct ImageSpec {
  enum class Behaviour : std::uint8_t {
    kLlmServer,   // an OpenAI-compatible vLLM-like server: reads --model, --port …, loads, serves
    kHttpServer,  // answers 200 on its ports a moment after it starts
    kSleeper,     // runs until told to stop (pause, busybox sleep)
    kCrasher,     // exits with status 1 after a second
    kBusy,        // keeps CPUs busy until told to stop, as stress-ng does
    kDevicePlugin,  // NVIDIA's device plugin
    kDcgmExporter,  // NVIDIA's exporter of GPU metrics
  };
  std::string repository;         // "registry.example.com/ai/vllm"
  std::vector<std::string> tags;  // "v0.8.5", "stable"
  std::string digest;             // "sha256:…"; pulled by digest too
  std::int64_t size_bytes = 0;
  Behaviour behaviour = Behaviour::kSleeper;
  // What a container of it takes while it runs. An LLM server's is what its load and model make of
  // it; one that is busy takes what it gets.
  std::int64_t cpu_milli = 1;
  std::int64_t memory_bytes = std::int64_t{16} << 20;
  std::vector<ImageLayer> layers =
      {};  // adding up to size_bytes; none: one that no other image has
  CudaSpec cuda = {};
};

}  // namespace inferlab::sim
