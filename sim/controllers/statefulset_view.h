#pragma once

#include <cstdint>
#include <string>

#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

/// What the controller reads of a StatefulSet that was validated and defaulted by the API.
struct StatefulSetView {
  explicit StatefulSetView(const StoredObject& object);

  MetaView meta;
  LabelSelector selector;
  std::int64_t replicas = 1, first_ordinal = 0, min_ready_seconds = 0, revision_history_limit = 10;
  std::int64_t partition = 0;  // Pods below first_ordinal + partition keep the current version
  bool parallel = false;       // podManagementPolicy Parallel; else one Pod after the other
  bool on_delete = false;      // updateStrategy OnDelete; else RollingUpdate
  bool deletes_claims_when_scaled = false, deletes_claims_when_deleted = false;
  Value pod_template;     // spec.template
  Value claim_templates;  // spec.volumeClaimTemplates

  /// One behind the last ordinal.
  [[nodiscard]] std::int64_t end_ordinal() const { return first_ordinal + replicas; }
  [[nodiscard]] bool wants(std::int64_t ordinal) const {
    return ordinal >= first_ordinal && ordinal < end_ordinal();
  }
};

}  // namespace inferlab::sim
