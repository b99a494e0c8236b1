#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/views_scheduling.h"
#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// Which Pods are counted: those that all parts select.
struct PodQuery {
  struct Part {
    std::vector<std::string> namespaces;  // sorted
    bool all_namespaces = false;
    LabelSelector selector;
  };
  std::vector<Part> parts;
  bool living_only = false;  // leaves Pods out that are being deleted

  [[nodiscard]] bool selects(const PodInfo& pod) const;
};

/// Counts of Pods by node and by topology, kept up to date Pod by Pod.
///
/// A question that is asked for the first time walks all Pods; from then on every Pod that comes or
/// goes changes its answers, so that spread constraints and affinity terms cost what they touch and
/// not what the cluster holds. Topology values are small numbers: by key, in order of first sight.
class PodIndex {
 public:
  /// A label key by which nodes are grouped.
  struct Key {
    std::string name;
    std::map<std::string, int, std::less<>> numbers;  // of the values
    std::vector<std::int64_t> nodes;                  // by value: how many nodes have it
    std::int64_t nodes_without = 0;                   // nodes that lack the label
    std::vector<int> value_by_slot;                   // -1: no such label
    /// The number of the value of the node with this slot, -1 without the label.
    [[nodiscard]] int of(std::size_t slot) const { return value_by_slot[slot]; }
  };
  /// Counts by topology value; `total` is their sum.
  struct ByValue {
    std::vector<std::int64_t> counts;
    std::int64_t total = 0;
  };
  /// The answer to one PodQuery.
  struct Counts {
    PodQuery query;
    std::vector<std::int32_t> by_node;                // by NodeInfo::slot
    mutable std::map<std::size_t, ByValue> by_value;  // by key, as far as asked for
  };
  /// Equal affinity terms of Pods on nodes, by what they stand for.
  enum class TermKind : std::uint8_t { kRequired, kRequiredAnti, kPreferred, kPreferredAnti };
  struct TermGroup {
    TermKind kind;
    PodAffinityTerm term;
    std::size_t key = 0;    // of term.topology_key
    std::int64_t pods = 0;  // that have it
    ByValue by_value;       // where they are
  };

  PodIndex() = default;
  PodIndex(const PodIndex&) = delete;
  PodIndex& operator=(const PodIndex&) = delete;

  /// The node gets a slot; Pods that it holds already are counted.
  void node_joins(NodeInfo& node);
  void node_leaves(NodeInfo& node);
  /// Before and after a change of the labels of a node.
  void before_relabel(const NodeInfo& node) { forget_place(node); }
  void after_relabel(const NodeInfo& node) { learn_place(node); }
  void pod_joins(const PodInfo& pod, const NodeInfo& node) { count(pod, node, 1); }
  void pod_leaves(const PodInfo& pod, const NodeInfo& node) { count(pod, node, -1); }

  /// The number of a label key; nodes are looked through when it is new.
  std::size_t key(std::string_view name);
  [[nodiscard]] const Key& key_at(std::size_t number) const { return *keys_[number]; }

  /// Stays where it is until trim(). `make` is asked for the query when `text` is new; equal texts
  /// must stand for equal queries.
  template <typename Make>
  const Counts& counts(std::string_view text, const Make& make) {
    const auto found = counts_.find(text);
    return found != counts_.end() ? *found->second : walk(text, make());
  }
  /// The same, by the values of a key. `counts` is an answer of this index.
  const ByValue& by_value(const Counts& counts, std::size_t key);

  /// The groups of existing Pods' terms that select this Pod, in order of their first coming.
  [[nodiscard]] std::vector<const TermGroup*> terms_about(const PodInfo& pod,
                                                          const Labels& namespace_labels) const;
  /// One past the highest slot.
  [[nodiscard]] std::size_t num_slots() const { return nodes_.size(); }

  /// Between two scheduling cycles: forgets answers when there are too many to keep up to date.
  void trim();

 private:
  /// What to look through for a Pod: by one "key=value" that a selector needs, and the rest.
  template <typename T>
  struct ByLabel {
    std::map<std::string, std::vector<T*>, std::less<>> needing;
    std::vector<T*> rest;
    void add(T* item, const LabelSelector& selector);
    void remove(T* item, const LabelSelector& selector);
    template <typename F>
    void for_each(const Labels& labels, const F& visit) const;
  };

  void place(const NodeInfo& node, Key& key);
  void forget_place(const NodeInfo& node);
  void learn_place(const NodeInfo& node);
  void count(const PodInfo& pod, const NodeInfo& node, std::int64_t by);
  void count_terms(const PodInfo& pod, const NodeInfo& node, std::int64_t by);
  void count_term(TermKind kind, const PodAffinityTerm& term, const NodeInfo& node,
                  std::int64_t by);
  const Counts& walk(std::string_view text, PodQuery query);

  std::vector<NodeInfo*> nodes_;  // by slot; nullptr: free
  std::vector<std::unique_ptr<Key>> keys_;
  std::map<std::string, std::size_t, std::less<>> key_numbers_;
  std::map<std::string, std::unique_ptr<Counts>, std::less<>> counts_;  // by text
  ByLabel<Counts> counts_by_label_;
  using TermGroups = std::map<std::string, std::unique_ptr<TermGroup>, std::less<>>;
  std::array<TermGroups, 4> terms_;  // by kind, then by PodAffinityTerm::text
  ByLabel<TermGroup> terms_by_label_;
};

}  // namespace inferlab::sim
