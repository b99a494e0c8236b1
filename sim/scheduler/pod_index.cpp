#include "sim/scheduler/pod_index.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

// More different questions than this are not worth keeping: each costs at every Pod it is about.
constexpr std::size_t kMaxAnswers = 8192;

void add_to(PodIndex::ByValue& to, int value, std::int64_t by) {
  if (value < 0) return;
  const auto at = static_cast<std::size_t>(value);
  if (to.counts.size() <= at) to.counts.resize(at + 1, 0);
  to.counts[at] += by;
  to.total += by;
}

// "key=value" of a requirement that only Pods with this very label meet; empty without one.
std::string needed_label(const LabelSelector& selector) {
  for (const LabelSelector::Requirement& requirement : selector.requirements()) {
    if (requirement.op == LabelSelector::Operator::kIn && requirement.values.size() == 1) {
      return requirement.key + "=" + requirement.values.front();
    }
  }
  return {};
}

bool holds(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

}  // namespace

bool PodQuery::selects(const PodInfo& pod) const {
  if (living_only && pod.terminating) return false;
  const Labels& labels = pod.labels();
  return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
    return (part.all_namespaces || holds(part.namespaces, pod.ns)) && part.selector.matches(labels);
  });
}

template <typename T>
void PodIndex::ByLabel<T>::add(T* item, const LabelSelector& selector) {
  const std::string needed = needed_label(selector);
  (needed.empty() ? rest : needing[needed]).push_back(item);
}

template <typename T>
void PodIndex::ByLabel<T>::remove(T* item, const LabelSelector& selector) {
  const std::string needed = needed_label(selector);
  if (needed.empty()) {
    std::erase(rest, item);
    return;
  }
  const auto found = needing.find(needed);
  if (found == needing.end()) return;
  std::erase(found->second, item);
  if (found->second.empty()) needing.erase(found);
}

template <typename T>
template <typename F>
void PodIndex::ByLabel<T>::for_each(const Labels& labels, const F& visit) const {
  if (!needing.empty()) {
    std::string pair;
    for (const auto& [name, value] : labels) {
      pair.assign(name).append("=").append(value);
      const auto found = needing.find(pair);
      if (found == needing.end()) continue;
      for (T* item : found->second) visit(*item);
    }
  }
  for (T* item : rest) visit(*item);
}

void PodIndex::place(const NodeInfo& node, Key& key) {
  if (key.value_by_slot.size() < nodes_.size()) key.value_by_slot.resize(nodes_.size(), -1);
  const Labels& labels = node.view().meta.labels;
  const auto label = labels.find(key.name);
  if (label == labels.end()) {
    key.value_by_slot[node.slot] = -1;
    ++key.nodes_without;
    return;
  }
  const auto [value, added] =
      key.numbers.try_emplace(label->second, static_cast<int>(key.numbers.size()));
  if (added) key.nodes.push_back(0);
  ++key.nodes[static_cast<std::size_t>(value->second)];
  key.value_by_slot[node.slot] = value->second;
}

void PodIndex::learn_place(const NodeInfo& node) {
  for (const std::unique_ptr<Key>& key : keys_) place(node, *key);
  for (const auto& [uid, pod] : node.pods) count(*pod, node, 1);
}

void PodIndex::forget_place(const NodeInfo& node) {
  for (const auto& [uid, pod] : node.pods) count(*pod, node, -1);
  for (const std::unique_ptr<Key>& key : keys_) {
    int& value = key->value_by_slot[node.slot];
    --(value < 0 ? key->nodes_without : key->nodes[static_cast<std::size_t>(value)]);
    value = -1;
  }
}

void PodIndex::node_joins(NodeInfo& node) {
  const auto free = std::find(nodes_.begin(), nodes_.end(), nullptr);
  node.slot = static_cast<std::size_t>(free - nodes_.begin());
  if (free == nodes_.end()) {
    nodes_.push_back(&node);
  } else {
    *free = &node;
  }
  for (auto& [text, counts] : counts_) counts->by_node.resize(nodes_.size(), 0);
  learn_place(node);
}

void PodIndex::node_leaves(NodeInfo& node) {
  INFERLAB_CHECK(nodes_[node.slot] == &node);
  forget_place(node);
  nodes_[node.slot] = nullptr;
}

