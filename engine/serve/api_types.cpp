#include "engine/serve/api_types.h"

namespace inferlab {

std::string_view error_type_for(int status) {
  switch (status) {
    case 400:
    case 413:
      return "BadRequestError";
    case 401:
      return "AuthenticationError";
    case 404:
      return "NotFoundError";
    case 429:
      return "RateLimitError";
    case 503:
      return "ServiceUnavailableError";
    case 504:
      return "TimeoutError";
    default:
      return status < 500 ? "BadRequestError" : "InternalServerError";
  }
}

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return status < 400 ? "OK" : status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

namespace {

int status_for(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return 400;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kExhausted:
      return 429;
    case ErrorKind::kUnavailable:
      return 503;
  }
  return 500;
}

}  // namespace

ApiError api_error(const Error& error) {
  ApiError result{.status = status_for(error.kind), .message = error.message};
  if (!error.hint.empty()) result.message += " (" + error.hint + ")";
  return result;
}

ApiError unknown_model(const std::string& name) {
  return {.status = 404, .message = "The model `" + name + "` does not exist.", .param = "model"};
}

ApiError shutting_down() {
  return {.status = 503, .message = "server: is shutting down"};
}

ApiError timed_out() {
  return {.status = 504, .message = "engine: the request did not end within its timeout"};
}

}  // namespace inferlab
