#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "labs/spec/lab_spec.h"
#include "labs/spec/run_event.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// What a counterfactual changes in the graded run: everything else (journal, seed, lab) stays. The
/// default one changes nothing.
struct VariantSpec {
  double model_load_slowdown = 1;
  /// This pool does not exist.
  std::string without_pool;
  /// This pool has a node more, from the beginning.
  std::string larger_pool;
  /// The pool `tainted_pool` carries the taints of the pool `tainted_like` in place of its own;
  /// labels and hardware stay.
  std::string tainted_pool, tainted_like;
  /// No pool has taints.
  bool no_taints = false;
  /// Moving tags have moved.
  bool tags_moved = false;
  double image_pull_slowdown = 1;
  /// Clients send so many times as much; of one stream alone when `traffic` names it.
  double traffic_factor = 1;
  std::string traffic;
  /// What happens besides the lab's own events, and whether those happen at all.
  std::vector<RunEvent> events;
  bool without_lab_events = false;
  /// "NAMESPACE/NAME" of a Deployment that is restarted (kubectl rollout restart) at `restart_at`.
  std::string restart;
  Duration restart_at{};
  /// The run ends here; 0: at the lab's horizon.
  Duration horizon{};

  auto operator<=>(const VariantSpec&) const = default;
};

/// The cluster of this variant.
sim::ClusterSpec cluster_of(const LabSpec& lab, const VariantSpec& variant);

/// The variant that changes what both change: factors multiply, what only one says holds, and of
/// what both say the inner one's.
VariantSpec merged(const VariantSpec& outer, const VariantSpec& inner);

/// Events of the lab and of the variant, and a responder's `actions`, up to the variant's horizon,
/// in order of time; of one time the actions come last.
std::vector<RunEvent> events_of(const LabSpec& lab, const std::vector<RunEvent>& actions,
                                const VariantSpec& variant);

/// The journal of this variant: `journal` up to the variant's horizon, and its restart.
sim::Journal journal_of(const LabSpec& lab, const sim::Journal& journal,
                        const VariantSpec& variant);

Duration horizon_of(const LabSpec& lab, const VariantSpec& variant);

}  // namespace inferlab::labs
