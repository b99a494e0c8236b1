#include "engine/serve/lora_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inferlab {

LoraRegistry::LoraRegistry(const LlamaConfig& model, const Limits& limits)
    : model_(model), limits_(limits) {}

LoraRegistry::Entry* LoraRegistry::entry_of(const std::string& name) {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.module.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

const LoraRegistry::Entry* LoraRegistry::entry_of(const std::string& name) const {
  return const_cast<LoraRegistry*>(this)->entry_of(name);  // which changes nothing
}

bool LoraRegistry::has(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return entry_of(name) != nullptr;
}

std::vector<LoraModule> LoraRegistry::modules() const {
  const std::scoped_lock lock(mutex_);
  std::vector<LoraModule> modules;
  for (const Entry& entry : entries_) modules.push_back(entry.module);
  return modules;
}

Result<void> LoraRegistry::load(const LoraModule& module, bool in_place) {
  const std::scoped_lock loading(loading_);
  // Before the files are read, which would be in vain; nobody else adds names meanwhile.
  if (!in_place && has(module.name)) {
    return Error{ErrorKind::kConflict,
                 fmt::format("The lora adapter '{}' has already been loaded. If you want to load "
                             "the adapter in place, set 'load_inplace' to True.",
                             module.name)};
  }
  INFERLAB_TRY(LoraAdapter adapter, LoraAdapter::open(module.path, model_, limits_.max_lora_rank));
  const std::uint64_t fingerprint = adapter.fingerprint();
  const std::scoped_lock lock(mutex_);
  Entry* entry = entry_of(module.name);
  if (entry == nullptr) {
    entries_.push_back(
        {.module = module, .id = 0, .fingerprint = 0, .last_used = 0, .lora = nullptr});
    entry = &entries_.back();
  }
  entry->module = module;
  keep(*entry, std::move(adapter), fingerprint);
  return {};
}

bool LoraRegistry::unload(const std::string& name) {
  const std::scoped_lock loading(loading_);
  const std::scoped_lock lock(mutex_);
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.module.name == name; }) > 0;
}

Result<std::shared_ptr<const ServedLora>> LoraRegistry::find(const std::string& name) {
  const auto in_memory = [&]() -> std::optional<std::shared_ptr<const ServedLora>> {
    const std::scoped_lock lock(mutex_);
    Entry* entry = entry_of(name);
    if (entry == nullptr) return std::shared_ptr<const ServedLora>();
    if (entry->lora == nullptr) return std::nullopt;
    entry->last_used = ++last_use_;
    return entry->lora;
  };
  if (const auto found = in_memory()) return *found;
  const std::scoped_lock loading(loading_);
  if (const auto found = in_memory()) return *found;  // somebody else has read it, or unloaded it
  std::string path;
  {
    const std::scoped_lock lock(mutex_);
    path = entry_of(name)->module.path;  // entries come and go under loading_ only
  }
  INFERLAB_TRY(LoraAdapter adapter, LoraAdapter::open(path, model_, limits_.max_lora_rank));
  const std::uint64_t fingerprint = adapter.fingerprint();
  const std::scoped_lock lock(mutex_);
  return keep(*entry_of(name), std::move(adapter), fingerprint);
}

std::shared_ptr<const ServedLora> LoraRegistry::keep(Entry& entry, LoraAdapter adapter,
                                                     std::uint64_t fingerprint) {
  // The same matrices again: what is known of them, as KV blocks, stays true.
  if (entry.id == 0 || entry.fingerprint != fingerprint) entry.id = ++last_id_;
  entry.fingerprint = fingerprint;
  entry.last_used = ++last_use_;
  entry.lora = std::make_shared<const ServedLora>(
      ServedLora{.id = entry.id, .name = entry.module.name, .weights = std::move(adapter)});
  std::shared_ptr<const ServedLora> kept = entry.lora;
  const auto is_loaded = [](const Entry& each) { return each.lora != nullptr; };
  while (std::ranges::count_if(entries_, is_loaded) > limits_.max_cpu_loras) {
    const auto oldest = std::ranges::min_element(entries_, {}, [&](const Entry& each) {
      return is_loaded(each) ? each.last_used : last_use_ + 1;
    });
    oldest->lora = nullptr;
  }
  return kept;
}

}  // namespace inferlab
