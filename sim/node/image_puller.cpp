#include "sim/node/image_puller.h"

#include <cmath>
#include <utility>

namespace inferlab::sim {
namespace {

/// Asking a registry for a manifest; our guess.
constexpr Duration kResolve = 400ms;

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

void ImagePuller::begin_next() {
  const Result<const ImageSpec*> image = registry_.resolve(queue_.front().reference);
  Duration takes = kResolve;
  if (image && !stored_.contains((*image)->digest)) {
    const double seconds = static_cast<double>((*image)->size_bytes) / bandwidth_ * slowdown_;
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
    Stored& stored = stored_[image.digest];
    stored.size_bytes = image.size_bytes;
    stored.names.insert(request.reference.str());
    stored.names.insert(request.reference.repository + "@" + image.digest);
  }
  if (!queue_.empty()) begin_next();
  request.done(pulled);
}

}  // namespace inferlab::sim
