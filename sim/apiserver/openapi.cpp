#include "sim/apiserver/openapi.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <vector>

#include "sim/api/json.h"
#include "sim/apiserver/openapi_protobuf.h"
#include "sim/apiserver/openapi_schemas.h"
#include "sim/apiserver/resource_path.h"

namespace inferlab::sim {
namespace {

/// "apis/apps/v1": the key of a v3 document.
std::string document_path(const Kind& kind) {
  return group_version_path(kind).substr(1);
}

std::string content_hash(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha512(), nullptr);
  std::string result;
  for (unsigned int i = 0; i < size; ++i) result += fmt::format("{:02X}", digest[i]);
  return result;
}

Value info(std::string_view version) {
  return Value::object({{"title", "Kubernetes"}, {"version", version}});
}

Value v2_document(const KindTable& kinds, std::string_view version) {
  return Value::object({{"swagger", "2.0"},
                        {"info", info(version)},
                        {"paths", openapi_paths(kinds.all(), OpenApiVersion::kV2)},
                        {"definitions", openapi_schemas(kinds.all(), OpenApiVersion::kV2)}});
}

}  // namespace

OpenApiDocuments::OpenApiDocuments(std::shared_ptr<const KindTable> kinds, std::string_view version)
    : kinds_(std::move(kinds)), version_(version) {
  for (const Kind* kind : kinds_->all()) v3_.try_emplace(document_path(*kind));
}

std::shared_ptr<const std::string> OpenApiDocuments::v2_json() {
  const std::lock_guard lock(mutex_);
  if (v2_json_ == nullptr) {
    v2_json_ = std::make_shared<const std::string>(to_json(v2_document(*kinds_, version_)));
  }
  return v2_json_;
}

std::shared_ptr<const std::string> OpenApiDocuments::v2_protobuf() {
  const std::lock_guard lock(mutex_);
  if (v2_protobuf_ == nullptr) {
    v2_protobuf_ =
        std::make_shared<const std::string>(openapi_to_protobuf(v2_document(*kinds_, version_)));
  }
  return v2_protobuf_;
}

const OpenApiDocuments::Document& OpenApiDocuments::v3_locked(const std::string& path) {
  Document& document = v3_[path];
  if (document.text == nullptr) {
    std::vector<const Kind*> kinds;
    for (const Kind* kind : kinds_->all()) {
      if (document_path(*kind) == path) kinds.push_back(kind);
    }
    const Value value = Value::object(
        {{"openapi", "3.0.0"},
         {"info", info(version_)},
         {"paths", openapi_paths(kinds, OpenApiVersion::kV3)},
         {"components",
          Value::object({{"schemas", openapi_schemas(kinds, OpenApiVersion::kV3)}})}});
    document.text = std::make_shared<const std::string>(to_json(value));
    document.hash = content_hash(*document.text);
  }
  return document;
}

std::shared_ptr<const std::string> OpenApiDocuments::v3_index() {
  const std::lock_guard lock(mutex_);
  if (v3_index_ == nullptr) {
    Value paths = Value::object();
    for (const auto& [path, unused] : v3_) {
      paths = paths.with(
          path, Value::object({{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={}", path,
                                                                 v3_locked(path).hash)}}));
    }
    v3_index_ = std::make_shared<const std::string>(to_json(Value::object({{"paths", paths}})));
  }
  return v3_index_;
}

std::optional<OpenApiDocuments::Document> OpenApiDocuments::v3(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto found = v3_.find(path);
  if (found == v3_.end()) return std::nullopt;
  return v3_locked(found->first);
}

}  // namespace inferlab::sim
