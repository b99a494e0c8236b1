#include "sim/node/image_puller.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace inferlab::sim {
namespace {

/// Asking a registry for a manifest; our guess.
constexpr Duration kResolve = 400ms;

/// An image whose layers nobody has stated is one layer.
std::vector<ImageLayer> layers_of(const ImageSpec& image) {
  if (!image.layers.empty()) return image.layers;
  return {{image.digest, image.size_bytes}};
}

}  // namespace

ImagePuller::ImagePuller(Simulation& simulation, const ImageRegistry& registry, double bandwidth,
                         double slowdown)
    : registry_(registry), bandwidth_(bandwidth), slowdown_(slowdown), timers_(simulation) {}

void ImagePuller::pull(const ImageReference& reference, Done done) {
  queue_.push_back({reference, std::move(done), timers_.now()});
  if (queue_.size() == 1) begin_next();
}

const ImageSpec* ImagePuller::present(const ImageReference& reference) const {
  const auto found = by_reference_.find(reference.str());
  return found == by_reference_.end() ? nullptr : found->second;
}

void ImagePuller::abandon() {
  queue_.clear();
  timers_.drop();
}

std::int64_t ImagePuller::missing_bytes(const ImageSpec& image) const {
  if (stored_.contains(image.digest)) return 0;
  std::int64_t bytes = 0;
  for (const ImageLayer& layer : layers_of(image)) {
    if (!layers_.contains(layer.digest)) bytes += layer.size_bytes;
  }
  return bytes;
}

void ImagePuller::begin_next() {
  const Result<const ImageSpec*> image = registry_.resolve(queue_.front().reference);
  Duration takes = kResolve;
  if (image) {
    const double seconds = static_cast<double>(missing_bytes(**image)) / bandwidth_ * slowdown_;
    takes += Duration{std::llround(seconds * 1e9)};
  }
  timers_.after(takes, "kubelet/image-pulled", [this, began = timers_.now()] { finish(began); });
}

void ImagePuller::finish(Time began) {
  const Request request = std::move(queue_.front());
  queue_.pop_front();
  Pulled pulled{registry_.resolve(request.reference), timers_.now() - began,
                timers_.now() - request.asked};
  if (pulled.image) {
    const ImageSpec& image = **pulled.image;
    by_reference_[request.reference.str()] = &image;
    const bool is_new = !stored_.contains(image.digest);
    Stored& stored = stored_[image.digest];
    if (is_new) {
      stored.size_bytes = image.size_bytes;
      stored.layers = layers_of(image);
      stored.detected = timers_.now();
      for (const ImageLayer& layer : stored.layers) {
        if (++layers_[layer.digest] == 1) disk_bytes_ += layer.size_bytes;
      }
    }
    stored.last_used = timers_.now();
    for (const std::string& name :
         {request.reference.str(), request.reference.repository + "@" + image.digest}) {
      if (stored.names.insert(name).second) ++changes_;
    }
  }
  if (!queue_.empty()) begin_next();
  request.done(pulled);
}

void ImagePuller::mark_used(const std::set<std::string>& digests, Time now) {
  for (auto& [digest, image] : stored_) {
    if (digests.contains(digest)) image.last_used = now;
  }
}

std::int64_t ImagePuller::free_space(std::int64_t bytes, const std::set<std::string>& in_use,
                                     Time now, Duration minimum_age) {
  std::vector<std::pair<std::string, Stored>> images;
  for (const auto& [digest, image] : stored_) {
    const bool is_safe = in_use.contains(digest) || now - image.detected < minimum_age;
    if (!is_safe) images.emplace_back(digest, image);
  }
  std::stable_sort(images.begin(), images.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.last_used, a.second.detected) <
           std::pair(b.second.last_used, b.second.detected);
  });
  std::int64_t freed = 0;
  for (const auto& [digest, image] : images) {
    if (freed >= bytes) break;
    freed += image.size_bytes;
    remove(digest);
  }
  return freed;
}

void ImagePuller::remove(const std::string& digest) {
  const Stored image = std::move(stored_.at(digest));
  stored_.erase(digest);
  ++changes_;
  std::erase_if(by_reference_, [&](const auto& entry) { return entry.second->digest == digest; });
  for (const ImageLayer& layer : image.layers) {
    if (--layers_.at(layer.digest) > 0) continue;
    layers_.erase(layer.digest);
    disk_bytes_ -= layer.size_bytes;
  }
}

}  // namespace inferlab::sim
