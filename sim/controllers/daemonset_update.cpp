#include "sim/controllers/daemonset_update.h"

#include <algorithm>
#include <cstdint>

#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

struct OnNode {
  ObjectPtr fresh, old;
  bool crowded = false;  // two of a kind: the controller's other half has yet to clear up
};

class Update {
 public:
  Update(const StoredObject& set, std::string_view hash, Time now)
      : set_(set), hash_(hash), now_(now) {}

  [[nodiscard]] OnNode look(const std::vector<ObjectPtr>& pods) const {
    OnNode out;
    for (const ObjectPtr& pod : pods) {
      if (pod->view<PodView>().meta.deletion_timestamp) continue;
      ObjectPtr& place = is_of_version(set_, *pod, hash_) ? out.fresh : out.old;
      if (place != nullptr) return {.fresh = nullptr, .old = nullptr, .crowded = true};
      place = pod;
    }
    return out;
  }

  [[nodiscard]] bool available(const ObjectPtr& pod) const {
    const std::int64_t seconds = set_.view<DaemonSetView>().min_ready_seconds;
    return pod != nullptr && is_available(*pod, seconds_capped(seconds), now_);
  }

 private:
  const StoredObject& set_;
  std::string_view hash_;
  Time now_;
};

template <typename T>
void append_some(std::vector<T>& to, const std::vector<T>& from, std::int64_t count) {
  const auto size = static_cast<std::int64_t>(from.size());
  to.insert(to.end(), from.begin(), from.begin() + std::clamp<std::int64_t>(count, 0, size));
}

DaemonWork without_surge(const Update& update, const PodsByNode& pods,
                         std::int64_t max_unavailable) {
  DaemonWork out;
  std::int64_t unavailable = 0;
  std::vector<ObjectPtr> candidates;
  for (const auto& [node, on_it] : pods) {
    const OnNode found = update.look(on_it);
    const bool one_old = !found.crowded && found.old != nullptr && found.fresh == nullptr;
    if (one_old) {
      if (update.available(found.old)) {
        candidates.push_back(found.old);
      } else {
        out.surplus.push_back(found.old);
        ++unavailable;
      }
    } else if (found.old != nullptr || !update.available(found.fresh)) {
      ++unavailable;
    }
  }
  append_some(out.surplus, candidates, max_unavailable - unavailable);
  return out;
}

DaemonWork with_surge(const Update& update, const PodsByNode& pods,
                      std::span<const std::string> wanted, std::int64_t max_surge) {
  DaemonWork out;
  std::int64_t surging = 0;
  std::int64_t available = 0;
  std::vector<std::string> candidates;
  std::vector<ObjectPtr> misplaced;  // on nodes that are not wanted any more
  for (const auto& [node, on_it] : pods) {
    const OnNode found = update.look(on_it);
    if (found.crowded) {
      ++surging;
      continue;
    }
    if (update.available(found.old != nullptr ? found.old : found.fresh)) ++available;
    if (found.old == nullptr) continue;
    if (found.fresh == nullptr) {
      const bool is_wanted = std::binary_search(wanted.begin(), wanted.end(), node);
      if (!is_wanted) {
        misplaced.push_back(found.old);
      } else if (update.available(found.old)) {
        candidates.push_back(node);
      } else {
        out.nodes.push_back(node);
      }
    } else if (update.available(found.fresh)) {
      out.surplus.push_back(found.old);
    } else {
      ++surging;
    }
  }
  // As many as are available beyond what is wanted.
  append_some(out.surplus, misplaced, available - static_cast<std::int64_t>(wanted.size()));
  append_some(out.nodes, candidates, max_surge - surging);
  return out;
}

}  // namespace

DaemonWork next_update_step(const StoredObject& set, std::string_view hash, PodsByNode pods,
                            std::span<const std::string> wanted, Time now) {
  for (const std::string& node : wanted) pods[node];  // a node without a Pod counts as well
  const Update update(set, hash, now);
  const DaemonSetView& view = set.view<DaemonSetView>();
  const auto nodes = static_cast<std::int64_t>(wanted.size());
  const std::int64_t surge = view.max_surge(nodes);
  return surge == 0 ? without_surge(update, pods, view.max_unavailable(nodes))
                    : with_surge(update, pods, wanted, surge);
}

}  // namespace inferlab::sim
