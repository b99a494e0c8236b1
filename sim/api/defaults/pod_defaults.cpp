#include "sim/api/defaults/pod_defaults.h"

#include <algorithm>

#include "sim/api/defaults/fill.h"
#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

constexpr int kDefaultMode = 0644;

// `object` with `key` put through `change` where it has it.
template <typename Change>
Value at(const Value& object, std::string_view key, const Change& change) {
  const Value* member = object.find(key);
  if (member == nullptr) return object;
  Value changed = change(*member);
  return same_document(changed, *member) ? object : object.with(key, std::move(changed));
}

Value default_http_get(const Value& action) {
  return filled(action, {{"path", "/"}, {"scheme", "HTTP"}});
}

Value default_probe(const Value& probe) {
  Value out = at(probe, "httpGet", default_http_get);
  out = at(out, "grpc", [](const Value& grpc) { return filled(grpc, {{"service", ""}}); });
  return filled(out, {{"timeoutSeconds", 1},
                      {"periodSeconds", 10},
                      {"successThreshold", 1},
                      {"failureThreshold", 3}});
}

// Of an environment variable, or of a file of the downward API.
Value default_field_ref(const Value& holder) {
  const Value out = at(holder, "fieldRef", [](const Value& ref) {
    return filled(ref, {{"apiVersion", "v1"}});
  });
  // A divisor that nobody gave is still written out.
  return at(out, "resourceFieldRef", [](const Value& ref) {
    return filled(ref, {{"divisor", "0"}});
  });
}

// Container resources are kept to a thousandth.
Value rounded(const Value& amounts) {
  Value out = amounts;
  for (const Value::Member& member : amounts.members()) {
    const std::string_view text = member.value.as_string();
    if (!text.ends_with('u') && !text.ends_with('n') && text.find('.') == std::string_view::npos) {
      continue;
    }
    if (const auto amount = Quantity::parse(text)) {
      std::string normal = Quantity::normalized(text);
      if (normal != text) out = out.with(member.key, Value(std::move(normal)));
    }
  }
  return out;
}

Value rounded_resources(const Value& resources) {
  return at(at(resources, "limits", rounded), "requests", rounded);
}

Value default_container(const Value& container) {
  static const Value kLogPath("/dev/termination-log");
  static const Value kFile("File");
  static const Value kAlways("Always");
  static const Value kIfNotPresent("IfNotPresent");
  const bool always = default_pull_policy(container["image"].as_string()) == "Always";
  Value out = filled(container, {{"imagePullPolicy", always ? kAlways : kIfNotPresent},
                                 {"terminationMessagePath", kLogPath},
                                 {"terminationMessagePolicy", kFile}});
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    out = at(out, probe, default_probe);
  }
  out = at(out, "lifecycle", [](const Value& lifecycle) {
    Value changed = lifecycle;
    for (const char* hook : {"postStart", "preStop"}) {
      changed =
          at(changed, hook, [](const Value& h) { return at(h, "httpGet", default_http_get); });
    }
    return changed;
  });
  out = at(out, "env", [](const Value& env) {
    return each_item(env,
                     [](const Value& item) { return at(item, "valueFrom", default_field_ref); });
  });
  return at(out, "resources", rounded_resources);
}

// On the host's network a port of the container is one of the host.
Value default_host_ports(const Value& container) {
  return at(container, "ports", [](const Value& ports) {
    return each_item(ports, [](const Value& port) {
      return filled(port, {{"hostPort", port["containerPort"]}});
    });
  });
}

Value default_claim_template(const Value& claim) {
  return at(claim, "spec", [](const Value& spec) {
    return filled(at(spec, "resources", rounded_resources), {{"volumeMode", "Filesystem"}});
  });
}

Value default_projection(const Value& source) {
  Value out = at(source, "serviceAccountToken", [](const Value& token) {
    return filled(token, {{"expirationSeconds", 3600}});
  });
  return at(out, "downwardAPI", [](const Value& downward) {
    return at(downward, "items",
              [](const Value& items) { return each_item(items, default_field_ref); });
  });
}

