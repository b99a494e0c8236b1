// URLs: url("https://example.com:80/a").getPort().
// Source: Kubernetes documentation, "Kubernetes URL library".
#include <fmt/format.h>

#include <map>

#include "sim/api/cel/library/url.h"
#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

class UrlVal final : public Opaque {
 public:
  UrlVal(Url url, std::string text) : url_(std::move(url)), text_(std::move(text)) {}
  [[nodiscard]] std::string_view type_name() const override { return "kubernetes.URL"; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    return text_ == static_cast<const UrlVal&>(other).text_;
  }
  [[nodiscard]] std::string text() const override { return text_; }
  [[nodiscard]] const Url& url() const { return url_; }

 private:
  Url url_;
  std::string text_;
};

const Url& url_of(const Val& val) {
  return static_cast<const UrlVal&>(val.as_opaque()).url();
}

Val parse(Args args, Work& /*work*/) {
  const std::string why = why_no_url(args[0].as_string());
  const std::optional<Url> url = parse_url(args[0].as_string());
  if (!url) return Val::error("URL parse error during conversion from string: " + why);
  return Val::opaque(std::make_shared<const UrlVal>(*url, std::string(args[0].as_string())));
}

Val is_url(Args args, Work& /*work*/) {
  return Val::boolean(why_no_url(args[0].as_string()).empty());
}

Val scheme(Args args, Work& /*work*/) {
  return Val::string(url_of(args[0]).scheme);
}
Val host(Args args, Work& /*work*/) {
  return Val::string(url_of(args[0]).host);
}

// Where ":port" begins in a host, past the brackets of an IPv6 address.
std::size_t port_at(const std::string& host) {
  const std::size_t bracket = host.rfind(']');
  return host.find(':', bracket == std::string::npos ? 0 : bracket);
}

Val host_name(Args args, Work& /*work*/) {
  const std::string& host = url_of(args[0]).host;
  std::string name = host.substr(0, port_at(host));
  if (name.size() > 1 && name.front() == '[' && name.back() == ']') {
    name = name.substr(1, name.size() - 2);
  }
  return Val::string(name);
}

Val port(Args args, Work& /*work*/) {
  const std::string& host = url_of(args[0]).host;
  const std::size_t at = port_at(host);
  return Val::string(at == std::string::npos ? std::string() : host.substr(at + 1));
}

Val escaped_path(Args args, Work& work) {
  std::string out;
  for (const char c : url_of(args[0]).path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~$&+,/:;=@!'()*[]").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return made_string(std::move(out), work);
}

Val query(Args args, Work& /*work*/) {
  std::map<std::string, std::vector<std::string>> found;
  std::string_view rest = url_of(args[0]).query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty() || pair.find(';') != std::string_view::npos) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto key = percent_decoded(pair.substr(0, equals), true);
    const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (key && value) found[*key].push_back(*value);
  }
  std::vector<std::pair<Val, Val>> entries;
  for (const auto& [key, values] : found) {
    entries.emplace_back(Val::string(key), Val::strings(values));
  }
  return Val::map(std::move(entries));
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

constexpr LibraryRow kRows[] = {
    {"url", kGlobal, "string -> kubernetes.URL", parse, Cost::kTraverse},
    {"isURL", kGlobal, "string -> bool", is_url},
    {"getScheme", kMember, "kubernetes.URL -> string", scheme},
    {"getHost", kMember, "kubernetes.URL -> string", host},
    {"getHostname", kMember, "kubernetes.URL -> string", host_name},
    {"getPort", kMember, "kubernetes.URL -> string", port},
    {"getEscapedPath", kMember, "kubernetes.URL -> string", escaped_path},
    {"getQuery", kMember, "kubernetes.URL -> map(string, list(string))", query},
};

}  // namespace

Library url_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
