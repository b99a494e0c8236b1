#pragma once

#include "sim/api/api.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// What somebody has written of one object, apart from what the server has added: defaults, a Job's
/// selector, a Service's address. A manifest says the former only, and to say the latter is another
/// thing: `replicas: 1` beside an autoscaler, a selector that a Job may not have.
class WrittenFields {
 public:
  /// A write that was accepted, and the object as it is since.
  void take(const sim::ApiRequest& request, const sim::Value& document);

  /// `document` without fields that nobody wrote and that are as the server made them. What is in a
  /// list of which only a part was ever written stays. An object that was there before the first
  /// write stays whole.
  [[nodiscard]] sim::Value only(const sim::Value& document) const;

 private:
  bool known_ = false;  // it was written whole at some time
  sim::Value written_;  // null where everything below counts as written
  sim::Value made_;     // what the server made of it when it was written whole
};

}  // namespace inferlab::labs
