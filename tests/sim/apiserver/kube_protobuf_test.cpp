#include "sim/apiserver/kube_protobuf.h"

#include <catch2/catch.hpp>
#include <string>

#include "sim/apiserver/protobuf_reader.h"
#include "sim/apiserver/protobuf_writer.h"

namespace inferlab::sim {
namespace {

std::string envelope(const std::string& api_version, const std::string& kind,
                     const std::string& raw) {
  ProtobufWriter meta;
  meta.bytes(1, api_version);
  meta.bytes(2, kind);
  ProtobufWriter unknown;
  unknown.message(1, meta);
  unknown.bytes(2, raw);
  return std::string("k8s\0", 4) + unknown.text();
}

/// A Deployment as `kubectl create deployment web --image=x` writes it, as far as it matters.
std::string deployment() {
  ProtobufWriter label;
  label.bytes(1, "app");
  label.bytes(2, "web");
  ProtobufWriter meta;
  meta.bytes(1, "web");
  meta.bytes(8, "");  // creationTimestamp: Go's zero time
  meta.message(11, label);
  ProtobufWriter quantity;
  quantity.bytes(1, "2Gi");
  ProtobufWriter limit;
  limit.bytes(1, "memory");
  limit.message(2, quantity);
  ProtobufWriter resources;
  resources.message(1, limit);
  ProtobufWriter port_number;
  port_number.varint(1, 0);
  port_number.varint(2, 8080);
  port_number.bytes(3, "");
  ProtobufWriter http_get;
  http_get.bytes(1, "/health");
  http_get.message(2, port_number);
  ProtobufWriter handler;  // written in line in JSON
  handler.message(2, http_get);
  ProtobufWriter probe;
  probe.message(1, handler);
  probe.varint(4, 5);
  ProtobufWriter container;
  container.bytes(1, "x");
  container.bytes(2, "x:1");
  container.bytes(4, "--one");
  container.bytes(4, "--two");
  container.message(8, resources);
  container.message(11, probe);
  ProtobufWriter pod_spec;
  pod_spec.message(2, container);
  ProtobufWriter pod_template;
  pod_template.message(2, pod_spec);
  ProtobufWriter spec;
  spec.varint(1, 3);
  spec.message(3, pod_template);
  ProtobufWriter all;
  all.message(1, meta);
  all.message(2, spec);
  all.bytes(3, "");  // status: not for clients to say
  return all.text();
}

TEST_CASE("protobuf: a Deployment is read as its JSON would be") {
  const auto value = decode_kube_protobuf(envelope("apps/v1", "Deployment", deployment()));
  REQUIRE(value.has_value());
  CHECK((*value)["kind"].as_string() == "Deployment");
  CHECK((*value)["apiVersion"].as_string() == "apps/v1");
  CHECK((*value)["metadata"]["name"].as_string() == "web");
  CHECK((*value)["metadata"]["labels"]["app"].as_string() == "web");
  CHECK((*value)["metadata"]["creationTimestamp"].is_null());
  CHECK_FALSE(value->has("status"));
  CHECK((*value)["spec"]["replicas"].as_int() == 3);
  const Value container = (*value)["spec"]["template"]["spec"]["containers"][std::size_t{0}];
  CHECK(container["image"].as_string() == "x:1");
  CHECK(container["args"][std::size_t{1}].as_string() == "--two");
  CHECK(container["resources"]["limits"]["memory"].as_string() == "2Gi");
  CHECK(container["readinessProbe"]["httpGet"]["port"].as_int() == 8080);
  CHECK(container["readinessProbe"]["periodSeconds"].as_int() == 5);
}

TEST_CASE("protobuf: an autoscaler as kubectl autoscale sends it") {
  ProtobufWriter target;
  target.bytes(1, "Deployment");
  target.bytes(2, "web");
  target.bytes(3, "apps/v1");
  ProtobufWriter spec;
  spec.message(1, target);
  spec.varint(2, 1);
  spec.varint(3, 4);
  spec.varint(4, 60);
  ProtobufWriter all;
  all.message(2, spec);
  const auto value =
      decode_kube_protobuf(envelope("autoscaling/v1", "HorizontalPodAutoscaler", all.text()));
  REQUIRE(value.has_value());
  CHECK((*value)["spec"]["scaleTargetRef"]["apiVersion"].as_string() == "apps/v1");
  CHECK((*value)["spec"]["maxReplicas"].as_int() == 4);
  CHECK((*value)["spec"]["targetCPUUtilizationPercentage"].as_int() == 60);
}

TEST_CASE("protobuf: a kind that is not in the tables is not understood") {
  const auto value = decode_kube_protobuf(envelope("example.com/v1", "Model", ""));
  REQUIRE_FALSE(value.has_value());
  CHECK(value.error().kind == ErrorKind::kNotFound);
}

TEST_CASE("protobuf: broken bytes are refused, wherever they break") {
  const std::string whole = envelope("apps/v1", "Deployment", deployment());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // Between two fields of the envelope a cut cannot be seen: there the message is missing.
    const auto value = decode_kube_protobuf(std::string_view(whole).substr(0, size));
    CHECK_FALSE((value.has_value() && value->has("spec")));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {  // must not crash, may be anything else
    std::string changed = whole;
    changed[at] = static_cast<char>(0xFF);
    (void)decode_kube_protobuf(changed).has_value();
  }
}

TEST_CASE("protobuf: a length beyond the end is an error") {
  ProtobufReader reader(std::string_view("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11));
  CHECK_FALSE(reader.next());
  CHECK(reader.failed());
}

}  // namespace
}  // namespace inferlab::sim
