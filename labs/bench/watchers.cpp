#include "labs/bench/watchers.h"

#include <string>

namespace inferlab::labs {

class Watchers::Sink final : public sim::HttpSink {
 public:
  explicit Sink(Watchers& owner) : owner_(owner) {}
  bool write(std::string_view /*data*/) override {
    const std::lock_guard lock(owner_.mutex_);
    if (++owner_.received_ % kCount == 0) owner_.arrived_.notify_all();
    return true;
  }
  bool peer_gone() override { return false; }

 private:
  Watchers& owner_;
};

Watchers::Watchers(sim::RequestRouter& router, std::uint64_t revision) {
  sim::HttpRequest request;
  request.method = "GET";
  request.path = "/api/v1/pods";
  request.query.emplace("watch", "true");
  request.query.emplace("resourceVersion", std::to_string(revision));
  for (std::size_t i = 0; i < kCount; ++i) {
    threads_.emplace_back([this, &router, request] {
      const sim::HttpResponse response = router.answer(request);
      Sink sink(*this);
      if (response.stream) response.stream(sink);
    });
  }
}

std::size_t Watchers::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

void Watchers::wait_for(std::size_t count) const {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return received_ >= count; });
}

}  // namespace inferlab::labs
