#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/lora_adapter.h"
#include "engine/schedule/request.h"
#include "engine/serve/lora_module.h"

namespace inferlab {

/// An adapter that requests may choose by its name. Who runs with it holds it, also when it is
/// unloaded meanwhile.
struct ServedLora {
  LoraId id = 0;  ///< of these matrices: another adapter of the same name has another one
  std::string name;
  LoraAdapter weights;
};

/// The adapters of an engine by name. At most `max_cpu_loras` of them are in memory beside those
/// that requests hold: the one that was asked for longest ago goes, and is read again when somebody
/// asks for it. All functions may be called from any thread.
class LoraRegistry {
 public:
  struct Limits {
    std::int32_t max_lora_rank;
    std::int64_t max_cpu_loras;  ///< at least 1
  };
  LoraRegistry(const LlamaConfig& model, const Limits& limits);

  /// Reads the adapter. kConflict: the name is taken, unless `in_place`; others: the files'. What
  /// was there under the name stays, then.
  Result<void> load(const LoraModule& module, bool in_place);
  /// False when there is none of this name.
  bool unload(const std::string& name);

  [[nodiscard]] bool has(const std::string& name) const;
  /// Null when there is none of this name. Errors are those of reading it again.
  Result<std::shared_ptr<const ServedLora>> find(const std::string& name);
  /// In the order in which they were loaded first.
  [[nodiscard]] std::vector<LoraModule> modules() const;

 private:
  struct Entry {
    LoraModule module;
    LoraId id;
    std::uint64_t fingerprint;
    std::int64_t last_used;
    std::shared_ptr<const ServedLora> lora;  // null: not in memory
  };

  /// Null where there is none. Under mutex_.
  [[nodiscard]] Entry* entry_of(const std::string& name);
  [[nodiscard]] const Entry* entry_of(const std::string& name) const;
  /// Takes what was read over, and lets others go. Under mutex_.
  std::shared_ptr<const ServedLora> keep(Entry& entry, LoraAdapter adapter,
                                         std::uint64_t fingerprint);

  const LlamaConfig& model_;
  const Limits limits_;
  std::mutex loading_;        // one adapter is read at a time; taken before the next
  mutable std::mutex mutex_;  // of all below
  std::vector<Entry> entries_;
  LoraId last_id_ = 0;
  std::int64_t last_use_ = 0;
};

}  // namespace inferlab
