#pragma once

#include <string>
#include <string_view>

#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// The folder that a server keeps the weights of a hub's model in, by its options and variables.
/// Source: Hugging Face documentation, "Environment variables" of huggingface_hub; vLLM,
/// "Engine Arguments" (--download-dir); Text Generation Inference (HUGGINGFACE_HUB_CACHE, /data).
std::string cache_path(const Container& container);

/// Whether what is written below `path` is there for the next Pod: on a claim, a folder of the
/// node, NFS, a CSI volume or an image. emptyDir and ephemeral volumes go with the Pod.
bool is_on_persistent_volume(const Workload& workload, const Container& container,
                             std::string_view path);

}  // namespace inferlab::labs::lint
