#include "tests/sim/cluster/add_on_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/api/conditions.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"

namespace inferlab {
namespace {

using sim::ApiRequest;
using sim::ApiResponse;
using sim::Kind;
using sim::ObjectPtr;
using sim::Value;
using sim::Verb;
using testing::GoldenCommand;

const std::filesystem::path kFolder = std::filesystem::path(INFERLAB_SOURCE_DIR) / "assets/addons";
constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

std::string words_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& word : list.items()) out.push_back(word.str());
  return out.empty() ? "-" : fmt::format("{}", fmt::join(out, ","));
}

class AddOnWorld final : public testing::GoldenWorld {
 public:
  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    if (name == "add_ons") return begin(command.words);
    if (cluster_ == nullptr) return "add_ons comes first\n";
    if (name == "definitions") return definitions();
    if (name == "create") return create(command.text);
    if (name == "status") return status(command);
    if (name == "scale") return scale(command);
    if (name == "table") return table(command);
    if (name == "get") return get(command);
    return "no such command: " + name + "\n";
  }

 private:
  std::string begin(const std::vector<std::string>& names) {
    sim::ClusterSpec spec;
    for (const std::string& name : names) spec.add_ons.push_back(shipped_add_on(name));
    cluster_ = std::make_unique<sim::Cluster>(std::move(spec), 1);
    cluster_->run_until(cluster_->simulation().now());
    return "";
  }

  std::string definitions() {
    std::string out;
    for (const ObjectPtr& object : cluster_->store().list(kDefinitions)) {
      const Value& spec = object->document["spec"];
      std::string versions;
      for (const Value& version : spec["versions"].items()) {
        versions += (versions.empty() ? "" : ",") + version["name"].str();
        if (version["storage"].as_bool()) versions += "(stored)";
      }
      const Value established =
          sim::find_condition(object->document["status"]["conditions"], "Established");
      out += fmt::format("{} {} {} short={} categories={} established={}\n",
                         object->document["metadata"]["name"].as_string(), versions,
                         spec["scope"].as_string(), words_of(spec["names"]["shortNames"]),
                         words_of(spec["names"]["categories"]), established["status"].as_string());
    }
    return out;
  }

  static std::string shown(const ApiResponse& response, std::string_view done) {
    std::string out;
    for (const std::string& warning : response.warnings) out += "Warning: " + warning + "\n";
    if (!response.ok()) {
      return out + fmt::format("{} {}: {}\n", response.code, response.reason(), response.message());
    }
    return out + fmt::format("{}/{} {}\n", response.body["kind"].as_string(),
                             response.body["metadata"]["name"].as_string(), done);
  }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "body");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      const Kind* kind = cluster_->api().kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                        document.value["kind"].as_string());
      if (kind == nullptr) return out + "no such kind\n";
      ApiRequest request;
      request.verb = Verb::kCreate;
      request.resource = kind->resource();
      request.version = kind->version;
      if (kind->namespaced) request.ns = "default";
      request.body = document.value;
      request.field_validation = sim::FieldValidation::kStrict;
      out += shown(cluster_->request(request), "created");
    }
    return out;
  }

  const Kind* kind_named(const std::string& word) const {
    for (const Kind* kind : cluster_->api().kinds().all()) {
      if (kind->singular == word) return kind;
      for (const std::string_view alias : kind->short_names) {
        if (alias == word) return kind;
      }
    }
    return nullptr;
  }

  // Without a verb; the kind in its first served version.
  ApiRequest about(const std::string& word) const {
    const std::size_t slash = word.find('/');
    const Kind* kind = kind_named(word.substr(0, slash));
    ApiRequest request;
    if (kind == nullptr) return request;
    request.resource = kind->resource();
    if (kind->namespaced) request.ns = "default";
    request.name = slash == std::string::npos ? std::string() : word.substr(slash + 1);
    return request;
  }

  std::string status(const GoldenCommand& command) {
    const auto documents = sim::parse_yaml(command.text, "body");
    if (!documents) return documents.error().message + "\n";
    ApiRequest request = about(command.words.at(0));
    request.verb = Verb::kPatch;
    request.subresource = "status";
    request.body = Value::object({{"status", documents->front().value}});
    return shown(cluster_->request(request), "patched");
  }

  std::string scale(const GoldenCommand& command) {
    ApiRequest request = about(command.words.at(0));
    request.verb = Verb::kPatch;
    request.subresource = "scale";
    request.body =
        Value::object({{"spec", Value::object({{"replicas", command.integer("replicas", 0)}})}});
    return shown(cluster_->request(request), "scaled");
  }

  std::string table(const GoldenCommand& command) {
    const Kind* kind = kind_named(command.words.at(0));
    if (kind == nullptr) return "no such kind\n";
    const bool wide = command.get("wide") == "true";
    const auto line = [&](const auto& cell) {
      std::string out;
      for (std::size_t i = 0; i < kind->columns.size(); ++i) {
        if (kind->columns[i].priority == 0 || wide) out += (i == 0 ? "" : " | ") + cell(i);
      }
      return out + "\n";
    };
    std::string out = line([&](std::size_t i) { return std::string(kind->columns[i].name); });
    for (const ObjectPtr& object : cluster_->store().list(kind->resource())) {
      const auto cells = kind->cells(object->document, cluster_->simulation().now());
      out += line([&](std::size_t i) {
        return cells[i].is_string() ? cells[i].str() : sim::to_json(cells[i]);
      });
    }
    return out;
  }

  std::string get(const GoldenCommand& command) {
    const ApiResponse response = cluster_->request(about(command.words.at(0)));
    if (!response.ok()) return shown(response, "");
    const Value* at = &response.body;
    std::string_view path = command.args.at("path");
    while (!path.empty()) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      at = &(*at)[path.substr(0, dot)];
      path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return sim::to_yaml(*at);
  }

  std::unique_ptr<sim::Cluster> cluster_;
};

}  // namespace

std::vector<std::string> add_on_names() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

sim::AddOnSpec shipped_add_on(const std::string& name) {
  const std::filesystem::path path = kFolder / (name + ".yaml");
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  auto add_on = sim::read_add_on(text.str(), path.filename().string());
  INFO((add_on ? std::string() : add_on.error().message));
  REQUIRE(add_on.has_value());
  return std::move(add_on).value();
}

std::unique_ptr<testing::GoldenWorld> make_add_on_world() {
  return std::make_unique<AddOnWorld>();
}

}  // namespace inferlab
