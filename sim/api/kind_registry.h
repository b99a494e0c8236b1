#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/api/custom/custom_kind.h"
#include "sim/api/kind.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// The kinds that are served at the moment: the built-in ones, computed ones, and those of the
/// CustomResourceDefinitions of the store that are established. On the run's thread only.
class KindRegistry {
 public:
  KindRegistry() : table_(KindTable::with_custom({}, {})) {}
  KindRegistry(const KindRegistry&) = delete;
  KindRegistry& operator=(const KindRegistry&) = delete;

  /// Takes in what the store holds and follows it. Once; must live as long as the store is written.
  void follow(Store& store);

  /// Serves kinds that are computed as well. `kinds` live as long as the program.
  void serve(std::span<const Kind* const> kinds);

  /// Who keeps the pointer keeps the kinds; what it points to may be read by any thread.
  [[nodiscard]] const std::shared_ptr<const KindTable>& table() const { return table_; }

 private:
  /// Whether the table changes with it.
  bool learn(const StoredObject& definition, bool deleted);
  void renew();

  struct Known {
    Value spec;
    CustomKinds kinds;
  };
  std::map<std::string, Known> known_;  // established definitions, by name
  std::vector<const Kind*> computed_;
  std::shared_ptr<const KindTable> table_;
};

}  // namespace inferlab::sim
