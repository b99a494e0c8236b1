#include "sim/api/access/rule_cover.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "sim/api/validation/errors.h"

namespace inferlab::sim {
namespace {

// The smallest thing that a rule allows: it is allowed by one other rule, or not at all.
struct Right {
  std::string group, resource, name;  // `name` empty: of all names
  std::string url;                    // empty: a resource
  std::string verb;
};

bool contains(const Value& list, std::string_view text) {
  const auto& items = list.items();
  return std::any_of(items.begin(), items.end(),
                     [text](const Value& item) { return item.as_string() == text; });
}

bool lists(const Value& list, std::string_view text) {
  return contains(list, "*") || contains(list, text);
}

// "*/scale" covers "deployments/scale"; "*" covers all.
bool lists_resource(const Value& list, const std::string& resource) {
  if (lists(list, resource)) return true;
  const std::size_t slash = resource.find('/');
  return slash != std::string::npos && contains(list, "*" + resource.substr(slash));
}

bool lists_url(const Value& list, std::string_view url) {
  const auto& items = list.items();
  return std::any_of(items.begin(), items.end(), [url](const Value& item) {
    std::string_view text = item.as_string();
    if (text == url) return true;
    if (!text.ends_with('*')) return false;
    while (text.ends_with('*')) text.remove_suffix(1);
    return url.starts_with(text);
  });
}

bool covers(const Value& rule, const Right& right) {
  if (!lists(rule["verbs"], right.verb)) return false;
  if (!right.url.empty()) return lists_url(rule["nonResourceURLs"], right.url);
  const Value& names = rule["resourceNames"];
  return lists(rule["apiGroups"], right.group) &&
         lists_resource(rule["resources"], right.resource) &&
         (names.empty() || (!right.name.empty() && contains(names, right.name)));
}

std::vector<Right> rights_of(const Value& rules) {
  std::vector<Right> out;
  for (const Value& rule : rules.items()) {
    for (const Value& group : rule["apiGroups"].items()) {
      for (const Value& resource : rule["resources"].items()) {
        for (const Value& verb : rule["verbs"].items()) {
          Right right{group.str(), resource.str(), {}, {}, verb.str()};
          if (rule["resourceNames"].empty()) out.push_back(right);
          for (const Value& name : rule["resourceNames"].items()) {
            right.name = name.str();
            out.push_back(right);
          }
        }
      }
    }
    for (const Value& url : rule["nonResourceURLs"].items()) {
      for (const Value& verb : rule["verbs"].items())
        out.push_back({{}, {}, {}, url.str(), verb.str()});
    }
  }
  return out;
}

std::string quoted(const std::string& text) {
  return shown(Value(text));
}

std::string list_text(const char* field, const std::string& items) {
  return std::string(field) + ":[" + items + "]";
}

}  // namespace

std::vector<std::string> missing_rights(const Value& held, const Value& wanted) {
  const auto& rules = held.items();
  // Of one resource all verbs are told together.
  std::map<std::tuple<std::string, std::string, std::string>, std::string> verbs;
  std::set<std::string> lines;
  for (const Right& right : rights_of(wanted)) {
    const bool covered = std::any_of(rules.begin(), rules.end(),
                                     [&right](const Value& rule) { return covers(rule, right); });
    if (covered) continue;
    if (!right.url.empty()) {
      lines.insert("{" + list_text("NonResourceURLs", quoted(right.url)) + ", " +
                   list_text("Verbs", quoted(right.verb)) + "}");
      continue;
    }
    std::string& all = verbs[{right.group, right.resource, right.name}];
    all += (all.empty() ? "" : " ") + quoted(right.verb);
  }
  for (const auto& [key, all] : verbs) {
    const auto& [group, resource, name] = key;
    std::string line = "{" + list_text("APIGroups", quoted(group)) + ", " +
                       list_text("Resources", quoted(resource)) + ", ";
    if (!name.empty()) line += list_text("ResourceNames", quoted(name)) + ", ";
    lines.insert(line + list_text("Verbs", all) + "}");
  }
  return {lines.begin(), lines.end()};
}

}  // namespace inferlab::sim
