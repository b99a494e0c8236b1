#include "labs/spec/text_list.h"

namespace inferlab::labs {

std::vector<std::string> text_list(const sim::Value& list) {
  std::vector<std::string> out;
  for (const sim::Value& item : list.items()) out.push_back(item.str());
  return out;
}

}  // namespace inferlab::labs