Value default_volume(const Value& volume) {
  if (volume.size() == 1 && volume.has("name")) return volume.with("emptyDir", Value::object());
  Value out = volume;
  for (const char* source : {"secret", "configMap", "downwardAPI", "projected"}) {
    out = at(out, source, [](const Value& s) {
      return filled(s, {{"defaultMode", kDefaultMode}});
    });
  }
  out = at(out, "downwardAPI", [](const Value& downward) {
    return at(downward, "items",
              [](const Value& items) { return each_item(items, default_field_ref); });
  });
  out = at(out, "projected", [](const Value& projected) {
    return at(projected, "sources",
              [](const Value& sources) { return each_item(sources, default_projection); });
  });
  out = at(out, "ephemeral", [](const Value& ephemeral) {
    return at(ephemeral, "volumeClaimTemplate", default_claim_template);
  });
  return at(out, "hostPath", [](const Value& path) { return filled(path, {{"type", ""}}); });
}

}  // namespace

std::string_view default_pull_policy(std::string_view image) {
  const std::size_t digest = image.find('@');
  const std::string_view name = image.substr(0, digest);
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon == std::string_view::npos) {
    return digest == std::string_view::npos ? "Always" : "IfNotPresent";
  }
  return name.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

Value default_pod_spec(const Value& spec) {
  static const Value kClusterFirst("ClusterFirst");
  static const Value kAlways("Always");
  static const Value kScheduler("default-scheduler");
  static const Value kNoContext = Value::object();
  // The old name of the field follows the new one.
  const Value& account =
      spec.has("serviceAccountName") ? spec["serviceAccountName"] : spec["serviceAccount"];
  Value out = filled(spec, {{"dnsPolicy", kClusterFirst},
                            {"restartPolicy", kAlways},
                            {"schedulerName", kScheduler},
                            {"securityContext", kNoContext},
                            {"serviceAccount", account},
                            {"serviceAccountName", account},
                            {"terminationGracePeriodSeconds", 30}});
  const auto containers = [](const Value& list) { return each_item(list, default_container); };
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
    out = at(out, list, containers);
  }
  return at(out, "volumes",
            [](const Value& volumes) { return each_item(volumes, default_volume); });
}

Value default_pod_only(const Value& spec) {
  Value out = filled(spec, {{"enableServiceLinks", true}});
  const auto requests_from_limits = [](const Value& list) {
    return each_item(list, [](const Value& container) {
      const Value& limits = container["resources"]["limits"];
      if (limits.empty()) return container;
      Value requests = container["resources"]["requests"];
      bool changed = false;
      for (const Value::Member& limit : limits.members()) {
        if (requests.has(limit.key)) continue;
        requests = requests.with(limit.key, limit.value);
        changed = true;
      }
      return changed ? container.with_path({"resources", "requests"}, std::move(requests))
                     : container;
    });
  };
  const bool host_network = spec["hostNetwork"].as_bool();
  const auto host_ports = [](const Value& list) { return each_item(list, default_host_ports); };
  for (const char* list : {"containers", "initContainers"}) {
    out = at(out, list, requests_from_limits);
    if (host_network) out = at(out, list, host_ports);
  }
  return out;
}

Value default_pod_template(const Value& pod_template) {
  return at(pod_template, "spec", default_pod_spec);
}

std::string_view qos_class(const Value& pod_spec) {
  bool any = false;
  bool guaranteed = true;
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& container : pod_spec[list].items()) {
      const Value& resources = container["resources"];
      for (const char* name : {"cpu", "memory"}) {
        const auto amount = [&](const char* kind) {
          const auto parsed = Quantity::parse(resources[kind][name].as_string("0"));
          return parsed.value_or(Quantity());
        };
        const Quantity request = amount("requests");
        const Quantity limit = amount("limits");
        any = any || request.milli() > 0 || limit.milli() > 0;
        guaranteed = guaranteed && limit.milli() > 0 && request == limit;
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace inferlab::sim
