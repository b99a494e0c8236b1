#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace inferlab::huggingface {

/// Hears the events of a JSON text and refuses all of them: who expects one overrides it. A text of
/// a stranger thus takes the memory of what was asked for, not of what it says. reason() tells why
/// reading ended early.
class RefusingSax : public nlohmann::json_sax<nlohmann::json> {
 public:
  [[nodiscard]] const std::string& reason() const { return reason_; }

  bool null() override { return unexpected("null"); }
  bool boolean(bool /*value*/) override { return unexpected("a flag"); }
  bool number_integer(std::int64_t /*value*/) override { return unexpected("a negative number"); }
  bool number_unsigned(std::uint64_t /*value*/) override { return unexpected("a number"); }
  bool number_float(double /*value*/, const std::string& /*text*/) override {
    return unexpected("a number with a fraction");
  }
  bool string(std::string& /*value*/) override { return unexpected("a string"); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return unexpected("bytes"); }
  bool start_object(std::size_t /*count*/) override { return unexpected("an object"); }
  bool key(std::string& /*name*/) override { return unexpected("a key"); }
  bool end_object() override { return unexpected("an object's end"); }
  bool start_array(std::size_t /*count*/) override { return unexpected("an array"); }
  bool end_array() override { return unexpected("an array's end"); }
  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::json::exception& /*error*/) override {
    return refuse("is no JSON from byte " + std::to_string(position) + " on");
  }

 protected:
  /// Ends the reading; the first reason stays.
  bool refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return false;
  }
  bool unexpected(const char* what) {
    return refuse(std::string(what) + " where none is expected");
  }

 private:
  std::string reason_;
};

}  // namespace inferlab::huggingface
