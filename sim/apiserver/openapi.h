#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "sim/api/kind.h"

namespace inferlab::sim {

/// The OpenAPI documents of one table of kinds, as they go over the wire, each made at its first
/// use. Any thread.
class OpenApiDocuments {
 public:
  /// `version` as "v1.32.4".
  OpenApiDocuments(std::shared_ptr<const KindTable> kinds, std::string_view version);

  /// One whole document, as JSON or as gnostic's protobuf.
  std::shared_ptr<const std::string> v2_json();
  std::shared_ptr<const std::string> v2_protobuf();

  /// The list of v3 documents; their URLs carry a hash of the content, so that clients may keep
  /// them.
  std::shared_ptr<const std::string> v3_index();
  struct Document {
    std::shared_ptr<const std::string> text;
    std::string hash;
  };
  /// `path` as "api/v1" or "apis/apps/v1"; nullopt when nothing is served there.
  std::optional<Document> v3(std::string_view path);

 private:
  const Document& v3_locked(const std::string& path);
  const std::shared_ptr<const KindTable> kinds_;
  const std::string version_;  // "v1.32.4" is info.version
  std::mutex mutex_;
  std::shared_ptr<const std::string> v2_json_, v2_protobuf_, v3_index_;
  std::map<std::string, Document, std::less<>> v3_;  // every path; filled at first use
};

}  // namespace inferlab::sim
