#include "engine/base/rng.h"

#include <bit>
#include <cmath>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace inferlab {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t stream_seed(std::uint64_t seed, std::string_view component, std::string_view object) {
  RunHash hash;
  hash.add(seed);
  hash.add(component);
  hash.add(object);
  return hash.digest();
}

}  // namespace

Rng::Rng(std::uint64_t seed) : state_{} {
  for (std::uint64_t& word : state_) word = splitmix(seed);
}

Rng::Rng(std::uint64_t seed, std::string_view component, std::string_view object)
    : Rng(stream_seed(seed, component, object)) {}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  INFERLAB_CHECK(bound > 0);
  // Numbers under `rejected` would make some remainders likelier than others.
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t x = next();
  while (x < rejected) x = next();
  return x % bound;
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
  INFERLAB_CHECK(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = span == UINT64_MAX ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

double Rng::unit() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

Duration Rng::between(Duration low, Duration high) {
  return Duration{between(low.count(), high.count())};
}

Duration Rng::exponential(Duration mean) {
  // 1 - unit() is in (0, 1]: the logarithm is finite. Rounded at once: std::log may differ in its
  // last bit between C libraries, which a whole nanosecond hides but for one draw in a billion.
  const double nanos = -std::log(1.0 - unit()) * static_cast<double>(mean.count());
  return Duration{std::llround(nanos)};
}

}  // namespace inferlab
