#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/node/node_spec.h"

namespace inferlab::sim {

/// "registry.example.com/ai/vllm:v0.8.5" or "…/vllm@sha256:…", taken apart and completed: no tag
/// means "latest", no registry means docker.io, no folder there means library/.
struct ImageReference {
  std::string repository;  // with the registry
  std::string tag;         // empty when there is a digest
  std::string digest;
  [[nodiscard]] std::string str() const;

  /// kInvalid with the kubelet's text for what is no reference at all.
  static Result<ImageReference> parse(std::string_view text);
};

/// A digest for an image that somebody made up: of its repository and tags, so it stays the same.
std::string made_up_digest(const ImageSpec& image);

/// The registry that all nodes pull from: the images of the run's spec.
class ImageRegistry {
 public:
  /// Checks: every image has a digest, by which nodes tell what they have.
  explicit ImageRegistry(std::vector<ImageSpec> images);

  /// kNotFound, with the text of the container runtime's error. The pointer stays valid.
  [[nodiscard]] Result<const ImageSpec*> resolve(const ImageReference& reference) const;

 private:
  std::vector<ImageSpec> images_;
  std::vector<std::string> repositories_;  // completed, in the order of images_
};

}  // namespace inferlab::sim
