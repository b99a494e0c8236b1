#pragma once

#include <map>
#include <memory>
#include <string>

#include "sim/api/store.h"
#include "sim/api/value.h"
#include "sim/node/container_files.h"

namespace inferlab::sim {

/// What a container finds when it starts: an empty layer of its own, and its volumeMounts. Keys of
/// ConfigMaps and Secrets are files, as they are now. `pod` and `container` are documents, both
/// `environment` and `node` those of this start. Places are named as file_place.h says, but a
/// node's disk is one place, "host/NODE".
std::shared_ptr<ContainerFiles> files_of_container(
    const Value& pod, const Value& container, const std::string& node,
    const std::map<std::string, std::string>& environment, const Store& store, Files& files);

/// The Pod has left its node: its emptyDirs and its containers' layers are gone.
void forget_files_of_pod(const std::string& uid, Files& files);

}  // namespace inferlab::sim
