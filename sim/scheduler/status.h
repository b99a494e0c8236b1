#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace inferlab::sim {

/// What a plugin says to a Pod at one extension point.
/// Source: kube-scheduler's scheduling framework, "Status" and its codes.
class Status {
 public:
  Status() = default;  // success

  enum class Code : std::uint8_t {
    kSuccess,
    kUnschedulable,  ///< not now; removing Pods from the node could help
    kUnresolvable,   ///< not now, and removing Pods would not help (UnschedulableAndUnresolvable)
    kSkip,           ///< preFilter, preScore: the plugin has nothing to say on this Pod
    kWait,           ///< preBind: not yet; it is asked again
    kError,          ///< the plugin or the API failed: the Pod is tried again after its back-off
  };

  static Status success() { return {}; }
  static Status skip() { return Status(Code::kSkip, {}); }
  static Status wait() { return Status(Code::kWait, {}); }
  static Status unschedulable(std::string reason) {
    return Status(Code::kUnschedulable, {std::move(reason)});
  }
  static Status unschedulable(std::vector<std::string> reasons) {
    return Status(Code::kUnschedulable, std::move(reasons));
  }
  static Status unresolvable(std::string reason) {
    return Status(Code::kUnresolvable, {std::move(reason)});
  }
  static Status unresolvable(std::vector<std::string> reasons) {
    return Status(Code::kUnresolvable, std::move(reasons));
  }
  static Status error(std::string reason) { return Status(Code::kError, {std::move(reason)}); }

  [[nodiscard]] Code code() const { return code_; }
  [[nodiscard]] bool ok() const { return code_ == Code::kSuccess; }
  [[nodiscard]] bool skipped() const { return code_ == Code::kSkip; }
  [[nodiscard]] bool waits() const { return code_ == Code::kWait; }
  [[nodiscard]] bool rejected() const {
    return code_ == Code::kUnschedulable || code_ == Code::kUnresolvable;
  }
  /// In kube-scheduler's words, without the count of nodes: "Insufficient nvidia.com/gpu".
  [[nodiscard]] const std::vector<std::string>& reasons() const {
    static const std::vector<std::string> kNone;
    return reasons_ == nullptr ? kNone : *reasons_;
  }
  /// All reasons, joined with ", ".
  [[nodiscard]] std::string message() const;

 private:
  Status(Code code, std::vector<std::string> reasons)
      : code_(code),
        reasons_(reasons.empty()
                     ? nullptr
                     : std::make_shared<const std::vector<std::string>>(std::move(reasons))) {}

  Code code_ = Code::kSuccess;
  // Shared: the same refusal is kept for many nodes and many cycles.
  std::shared_ptr<const std::vector<std::string>> reasons_;
};

}  // namespace inferlab::sim
