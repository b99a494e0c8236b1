#include "sim/apiserver/media_type.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace inferlab::sim {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// The text up to `separator`, which is taken off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

/// A weight in thousandths: "0.5" is 500; 1000 when absent or broken.
int quality(const MediaType& media) {
  const std::string_view text = media.param("q");
  if (text.empty() || text[0] != '0') return 1000;
  int result = 0;
  int place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9' || place == 0) break;
    result += (c - '0') * place;
    place /= 10;
  }
  return result;
}

}  // namespace

std::string_view MediaType::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

MediaType parse_media_type(std::string_view header) {
  MediaType result;
  result.type = lower(trim(next_part(header, ';')));
  while (!header.empty()) {
    std::string_view value = next_part(header, ';');
    const std::string name = lower(trim(next_part(value, '=')));
    result.params.emplace_back(name, name == "as" ? std::string(trim(value)) : lower(trim(value)));
  }
  return result;
}

std::vector<MediaType> parse_accept(std::string_view header) {
  std::vector<MediaType> result;
  while (!header.empty()) {
    const std::string_view part = trim(next_part(header, ','));
    if (!part.empty()) result.push_back(parse_media_type(part));
  }
  std::ranges::stable_sort(
      result, [](const MediaType& a, const MediaType& b) { return quality(a) > quality(b); });
  return result;
}

std::optional<Representation> negotiate(std::string_view accept) {
  const std::vector<MediaType> entries = parse_accept(accept);
  if (entries.empty()) return Representation{};
  for (const MediaType& entry : entries) {
    Representation result;
    if (entry.type == "application/yaml") {
      result.format = Representation::Format::kYaml;
    } else if (entry.type != "application/json" && entry.type != "*/*" &&
               entry.type != "application/*") {
      continue;
    }
    const std::string_view as = entry.param("as");
    if (as.empty()) return result;
    result.meta_version = entry.param("v");
    if (entry.param("g") != "meta.k8s.io" ||
        (result.meta_version != "v1" && result.meta_version != "v1beta1")) {
      continue;
    }
    if (as == "Table") {
      result.shape = Representation::Shape::kTable;
    } else if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") {
      result.shape = Representation::Shape::kMetadata;
    } else {
      continue;
    }
    return result;
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
