#pragma once

#include <string>
#include <string_view>

namespace inferlab::sim {

/// The name of the VolumeAttachment of a CSI volume to a node: "csi-" and the SHA-256 of the three,
/// in hexadecimal digits. Source: Kubernetes 1.32, pkg/volume/csi, getAttachmentName.
std::string attachment_name(std::string_view handle, std::string_view driver,
                            std::string_view node);

}  // namespace inferlab::sim
