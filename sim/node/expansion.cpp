#include "sim/node/expansion.h"

namespace inferlab::sim {

std::string expand_variables(std::string_view text,
                             const std::map<std::string, std::string>& environment) {
  std::string result;
  const std::size_t last_close = text.rfind(')');
  for (std::size_t i = 0; i < text.size() && result.size() <= kLongestArgument; ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      result += '$';
      ++i;
      continue;
    }
    const bool is_closed = last_close != std::string_view::npos && last_close > i;
    if (text[i + 1] != '(' || !is_closed) {
      result += text[i];
      continue;
    }
    const std::size_t close = text.find(')', i);
    const auto found = environment.find(std::string(text.substr(i + 2, close - i - 2)));
    result += found == environment.end() ? text.substr(i, close - i + 1)
                                         : std::string_view(found->second);
    i = close;
  }
  if (result.size() > kLongestArgument) result.resize(kLongestArgument + 1);
  return result;
}

std::string field_of(const Value& pod, std::string_view path, std::string_view pod_ip,
                     std::string_view host_ip) {
  if (path == "status.podIP" || path == "status.podIPs") return std::string(pod_ip);
  if (path == "status.hostIP" || path == "status.hostIPs") return std::string(host_ip);
  if (path == "spec.nodeName") return pod["spec"]["nodeName"].str();
  if (path == "spec.serviceAccountName") return pod["spec"]["serviceAccountName"].str();
  const Value& metadata = pod["metadata"];
  if (path == "metadata.name") return metadata["name"].str();
  if (path == "metadata.namespace") return metadata["namespace"].str();
  if (path == "metadata.uid") return metadata["uid"].str();
  for (const std::string_view map : {"labels", "annotations"}) {
    const std::string start = "metadata." + std::string(map) + "['";
    if (path.starts_with(start) && path.ends_with("']")) {
      return metadata[map][path.substr(start.size(), path.size() - start.size() - 2)].str();
    }
  }
  return {};
}

}  // namespace inferlab::sim
