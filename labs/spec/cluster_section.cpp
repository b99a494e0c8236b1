#include "labs/spec/cluster_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "labs/spec/add_ons.h"
#include "labs/spec/driver_section.h"
#include "labs/spec/facts.h"
#include "labs/spec/node_section.h"
#include "labs/spec/profile_section.h"
#include "labs/spec/repository_section.h"
#include "labs/spec/suggest.h"
#include "sim/node/image_registry.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// A row of `list` is a name of the facts, or an object with that name that may state figures of its
// own. `from` overlays a row on a fact, `name_of` names.
template <typename Spec, typename From, typename NameOf>
std::vector<Spec> read_facts(const Value& list, const std::string& path, const char* key,
                             Result<std::vector<Spec>> (*load)(), From from, NameOf name_of,
                             const SpecValidator& places, std::vector<Error>& errors) {
  std::vector<Spec> out;
  if (list.empty()) return out;
  auto facts = load();
  if (!facts) {
    errors.push_back(facts.error());
    return out;
  }
  std::vector<std::string_view> names;
  for (const Spec& fact : *facts) names.push_back(name_of(fact));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value row = list[i].is_string() ? Value::object({{key, list[i]}}) : list[i];
    const std::string_view name = row[key].as_string();
    const auto found = std::find(names.begin(), names.end(), name);
    Spec spec =
        from(row, found == names.end() ? Spec{}
                                       : (*facts)[static_cast<std::size_t>(found - names.begin())]);
    if (is_complete(spec)) {
      out.push_back(std::move(spec));
      continue;
    }
    errors.push_back(places.error(
        fmt::format("{}[{}]", path, i),
        fmt::format("\"{}\" is not in assets/facts, and not all of its figures are given", name),
        suggestion(name, names)));
  }
  return out;
}

std::optional<sim::TaintEffect> effect_of(std::string_view word) {
  for (const auto effect : {sim::TaintEffect::kNoSchedule, sim::TaintEffect::kPreferNoSchedule,
                            sim::TaintEffect::kNoExecute}) {
    if (sim::to_string(effect) == word) return effect;
  }
  return std::nullopt;
}

sim::NodePoolSpec read_pool(const Value& row) {
  sim::NodePoolSpec pool;
  pool.name = row["name"].str();
  pool.count = static_cast<int>(row["count"].as_int());
  pool.instance_type = row["instance_type"].str();
  if (row.has("zone")) pool.zone = row["zone"].str();
  pool.gpu = row["gpu"].str();
  pool.gpus_per_node = static_cast<int>(row["gpus_per_node"].as_int());
  if (const auto cores = sim::Quantity::parse(
          row["cpu"].is_int() ? fmt::format("{}", row["cpu"].as_int()) : row["cpu"].str())) {
    pool.cpu_milli = cores->milli();
  }
  pool.memory_bytes = units_of(row["memory"]);
  for (const auto& [key, value] : row["labels"].members())
    pool.labels.emplace_back(key, value.str());
  for (const Value& taint : row["taints"].items()) {
    pool.taints.push_back({.key = taint["key"].str(),
                           .value = taint["value"].str(),
                           .effect = *effect_of(taint["effect"].as_string())});
  }
  pool.registry_bandwidth = static_cast<double>(
      units_of(row["registry_bandwidth"], static_cast<std::int64_t>(pool.registry_bandwidth)));
  pool.model_bandwidth = static_cast<double>(
      units_of(row["model_bandwidth"], static_cast<std::int64_t>(pool.model_bandwidth)));
  read_node(row, pool);
  pool.price_per_hour = row["price_per_hour"].as_double();
  pool.local = row["local"].as_bool();
  return pool;
}

sim::ImageSpec read_image(const Value& row) {
  using Behaviour = sim::ImageSpec::Behaviour;
  sim::ImageSpec image;
  image.repository = row["repository"].str();
  for (const Value& tag : row["tags"].items()) image.tags.push_back(tag.str());
  image.digest = row.has("digest") ? row["digest"].str() : sim::made_up_digest(image);
  image.size_bytes = units_of(row["size"]);
  const std::string_view behaviour = row["behaviour"].as_string();
  image.behaviour = behaviour == "llm-server"      ? Behaviour::kLlmServer
                    : behaviour == "http-server"   ? Behaviour::kHttpServer
                    : behaviour == "crasher"       ? Behaviour::kCrasher
                    : behaviour == "busy"          ? Behaviour::kBusy
                    : behaviour == "device-plugin" ? Behaviour::kDevicePlugin
                    : behaviour == "dcgm-exporter" ? Behaviour::kDcgmExporter
                                                   : Behaviour::kSleeper;
  for (const Value& layer : row["layers"].items()) {
    image.layers.push_back({layer["name"].str(), units_of(layer["size"])});
  }
  return image;
}

Duration duration_of(const Value& field, Duration fallback = {}) {
  return parse_duration(field.as_string()).value_or(fallback);
}

