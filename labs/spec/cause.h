#pragma once

#include <cstdint>
#include <string_view>

namespace inferlab::labs {

/// What a failed check found to be at fault. A hint names the causes that it is of use for, in the
/// words of kCauseWords.
enum class Cause : std::uint8_t {
  kFinding,   // what the check itself looks for is not so
  kMissing,   // an object that is looked for is not there
  kPending,   // no node takes a Pod
  kImage,     // an image cannot be pulled
  kCrash,     // a container ends or is killed again and again
  kNotReady,  // a Pod is not Ready, and none of the above
  kService,   // a Service leads no request to a server that listens
  kRefused,   // the server refuses what the clients send
  kOther,     // something that the check does not look for
};

inline constexpr std::string_view kCauseWords[] = {
    "finding", "missing", "pending", "image", "crash", "not-ready", "service", "refused", "other"};

constexpr std::string_view to_string(Cause cause) {
  return kCauseWords[static_cast<std::size_t>(cause)];
}

}  // namespace inferlab::labs
