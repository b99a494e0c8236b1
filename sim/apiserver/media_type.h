#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// One entry of an Accept header, or a Content-Type:
/// "application/json;as=Table;v=v1;g=meta.k8s.io". Names and values in lower case, except those of
/// `as`.
struct MediaType {
  std::string type;  // "application/json"
  std::vector<std::pair<std::string, std::string>> params;
  [[nodiscard]] std::string_view param(std::string_view name) const;
};

/// The entries in the client's order of preference (q, then order). An empty text has none.
std::vector<MediaType> parse_accept(std::string_view header);
MediaType parse_media_type(std::string_view header);

/// How an answer about resources is to be written.
struct Representation {
  enum class Shape : std::uint8_t { kObject, kTable, kMetadata };
  enum class Format : std::uint8_t { kJson, kYaml };
  Shape shape = Shape::kObject;
  Format format = Format::kJson;
  std::string meta_version = "v1";  // of meta.k8s.io, for kTable and kMetadata
};

/// The first entry that this server can write; nullopt: 406. No header: plain JSON.
/// Source: Kubernetes documentation, "API Concepts", "Receiving resources as Tables".
std::optional<Representation> negotiate(std::string_view accept);

}  // namespace inferlab::sim