sim::TrafficSpec read_traffic(const Value& row) {
  sim::TrafficSpec traffic;
  traffic.name = row["name"].str();
  if (row.has("namespace")) traffic.ns = row["namespace"].str();
  traffic.service = row["service"].str();
  traffic.port = static_cast<int>(row["port"].as_int());
  traffic.start = duration_of(row["start"]);
  traffic.end = duration_of(row["end"]);
  traffic.requests_per_second = row["requests_per_second"].as_double();
  const auto tokens = [&](const char* name, std::int64_t& into) { into = row[name].as_int(into); };
  tokens("prompt_tokens_min", traffic.prompt_tokens_min);
  tokens("prompt_tokens_max", traffic.prompt_tokens_max);
  tokens("output_tokens_min", traffic.output_tokens_min);
  tokens("output_tokens_max", traffic.output_tokens_max);
  tokens("system_prompts", traffic.system_prompts);
  tokens("system_prompt_tokens", traffic.system_prompt_tokens);
  tokens("turns_min", traffic.turns_min);
  traffic.turns_max = row["turns_max"].as_int(traffic.turns_min);
  traffic.pause = duration_of(row["pause"], traffic.pause);
  traffic.timeout = duration_of(row["timeout"], traffic.timeout);
  traffic.model = row["model"].str();
  traffic.api_key = row["api_key"].str();
  return traffic;
}

sim::StorageClassSpec read_storage(const Value& row) {
  sim::StorageClassSpec storage;
  storage.name = row["name"].str();
  storage.driver.name = row["provisioner"].str();
  storage.is_default = row["default"].as_bool();
  storage.waits_for_first_consumer = row["binding"].as_string() != "Immediate";
  storage.retains = row["reclaim"].as_string() == "Retain";
  storage.expands = row["expansion"].as_bool(true);
  storage.driver.shared = row["shared"].as_bool();
  const std::string_view reach = row["reach"].as_string();
  storage.driver.attaches = !storage.driver.shared && reach != "node";
  if (reach == "zone") storage.driver.topology_key = "topology.kubernetes.io/zone";
  if (reach == "node") storage.driver.topology_key = "kubernetes.io/hostname";
  storage.driver.volumes_a_node = row["volumes_per_node"].as_int();
  storage.driver.provision_time = duration_of(row["provision_time"], storage.driver.provision_time);
  storage.driver.attach_time = duration_of(row["attach_time"], storage.driver.attach_time);
  storage.driver.snapshot_time = duration_of(row["snapshot_time"], storage.driver.snapshot_time);
  storage.driver.snapshot_bandwidth = static_cast<double>(units_of(row["snapshot_bandwidth"], 0));
  return storage;
}

void check_storage(const LabSpec& lab, const SpecValidator& places, std::vector<Error>& errors) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < lab.cluster.storage.size(); ++i) {
    if (names.insert(lab.cluster.storage[i].name).second) continue;
    errors.push_back(places.error(fmt::format(".cluster.storage[{}].name", i),
                                  "a class of this name stands above",
                                  "give each class a name of its own"));
  }
}

void check_pools(const LabSpec& lab, const SpecValidator& places, std::vector<Error>& errors) {
  std::set<std::string> names;
  std::vector<std::string_view> gpus;
  for (const sim::GpuSpec& gpu : lab.cluster.gpus) gpus.push_back(gpu.name);
  for (std::size_t i = 0; i < lab.cluster.pools.size(); ++i) {
    const sim::NodePoolSpec& pool = lab.cluster.pools[i];
    const std::string path = fmt::format(".cluster.pools[{}]", i);
    if (!names.insert(pool.name).second) {
      errors.push_back(places.error(path + ".name",
                                    fmt::format("a pool \"{}\" stands above", pool.name),
                                    "give each pool a name of its own"));
    }
    if (!pool.gpu.empty() && std::find(gpus.begin(), gpus.end(), pool.gpu) == gpus.end()) {
      errors.push_back(places.error(path + ".gpu",
                                    fmt::format("\"{}\" is not in cluster.gpus", pool.gpu),
                                    suggestion(pool.gpu, gpus)));
    }
    if (pool.gpu.empty() != (pool.gpus_per_node == 0)) {
      errors.push_back(
          places.error(path, "gpu and gpus_per_node go together", "state both or neither"));
    }
    check_node(pool, path, places, errors);
  }
}

void check_images(const LabSpec& lab, const SpecValidator& places, std::vector<Error>& errors) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < lab.cluster.images.size(); ++i) {
    const sim::ImageSpec& image = lab.cluster.images[i];
    check_layers(image, fmt::format(".cluster.images[{}].layers", i), places, errors);
    for (std::size_t j = 0; j < image.tags.size(); ++j) {
      if (!names.insert(image.repository + ":" + image.tags[j]).second) {
        errors.push_back(
            places.error(fmt::format(".cluster.images[{}].tags[{}]", i, j),
                         fmt::format("{}:{} stands above", image.repository, image.tags[j]),
                         "a tag names one image"));
      }
    }
  }
  for (std::size_t i = 0; i < lab.moving_tags.size(); ++i) {
    const MovingTag& moving = lab.moving_tags[i];
    const std::string path = fmt::format(".cluster.moving_tags[{}]", i);
    for (const auto& [field, tag] :
         {std::pair{"tag", &moving.tag}, {"moves_to", &moving.moves_to}}) {
      if (names.count(moving.repository + ":" + *tag) == 0) {
        errors.push_back(
            places.error(fmt::format("{}.{}", path, field),
                         fmt::format("{}:{} is not in cluster.images", moving.repository, *tag),
                         "name a tag of an image above"));
      }
    }
  }
}

