#pragma once

#include <string>
#include <string_view>

#include "engine/serve/api_types.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace inferlab {

/// Before the body is read: refuses bodies that the library would unpack without a limit, and those
/// without one clear length. Whether it did.
bool refuse_body(const httplib::Request& request, httplib::Response& response);

/// Gives a body to errors that the library found itself; 405 where another method would do.
void fill_error(const httplib::Request& request, httplib::Response& response);

ApiError too_large();

/// A path as the client sent it is decoded by the library; in a log it must stay one plain word.
std::string for_log(std::string_view path);

}  // namespace inferlab
