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

// What objects of a table or list say of themselves, made once for all of them.
struct TypeWords {
  Value kind, api_version;
};

Value partial_metadata_of(const Value& object, const TypeWords& words) {
  return Value::object(
      {{"apiVersion", words.api_version}, {"kind", words.kind}, {"metadata", object["metadata"]}});
}

TypeWords partial_words(std::string_view meta_version) {
  return {"PartialObjectMetadata", meta_api_version(meta_version)};
}

Value row_of(const Kind& kind, const Value& object, Time now, const TableOptions& options,
             const TypeWords& words) {
  Value cells =
      Value::array(kind.cells == nullptr ? Value::Array{object["metadata"]["name"],
                                                        object["metadata"]["creationTimestamp"]}
                                         : kind.cells(object, now));
  switch (options.include) {
    case IncludeObject::kNone:
      break;
    case IncludeObject::kMetadata:
      return Value::object(
          {{"cells", std::move(cells)}, {"object", partial_metadata_of(object, words)}});
    case IncludeObject::kObject:
      // Items of a list do not say what they are; on their own they must.
      return Value::object(
          {{"cells", std::move(cells)},
           {"object", object.with("kind", words.kind).with("apiVersion", words.api_version)}});
  }
  return Value::object({{"cells", std::move(cells)}});
}

}  // namespace

bool is_list(const Value& document) {
  return document["kind"].as_string().ends_with("List") && document.has("items");
}

Value to_partial_metadata(const Value& object_or_list, std::string_view meta_version) {
  const TypeWords words = partial_words(meta_version);
  if (!is_list(object_or_list)) return partial_metadata_of(object_or_list, words);
  Value::Array items;
  for (const Value& item : object_or_list["items"].items()) {
    items.push_back(partial_metadata_of(item, words));
  }
  return Value::object({{"kind", "PartialObjectMetadataList"},
                        {"apiVersion", words.api_version},
                        {"metadata", object_or_list["metadata"]},
                        {"items", Value::array(std::move(items))}});
}

Value to_table(const Kind& kind, const Value& object_or_list, Time now,
               const TableOptions& options) {
  const TypeWords words = options.include == IncludeObject::kObject
                              ? TypeWords{kind.kind, kind.api_version()}
                              : partial_words(options.meta_version);
  Value::Array rows;
  Value metadata = object_or_list["metadata"];
  if (is_list(object_or_list)) {
    const Value::Array& items = object_or_list["items"].items();
    rows.reserve(items.size());
    for (const Value& item : items) rows.push_back(row_of(kind, item, now, options, words));
  } else {
    metadata = Value::object({{"resourceVersion", metadata["resourceVersion"]}});
    rows.push_back(row_of(kind, object_or_list, now, options, words));
  }
  return Value::object({{"kind", "Table"},
                        {"apiVersion", meta_api_version(options.meta_version)},
                        {"metadata", std::move(metadata)},
                        {"columnDefinitions", options.with_columns ? columns_of(kind) : Value()},
                        {"rows", Value::array(std::move(rows))}});
}

}  // namespace inferlab::sim
