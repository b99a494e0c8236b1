#include "sim/api/csi_volume.h"

namespace inferlab::sim {

std::string attached_name(const Value& persistent_volume) {
  const Value& csi = persistent_volume["spec"]["csi"];
  if (csi.is_null()) return {};
  return "kubernetes.io/csi/" + csi["driver"].str() + "^" + csi["volumeHandle"].str();
}

std::string claim_of_volume(const Value& pod, const Value& volume) {
  if (volume.has("ephemeral")) {
    return pod["metadata"]["name"].str() + "-" + volume["name"].str();
  }
  return volume["persistentVolumeClaim"]["claimName"].str();
}

}  // namespace inferlab::sim
