#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "engine/base/error.h"

namespace inferlab {

/// A value, or why there is none. Has the names of C++23's std::expected and can become that.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Implicit on purpose: `return value;` and `return Error{...};` are how a Result is made.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// Checks: has_value().
  T& value() & {
    INFERLAB_CHECK(has_value());
    return std::get<0>(state_);
  }
  const T& value() const& {
    INFERLAB_CHECK(has_value());
    return std::get<0>(state_);
  }
  /// By value: `for (x : *make())` would otherwise walk what is gone already.
  T value() && {
    INFERLAB_CHECK(has_value());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Checks: !has_value().
  [[nodiscard]] const Error& error() const& {
    INFERLAB_CHECK(!has_value());
    return std::get<1>(state_);
  }
  Error&& error() && {
    INFERLAB_CHECK(!has_value());
    return std::get<1>(std::move(state_));
  }
  template <typename U>
  T value_or(U&& other) && {
    return has_value() ? std::move(*this).value() : T(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { INFERLAB_CHECK(has_value()); }

  [[nodiscard]] const Error& error() const& {
    INFERLAB_CHECK(!has_value());
    return *error_;
  }
  Error&& error() && {
    INFERLAB_CHECK(!has_value());
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

namespace internal {
inline void take(Result<void>&& /*result*/) {}
template <typename T>
T take(Result<T>&& result) {
  return std::move(result).value();
}
}  // namespace internal

}  // namespace inferlab

#define INFERLAB_CONCAT_INNER(a, b) a##b
#define INFERLAB_CONCAT(a, b) INFERLAB_CONCAT_INNER(a, b)

/// INFERLAB_TRY(declaration, expression): passes an error on to the caller, else declares the
/// value. The only control-flow macros. For Result<void> use INFERLAB_TRY_VOID.
#define INFERLAB_TRY(declaration, expression)                           \
  auto INFERLAB_CONCAT(inferlab_try_, __LINE__) = (expression);         \
  if (!INFERLAB_CONCAT(inferlab_try_, __LINE__).has_value()) {          \
    return std::move(INFERLAB_CONCAT(inferlab_try_, __LINE__)).error(); \
  }                                                                     \
  declaration = ::inferlab::internal::take(std::move(INFERLAB_CONCAT(inferlab_try_, __LINE__)))

#define INFERLAB_TRY_VOID(expression)                                  \
  do {                                                                 \
    if (auto inferlab_try = (expression); !inferlab_try.has_value()) { \
      return std::move(inferlab_try).error();                          \
    }                                                                  \
  } while (false)
