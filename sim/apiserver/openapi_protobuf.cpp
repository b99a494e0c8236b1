#include "sim/apiserver/openapi_protobuf.h"

#include "sim/api/json.h"
#include "sim/apiserver/protobuf_writer.h"

namespace inferlab::sim {
namespace {

// An Any holds a value as YAML text; JSON is YAML.
ProtobufWriter any(const Value& value) {
  ProtobufWriter writer;
  writer.bytes(2, to_json(value));
  return writer;
}

ProtobufWriter named(std::string_view name, const ProtobufWriter& value) {
  ProtobufWriter writer;
  writer.bytes(1, name);
  writer.message(2, value);
  return writer;
}

void text(ProtobufWriter& writer, int field, const Value& value) {
  if (value.is_string()) writer.bytes(field, value.as_string());
}

void extensions(ProtobufWriter& writer, int field, const Value& object) {
  for (const Value::Member& member : object.members()) {
    if (member.key.starts_with("x-")) writer.message(field, named(member.key, any(member.value)));
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a schema, which references keep flat
ProtobufWriter schema(const Value& value) {
  ProtobufWriter writer;
  text(writer, 1, value["$ref"]);
  text(writer, 2, value["format"]);
  text(writer, 4, value["description"]);
  if (const Value* fallback = value.find("default")) writer.message(5, any(*fallback));
  for (const Value& name : value["required"].items()) text(writer, 19, name);
  if (const Value* additional = value.find("additionalProperties")) {
    ProtobufWriter item;
    item.message(1, schema(*additional));
    writer.message(21, item);
  }
  if (value.has("type")) {
    ProtobufWriter type;
    text(type, 1, value["type"]);
    writer.message(22, type);
  }
  if (const Value* items = value.find("items")) {
    ProtobufWriter item;
    item.message(1, schema(*items));
    writer.message(23, item);
  }
  if (const Value* properties = value.find("properties")) {
    ProtobufWriter all;
    for (const Value::Member& member : properties->members()) {
      all.message(1, named(member.key, schema(member.value)));
    }
    writer.message(25, all);
  }
  extensions(writer, 31, value);
  return writer;
}

ProtobufWriter query_parameter(const Value& value) {
  ProtobufWriter query;
  text(query, 2, value["in"]);
  text(query, 3, value["description"]);
  text(query, 4, value["name"]);
  text(query, 6, value["type"]);
  if (value["uniqueItems"].as_bool()) query.varint(20, 1);
  ProtobufWriter non_body;
  non_body.message(3, query);
  ProtobufWriter parameter;
  parameter.message(2, non_body);
  ProtobufWriter item;
  item.message(1, parameter);
  return item;
}

ProtobufWriter responses(const Value& value) {
  ProtobufWriter writer;
  for (const Value::Member& member : value.members()) {
    ProtobufWriter response;
    text(response, 1, member.value["description"]);
    if (const Value* body = member.value.find("schema")) {
      ProtobufWriter item;
      item.message(1, schema(*body));
      response.message(2, item);
    }
    ProtobufWriter either;
    either.message(1, response);
    writer.message(1, named(member.key, either));
  }
  return writer;
}

ProtobufWriter operation(const Value& value) {
  ProtobufWriter writer;
  text(writer, 3, value["description"]);
  text(writer, 5, value["operationId"]);
  for (const Value& parameter : value["parameters"].items()) {
    writer.message(8, query_parameter(parameter));
  }
  writer.message(9, responses(value["responses"]));
  extensions(writer, 13, value);
  return writer;
}

ProtobufWriter path_item(const Value& value) {
  ProtobufWriter writer;
  constexpr std::pair<std::string_view, int> kMethods[] = {
      {"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
  for (const auto& [method, field] : kMethods) {
    if (const Value* found = value.find(method)) writer.message(field, operation(*found));
  }
  return writer;
}

}  // namespace

std::string openapi_to_protobuf(const Value& document) {
  ProtobufWriter writer;
  text(writer, 1, document["swagger"]);
  ProtobufWriter info;
  text(info, 1, document["info"]["title"]);
  text(info, 2, document["info"]["version"]);
  writer.message(2, info);
  ProtobufWriter paths;
  for (const Value::Member& member : document["paths"].members()) {
    paths.message(2, named(member.key, path_item(member.value)));
  }
  writer.message(8, paths);
  ProtobufWriter definitions;
  for (const Value::Member& member : document["definitions"].members()) {
    definitions.message(1, named(member.key, schema(member.value)));
  }
  writer.message(9, definitions);
  return writer.text();
}

}  // namespace inferlab::sim
