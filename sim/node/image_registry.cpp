#include "sim/node/image_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/hash.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDockerHub = "docker.io";

bool is_tag_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

bool is_repository(std::string_view text) {
  if (text.empty() || text.front() == '/' || text.back() == '/') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
           c == '/' || c == ':';
  });
}

/// Source: the distribution project's rules for a reference's registry part.
std::string completed(std::string_view repository) {
  const std::size_t slash = repository.find('/');
  const std::string_view first = repository.substr(0, slash);
  const bool has_registry =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  if (has_registry) return std::string(repository);
  const std::string_view folder = slash == std::string_view::npos ? "library/" : "";
  return fmt::format("{}/{}{}", kDockerHub, folder, repository);
}

/// Registries that everybody knows: they answer, whatever images the run's spec has.
constexpr std::string_view kPublicRegistries[] = {
    kDockerHub, "gcr.io",         "ghcr.io", "mcr.microsoft.com",
    "nvcr.io",  "public.ecr.aws", "quay.io", "registry.k8s.io"};

std::string_view registry_of(std::string_view repository) {
  return repository.substr(0, repository.find('/'));
}

/// Why nobody answers at "registry.example.com:5000". Texts of Go's net package.
std::string unreachable(const ImageReference& reference) {
  const std::string_view registry = registry_of(reference.repository);
  const std::string_view path = std::string_view(reference.repository).substr(registry.size());
  const std::string_view host = registry.substr(0, registry.find(':'));
  const bool is_local = host == "localhost" || host == "127.0.0.1";  // asked without TLS
  const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  const std::string_view port =
      host == registry ? (is_local ? "80" : "443") : registry.substr(host.size() + 1);
  const std::string why =
      is_local     ? fmt::format("dial tcp 127.0.0.1:{}: connect: connection refused", port)
      : is_address ? fmt::format("dial tcp {}:{}: i/o timeout", host, port)
                   : fmt::format("dial tcp: lookup {}: no such host", host);
  return fmt::format("failed to do request: Head \"{}://{}/v2{}/manifests/{}\": {}",
                     is_local ? "http" : "https", registry, path,
                     reference.digest.empty() ? reference.tag : reference.digest, why);
}

}  // namespace

std::string ImageReference::str() const {
  return digest.empty() ? repository + ":" + tag : repository + "@" + digest;
}

Result<ImageReference> ImageReference::parse(std::string_view text) {
  const Error bad{
      ErrorKind::kInvalid,
      fmt::format("Failed to apply default image tag \"{0}\": couldn't parse image name "
                  "\"{0}\": invalid reference format",
                  text),
      "write REPOSITORY:TAG or REPOSITORY@sha256:DIGEST"};
  ImageReference result;
  std::string_view name = text.substr(0, text.find('@'));
  if (name.size() < text.size()) result.digest = std::string(text.substr(name.size() + 1));
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    result.tag = std::string(name.substr(colon + 1));
    name = name.substr(0, colon);
    if (result.tag.empty() || result.tag.size() > 128 ||
        !std::all_of(result.tag.begin(), result.tag.end(), is_tag_character)) {
      return bad;
    }
  }
  const bool has_digest = name.size() < text.size() && text.find('@') != std::string_view::npos;
  if (has_digest && (!result.digest.starts_with("sha256:") || result.digest.size() != 71))
    return bad;
  if (!is_repository(name)) return bad;
  if (has_digest) {
    result.tag.clear();  // the digest decides
  } else if (result.tag.empty()) {
    result.tag = "latest";
  }
  result.repository = completed(name);
  return result;
}

std::string made_up_digest(const ImageSpec& image) {
  std::string digest = "sha256:";
  std::string name = image.repository;
  for (const std::string& tag : image.tags) name += ":" + tag;
  for (int part = 0; part < 4; ++part) {
    digest += fmt::format("{:016x}", hash_of(fmt::format("{}#{}", name, part)));
  }
  return digest;
}

ImageRegistry::ImageRegistry(std::vector<ImageSpec> images) : images_(std::move(images)) {
  for (const ImageSpec& image : images_) repositories_.push_back(completed(image.repository));
}

Result<const ImageSpec*> ImageRegistry::resolve(const ImageReference& reference) const {
  bool repository_exists = false;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    if (repositories_[i] != reference.repository) continue;
    repository_exists = true;
    const ImageSpec& image = images_[i];
    const bool is_it = reference.digest.empty() ? std::find(image.tags.begin(), image.tags.end(),
                                                            reference.tag) != image.tags.end()
                                                : image.digest == reference.digest;
    if (is_it) return &image;
  }
  const std::string full = reference.str();
  const std::string_view registry = registry_of(reference.repository);
  const auto is_there = [&](std::string_view repository) {
    return registry_of(repository) == registry;
  };
  const bool answers =
      std::ranges::any_of(repositories_, is_there) ||
      std::ranges::find(kPublicRegistries, registry) != std::end(kPublicRegistries);
  // Docker Hub does not tell a missing repository from a private one; other registries do.
  const bool is_denied = !repository_exists && reference.repository.starts_with(kDockerHub);
  const std::string why = !answers ? unreachable(reference)
                          : is_denied
                              ? "pull access denied, repository does not exist or may require "
                                "authorization: server message: insufficient_scope: authorization "
                                "failed"
                              : full + ": not found";
  return Error{ErrorKind::kNotFound,
               fmt::format("rpc error: code = {} desc = failed to pull and unpack image \"{}\": "
                           "failed to resolve reference \"{}\": {}",
                           is_denied || !answers ? "Unknown" : "NotFound", full, full, why),
               "check the repository and the tag"};
}

}  // namespace inferlab::sim