std::size_t PodIndex::key(std::string_view name) {
  if (const auto found = key_numbers_.find(name); found != key_numbers_.end()) return found->second;
  const std::size_t number = keys_.size();
  keys_.push_back(std::make_unique<Key>());
  keys_.back()->name = std::string(name);
  keys_.back()->value_by_slot.assign(nodes_.size(), -1);
  key_numbers_.emplace(std::string(name), number);
  for (NodeInfo* node : nodes_) {
    if (node != nullptr) place(*node, *keys_.back());
  }
  return number;
}

const PodIndex::Counts& PodIndex::walk(std::string_view text, PodQuery query) {
  INFERLAB_CHECK(!query.parts.empty());
  auto fresh = std::make_unique<Counts>();
  fresh->query = std::move(query);
  fresh->by_node.assign(nodes_.size(), 0);
  for (const NodeInfo* node : nodes_) {
    if (node == nullptr) continue;
    for (const auto& [uid, pod] : node->pods) {
      if (fresh->query.selects(*pod)) ++fresh->by_node[node->slot];
    }
  }
  counts_by_label_.add(fresh.get(), fresh->query.parts.front().selector);
  return *counts_.emplace(std::string(text), std::move(fresh)).first->second;
}

const PodIndex::ByValue& PodIndex::by_value(const Counts& counts, std::size_t number) {
  const auto [found, added] = counts.by_value.try_emplace(number);
  ByValue& out = found->second;
  if (added) {
    for (const NodeInfo* node : nodes_) {
      if (node == nullptr || counts.by_node[node->slot] == 0) continue;
      add_to(out, keys_[number]->of(node->slot), counts.by_node[node->slot]);
    }
  }
  const std::size_t values = keys_[number]->nodes.size();
  if (out.counts.size() < values) out.counts.resize(values, 0);
  return out;
}

void PodIndex::count(const PodInfo& pod, const NodeInfo& node, std::int64_t by) {
  counts_by_label_.for_each(pod.labels(), [&](Counts& counts) {
    if (!counts.query.selects(pod)) return;
    counts.by_node[node.slot] += static_cast<std::int32_t>(by);
    for (auto& [number, by_value] : counts.by_value)
      add_to(by_value, keys_[number]->of(node.slot), by);
  });
  count_terms(pod, node, by);
}

void PodIndex::count_terms(const PodInfo& pod, const NodeInfo& node, std::int64_t by) {
  const PodSchedulingView& spec = *pod.spec;
  for (const auto& term : spec.required_affinity) count_term(TermKind::kRequired, term, node, by);
  for (const auto& term : spec.required_anti_affinity) {
    count_term(TermKind::kRequiredAnti, term, node, by);
  }
  for (const auto& term : spec.preferred_affinity) count_term(TermKind::kPreferred, term, node, by);
  for (const auto& term : spec.preferred_anti_affinity) {
    count_term(TermKind::kPreferredAnti, term, node, by);
  }
}

void PodIndex::count_term(TermKind kind, const PodAffinityTerm& term, const NodeInfo& node,
                          std::int64_t by) {
  auto& terms = terms_[static_cast<std::size_t>(kind)];
  auto found = terms.find(term.text);
  if (found == terms.end()) {
    auto fresh = std::make_unique<TermGroup>();
    fresh->kind = kind;
    fresh->term = term;
    fresh->key = key(term.topology_key);
    terms_by_label_.add(fresh.get(), term.selector);
    found = terms.emplace(term.text, std::move(fresh)).first;
  }
  TermGroup& group = *found->second;
  group.pods += by;
  add_to(group.by_value, keys_[group.key]->of(node.slot), by);
  if (group.pods > 0) return;
  terms_by_label_.remove(&group, term.selector);
  terms.erase(found);
}

std::vector<const PodIndex::TermGroup*> PodIndex::terms_about(
    const PodInfo& pod, const Labels& namespace_labels) const {
  std::vector<const TermGroup*> out;
  terms_by_label_.for_each(pod.labels(), [&](const TermGroup& group) {
    const PodAffinityTerm& term = group.term;
    const bool in_namespace =
        holds(term.namespaces, pod.ns) ||
        (term.namespace_selector && term.namespace_selector->matches(namespace_labels));
    if (in_namespace && term.selector.matches(pod.labels())) out.push_back(&group);
  });
  return out;
}

void PodIndex::trim() {
  if (counts_.size() <= kMaxAnswers) return;
  counts_.clear();
  counts_by_label_ = {};
}

}  // namespace inferlab::sim
