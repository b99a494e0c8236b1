#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/structured/network.h"

namespace inferlab::structured {

using ContextId = std::uint32_t;
using ConfigId = std::uint32_t;

/// One way in which a network may be in the midst of a text.
struct Item {
  StateId state;
  ContextId context;      ///< where to go on when the state's rule has ended
  std::uint32_t partial;  ///< a character begun but not complete; 0: none. See pushdown_step.cpp
  std::uint32_t count;    ///< characters so far, in a counted state
  auto operator<=>(const Item&) const = default;
};

/// What to do behind the end of a rule: go on in `state`, which has a context of its own.
struct Return {
  StateId state;
  ContextId context;
  auto operator<=>(const Return&) const = default;
};

/// A configuration (see Pushdown) without the numbers of one Pushdown, so that another can take it
/// in, and so that equal ones can be found: `key` is equal for equal skeletons.
struct Skeleton {
  struct Context {
    bool is_unknown = false;
    std::vector<Return> returns;  ///< context: kRoot, or an index before the own one, plus 1
  };
  std::vector<Item> items;  ///< context: kRoot, or an index into `contexts` plus 1
  std::vector<Context> contexts;
  bool accepts = false;
  std::vector<std::uint64_t> key;
};

/// Runs a network over bytes, as a pushdown automaton made deterministic while it runs: a
/// *configuration* is the set of all items that the text so far admits. Stacks are shared: a
/// context is the set of all returns of the rules that were called at one place, and equal sets are
/// one context (hash-consing), so that configurations are values that can be compared and their
/// successors remembered. Without left recursion a context holds only earlier ones.
///
/// An *unknown* context stands for whatever there may be: the end of its rule is noted (`escaped`)
/// and not followed. Time and memory grow with use; `work()` counts steps, and the owner decides
/// when it is too much. Not thread-safe: one owner. The network must outlive it.
/// Source: the shared stacks are those of generalised parsing (Scott and Johnstone, "GLL Parsing",
/// LDTA 2009); running ahead of unknown contexts is XGrammar's idea (Dong et al., MLSys 2025).
class Pushdown {
 public:
  static constexpr ContextId kRoot = 0;
  static constexpr ConfigId kDead = 0;
  static constexpr std::uint32_t kAllLevels = UINT32_MAX;

  explicit Pushdown(const Network& network);

  /// Before the first byte.
  ConfigId start();
  /// kDead when no text goes on so.
  ConfigId step(ConfigId from, std::uint8_t byte);

  /// Whether more bytes may follow.
  [[nodiscard]] bool goes_on(ConfigId config) const { return !configs_[config].items.empty(); }
  /// Whether the text so far is a whole match.
  [[nodiscard]] bool accepts(ConfigId config) const { return configs_[config].accepts; }
  /// Whether the last byte ended a rule with an unknown context.
  [[nodiscard]] bool escaped(ConfigId config) const { return configs_[config].escaped; }

  /// With contexts up to `levels` deep; those behind are unknown. With `horizon` > 0, items that no
  /// text of fewer than so many characters can tell apart become equal.
  [[nodiscard]] Skeleton skeleton(ConfigId config, std::uint32_t levels,
                                  std::uint32_t horizon = 0) const;
  ConfigId load(const Skeleton& skeleton);

  [[nodiscard]] std::uint64_t work() const { return work_; }
  [[nodiscard]] std::size_t num_configs() const { return configs_.size(); }

 private:
  struct Config {
    std::vector<Item> items;  // sorted; each can read a byte
    bool accepts = false;
    bool escaped = false;
    std::unique_ptr<std::array<ConfigId, 256>> next = nullptr;  // kNotYet where not yet known
  };
  struct Context {
    std::vector<Return> returns;  // sorted
    bool is_unknown = false;
  };

  void advance(const Item& item, std::uint8_t byte);
  void advance_utf8(const Item& item, std::uint8_t byte);
  void advance_escape(const Item& item, std::uint8_t byte);
  void advance_hex(const Item& item, std::uint8_t byte);
  void begin_utf8(const Item& item, std::uint8_t byte);
  [[nodiscard]] bool can_take(const Item& item, char32_t low, char32_t high) const;
  [[nodiscard]] bool can_take_units(const Item& item, char32_t low, char32_t high) const;
  void take(const Item& item, char32_t c);
  void wait(const Item& item, std::uint32_t partial);

  void arrive(StateId state, ContextId context);
  void visit(const Item& item);
  ConfigId close();
  ContextId intern(std::vector<Return> returns);
  ConfigId intern_config();

  const Network& net_;
  std::vector<Config> configs_;
  std::vector<Context> contexts_;
  std::unordered_map<std::uint64_t, std::vector<ConfigId>> config_numbers_;
  std::unordered_map<std::uint64_t, std::vector<ContextId>> context_numbers_;
  std::uint64_t work_ = 0;

  // The configuration that is being made.
  std::vector<Item> ready_;  // can read a byte
  std::vector<Item> to_visit_;
  std::vector<Item> seen_few_;
  std::unordered_set<std::uint64_t> seen_many_;
  std::map<std::uint32_t, std::pair<RuleId, std::vector<Return>>> calls_;  // by rank
  bool accepts_ = false;
  bool escaped_ = false;
};

}  // namespace inferlab::structured
