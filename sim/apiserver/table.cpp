#include "sim/apiserver/table.h"

#include <string>
#include <vector>

namespace inferlab::sim {
namespace {

constexpr PrintColumn kPlainColumns[] = {{"Name", "string", "name", 0},
                                         {"Created At", "date", "", 0}};

std::string meta_api_version(std::string_view version) {
  return "meta.k8s.io/" + std::string(version);
}

Value columns_of(const Kind& kind) {
  const std::span<const PrintColumn> columns =
      kind.cells == nullptr ? std::span<const PrintColumn>(kPlainColumns) : kind.columns;
  Value::Array result;
  for (const PrintColumn& column : columns) {
    result.push_back(Value::object({{"name", column.name},
                                    {"type", column.type},
                                    {"format", column.format},
                                    {"description", ""},
                                    {"priority", column.priority}}));
  }
  return Value::array(std::move(result));
}

Value row_of(const Kind& kind, const Value& object, Time now, const TableOptions& options) {
  Value::Array cells = kind.cells == nullptr ? Value::Array{object["metadata"]["name"],
                                                            object["metadata"]["creationTimestamp"]}
                                             : kind.cells(object, now);
  Value row = Value::object({{"cells", Value::array(std::move(cells))}});
  switch (options.include) {
    case IncludeObject::kNone:
      return row;
    case IncludeObject::kMetadata:
      return row.with("object", to_partial_metadata(object, options.meta_version));
    case IncludeObject::kObject:
      // Items of a list do not say what they are; on their own they must.
      return row.with("object",
                      object.with("kind", kind.kind).with("apiVersion", kind.api_version()));
  }
  return row;
}

}  // namespace

bool is_list(const Value& document) {
  return document["kind"].as_string().ends_with("List") && document.has("items");
}

Value to_partial_metadata(const Value& object_or_list, std::string_view meta_version) {
  const std::string api_version = meta_api_version(meta_version);
  if (!is_list(object_or_list)) {
    return Value::object({{"kind", "PartialObjectMetadata"},
                          {"apiVersion", api_version},
                          {"metadata", object_or_list["metadata"]}});
  }
  Value::Array items;
  for (const Value& item : object_or_list["items"].items()) {
    items.push_back(to_partial_metadata(item, meta_version));
  }
  return Value::object({{"kind", "PartialObjectMetadataList"},
                        {"apiVersion", api_version},
                        {"metadata", object_or_list["metadata"]},
                        {"items", Value::array(std::move(items))}});
}

Value to_table(const Kind& kind, const Value& object_or_list, Time now,
               const TableOptions& options) {
  Value::Array rows;
  Value metadata = object_or_list["metadata"];
  if (is_list(object_or_list)) {
    for (const Value& item : object_or_list["items"].items()) {
      rows.push_back(row_of(kind, item, now, options));
    }
  } else {
    metadata = Value::object({{"resourceVersion", metadata["resourceVersion"]}});
    rows.push_back(row_of(kind, object_or_list, now, options));
  }
  return Value::object({{"kind", "Table"},
                        {"apiVersion", meta_api_version(options.meta_version)},
                        {"metadata", std::move(metadata)},
                        {"columnDefinitions", options.with_columns ? columns_of(kind) : Value()},
                        {"rows", Value::array(std::move(rows))}});
}

}  // namespace inferlab::sim
