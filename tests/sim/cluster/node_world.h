#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/node: a whole cluster, watched at its nodes. Everything is in
/// namespace "default"; uids show as <uid>.
///
///     pool NAME count=1 cpu=8 memory=16Gi disk=100Gi gpu=A100-80GB-SXM gpus=2 …   before anything
///         else; gpu sharing: mig=single|mixed profiles=1g.10gb,3g.40gb replicas=2 renamed=1;
///         plugin=daemonset driver=VERSION|none driver_cuda=12.0;
///         the kubelet's: kube_reserved="cpu=1,memory=1Gi" hard="memory.available=1Gi" soft=
///         soft_grace= reclaim= cpus=static topology=restricted scope=pod numa=2
///         huge_pages="2Mi=1Gi"; bandwidths in bytes a second: registry= model= disk_bandwidth=
///     image NAME size=BYTES layers=base:BYTES,own:BYTES behaviour=sleeper cuda=12.8
///         least_driver=VERSION compat=470,535
///     server bandwidth=BYTES           of the model server of all nodes
///     create <<END                     each YAML document
///     patch KIND/NAME [sub=status] <<END  a merge patch
///     set_image POD CONTAINER IMAGE    as kubectl set image
///     delete KIND/NAME [grace=0]
///     run 30s
///     fault NAME TARGET
///     pods · images NODE · node NODE · labels NODE prefix=nvidia.com/
///     timeline NAME                    every change of a Pod's status, with its second
///     get KIND/NAME path=a.b
///     events NAME [reason=Evicted]     of the object with this name, oldest first
///     log POD [grep=TEXT]
///     metric NAME [pod=…]              the last scraped samples
///     top NODE                         its CPU usage, as kubectl top node has it
///     cpus NODE                        CPUs that containers have for themselves, and their GPUs
std::unique_ptr<testing::GoldenWorld> make_node_world();

}  // namespace inferlab