void check_traffic(const LabSpec& lab, const SpecValidator& places, std::vector<Error>& errors) {
  for (std::size_t i = 0; i < lab.cluster.traffic.size(); ++i) {
    const sim::TrafficSpec& traffic = lab.cluster.traffic[i];
    const std::string path = fmt::format(".traffic[{}]", i);
    if (traffic.end <= traffic.start) {
      errors.push_back(places.error(path + ".end", "is not after start"));
    }
    if (traffic.prompt_tokens_max < traffic.prompt_tokens_min) {
      errors.push_back(places.error(path + ".prompt_tokens_max", "is less than prompt_tokens_min"));
    }
    if (traffic.output_tokens_max < traffic.output_tokens_min) {
      errors.push_back(places.error(path + ".output_tokens_max", "is less than output_tokens_min"));
    }
    if ((traffic.system_prompts > 0) != (traffic.system_prompt_tokens > 0)) {
      errors.push_back(places.error(path, "system_prompts and system_prompt_tokens go together",
                                    "state both or neither"));
    }
    if (traffic.turns_max < traffic.turns_min) {
      errors.push_back(places.error(path + ".turns_max", "is less than turns_min"));
    }
  }
}

void read_scheduler(const Value& section, const SpecValidator& places, sim::ClusterSpec& cluster,
                    std::vector<Error>& errors) {
  if (section.is_null()) return;
  auto profiles = sim::profiles_from(section);
  if (profiles) {
    cluster.scheduler_profiles = *std::move(profiles);
  } else {
    errors.push_back(
        places.error(".cluster.scheduler", profiles.error().message, profiles.error().hint));
  }
}

void read_add_ons(const Value& list, const SpecValidator& places, sim::ClusterSpec& cluster,
                  std::vector<Error>& errors) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const auto known = check_add_on_name(list[i].as_string()); !known) {
      const Error& error = known.error();
      errors.push_back(
          error.kind != ErrorKind::kNotFound
              ? error
              : places.error(fmt::format(".cluster.add_ons[{}]", i), error.message, error.hint));
      return;
    }
    names.push_back(list[i].str());
  }
  auto loaded = load_add_ons(names);
  if (loaded) {
    cluster.add_ons = std::move(loaded).value();
  } else {
    errors.push_back(loaded.error());
  }
}

}  // namespace

void read_cluster(const Value& document, const SpecValidator& places, std::string_view folder,
                  LabSpec& lab, std::vector<Error>& errors) {
  const Value& section = document["cluster"];
  sim::ClusterSpec& cluster = lab.cluster;
  cluster.gpus = read_facts<sim::GpuSpec>(
      section["gpus"], ".cluster.gpus", "name", load_gpu_facts, gpu_from,
      [](const sim::GpuSpec& gpu) { return std::string_view(gpu.name); }, places, errors);
  cluster.models = read_facts<sim::ModelSpec>(
      section["models"], ".cluster.models", "id", load_model_facts, model_from,
      [](const sim::ModelSpec& model) { return std::string_view(model.id); }, places, errors);
  read_profiles(section["profiles"], places, folder, cluster, errors);
  for (const Value& row : section["pools"].items()) cluster.pools.push_back(read_pool(row));
  for (const Value& row : section["images"].items()) cluster.images.push_back(read_image(row));
  read_drivers(section, places, cluster, errors);
  for (const Value& row : section["storage"].items()) cluster.storage.push_back(read_storage(row));
  read_repositories(section["repositories"], places, folder, lab, errors);
  if (!section["add_ons"].empty()) read_add_ons(section["add_ons"], places, cluster, errors);
  for (const Value& row : section["moving_tags"].items()) {
    lab.moving_tags.push_back({row["repository"].str(), row["tag"].str(), row["moves_to"].str()});
  }
  read_scheduler(section["scheduler"], places, cluster, errors);
  cluster.model_network.server_bandwidth =
      static_cast<double>(units_of(section["model_server_bandwidth"]));
  if (section.has("volume_bandwidth")) {
    cluster.model_network.volume_bandwidth =
        static_cast<double>(units_of(section["volume_bandwidth"]));
  }
  cluster.scrape_interval = duration_of(section["scrape_interval"], cluster.scrape_interval);
  for (const Value& row : document["traffic"].items()) cluster.traffic.push_back(read_traffic(row));
  check_pools(lab, places, errors);
  check_images(lab, places, errors);
  check_storage(lab, places, errors);
  check_traffic(lab, places, errors);
}

}  // namespace inferlab::labs
