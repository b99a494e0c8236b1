#pragma once

namespace inferlab::sim {

class Kubelet;

/// The kubelet's image garbage collection, every 5 minutes: above the high threshold of the images'
/// disk it deletes images that no container uses, the one used longest ago first, until the low
/// threshold is reached. An image is safe in its first two minutes.
/// Source: Kubernetes documentation, "Garbage Collection", "Container image lifecycle"; the texts
/// of Events are those of kubelet 1.32.
void collect_images(Kubelet& kubelet);

/// Under disk pressure: all that is not in use.
void delete_unused_images(Kubelet& kubelet);

}  // namespace inferlab::sim
