#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/node/image_registry.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

/// The images of one node: pulls them one at a time (the kubelet's serializeImagePulls) and keeps
/// them. Layers that another image has brought are not pulled again: a pull takes the bytes of the
/// missing ones / bandwidth * slowdown; of an image that is here already only the time to ask the
/// registry.
class ImagePuller {
 public:
  struct Pulled {
    Result<const ImageSpec*> image;
    Duration pulling;  // without waiting
    Duration total;    // from the request on
  };
  using Done = std::function<void(const Pulled&)>;

  /// `bandwidth` in bytes per second.
  ImagePuller(Simulation& simulation, const ImageRegistry& registry, double bandwidth,
              double slowdown);

  /// Queues a pull; `done` comes later, never inside the call.
  void pull(const ImageReference& reference, Done done);
  /// The image, when this very reference has been pulled before; else nullptr.
  [[nodiscard]] const ImageSpec* present(const ImageReference& reference) const;
  /// Stops and forgets pulls under way: the node is down. Images on its disk stay.
  void abandon();

  struct Stored {
    std::set<std::string> names;  // references, and the digest form
    std::int64_t size_bytes = 0;
    std::vector<ImageLayer> layers;
    Time detected{}, last_used{};
  };
  /// By digest.
  [[nodiscard]] const std::map<std::string, Stored>& stored() const { return stored_; }
  /// Grows when an image or a name of one comes or goes.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Of all layers, each counted once.
  [[nodiscard]] std::int64_t disk_bytes() const { return disk_bytes_; }
  /// Notes which images (by digest) are in use at `now`.
  void mark_used(const std::set<std::string>& digests, Time now);
  /// Deletes images that are not in use and at least `minimum_age` old, the one used longest ago
  /// first, until their sizes add up to `bytes`. Returns the sum, which counts shared layers for
  /// each image, as the kubelet does.
  std::int64_t free_space(std::int64_t bytes, const std::set<std::string>& in_use, Time now,
                          Duration minimum_age);

 private:
  struct Request {
    ImageReference reference;
    Done done;
    Time asked;
  };
  void begin_next();
  void finish(Time began);
  void remove(const std::string& digest);
  [[nodiscard]] std::int64_t missing_bytes(const ImageSpec& image) const;

  const ImageRegistry& registry_;
  double bandwidth_;
  double slowdown_;
  std::deque<Request> queue_;  // the front one is under way
  std::map<std::string, const ImageSpec*> by_reference_;
  std::map<std::string, Stored> stored_;
  std::map<std::string, int> layers_;  // by digest: how many images have it
  std::int64_t disk_bytes_ = 0;
  std::uint64_t changes_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
