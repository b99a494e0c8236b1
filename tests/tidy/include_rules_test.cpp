// Who may include whom, what stands where, and what would break a replay: the map of
// ARCHITECTURE.md as a test. Each failure names file and line.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = INFERLAB_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> sources() {
  std::vector<fs::path> out;
  for (const char* top : {"engine", "sim", "labs", "ui"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const std::string extension = entry.path().extension();
      if (extension == ".h" || extension == ".cpp" || extension == ".cu") {
        out.push_back(fs::relative(entry.path(), kRoot));
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct Room {
  std::set<std::string> uses;
  bool pure = false;
};

// The rooms and their arrows, as CMakeLists.txt states them.
std::map<std::string, Room> rooms() {
  std::map<std::string, Room> out;
  const std::string text = read(kRoot / "CMakeLists.txt");
  const std::regex call(R"(inferlab_room\(([^)]*)\))");
  for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it) {
    std::istringstream words((*it)[1].str());
    std::string name, word, section;
    words >> name;
    Room room;
    while (words >> word) {
      if (word == "PURE") {
        room.pure = true;
      } else if (word == "USES" || word == "PACKAGES") {
        section = word;
      } else if (section == "USES") {
        room.uses.insert(word);
      }
    }
    out[name] = room;
  }
  return out;
}

std::string room_of(const std::string& path, const std::map<std::string, Room>& all) {
  std::string best;
  for (const auto& [name, unused] : all) {
    if (path.rfind(name + "/", 0) == 0 && name.size() > best.size()) best = name;
  }
  return best;
}

// Calls `visit(line number, line)` for each line of code, comments cut off.
template <typename Visit>
void each_line(const fs::path& path, Visit visit) {
  std::istringstream text(read(kRoot / path));
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    visit(number, line.substr(0, line.find("//")));
  }
}

}  // namespace

TEST_CASE("tidy: an include follows the arrows of CMakeLists.txt") {
  const auto all = rooms();
  REQUIRE(all.size() > 10);
  const std::regex include(R"re(^\s*#include "([^"]+)")re");
  for (const fs::path& source : sources()) {
    const std::string room = room_of(source.string(), all);
    INFO(source.string() << " is in no room of CMakeLists.txt");
    REQUIRE_FALSE(room.empty());
    each_line(source, [&](int number, const std::string& line) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) return;
      const std::string target = room_of(match[1].str(), all);
      if (target.empty() || target == room || all.at(room).uses.count(target) != 0) return;
      FAIL_CHECK(source.string() << ":" << number << ": " << room << " must not include "
                                 << target);
    });
  }
}

TEST_CASE("tidy: no arrow points back") {
  // Depth-first over USES; a room met again on the way is a cycle.
  const auto all = rooms();
  std::set<std::string> done;
  std::vector<std::string> way;
  const auto walk = [&](const auto& self, const std::string& room) -> void {
    INFO(room << " uses itself through " << (way.empty() ? "" : way.back()));
    REQUIRE(std::find(way.begin(), way.end(), room) == way.end());
    REQUIRE(all.count(room) == 1);
    if (!done.insert(room).second) return;
    way.push_back(room);
    for (const std::string& used : all.at(room).uses) self(self, used);
    way.pop_back();
  };
  for (const auto& [name, unused] : all) walk(walk, name);
  for (const auto& [name, room] : all) {
    for (const std::string& used : room.uses) {
      INFO(name << " -> " << used);
      CHECK_FALSE((name.rfind("engine", 0) == 0 && used.rfind("engine", 0) != 0));
      CHECK_FALSE(
          (name.rfind("sim", 0) == 0 && (used.rfind("labs", 0) == 0 || used.rfind("ui", 0) == 0)));
    }
  }
}

TEST_CASE("tidy: nothing in a pure room breaks a replay") {
  const std::vector<std::pair<std::regex, std::string>> breakers = {
      {std::regex(R"(std::unordered_)"), "iteration order of std::unordered_* differs"},
      {std::regex(R"(std::hash\b)"), "std::hash differs between libraries"},
      {std::regex(R"((system_clock|steady_clock|high_resolution_clock)::now)"), "reads a clock"},
      {std::regex(R"(\b(clock_gettime|gettimeofday|localtime|gmtime)\b)"), "reads a clock"},
      {std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"), "sleeps"},
      {std::regex(R"(std::(thread|jthread|async)\b)"), "starts a thread"},
      {std::regex(R"(std::\w+_distribution|std::random_device|std::mt19937|\brand\(\))"),
       "random numbers come from Rng"},
      {std::regex(R"(\bgetenv\b)"), "reads the environment"},
  };
  const auto all = rooms();
  for (const fs::path& source : sources()) {
    if (!all.at(room_of(source.string(), all)).pure) continue;
    each_line(source, [&](int number, const std::string& line) {
      for (const auto& [pattern, why] : breakers) {
        if (std::regex_search(line, pattern)) {
          FAIL_CHECK(source.string() << ":" << number << ": " << why << ": " << line);
        }
      }
      // The mailbox is the only lock in the simulator.
      if (source.string().rfind("sim/kernel/mailbox", 0) != 0 &&
          std::regex_search(line,
                            std::regex(R"(std::(mutex|shared_mutex|condition_variable)\b)"))) {
        FAIL_CHECK(source.string() << ":" << number << ": a lock outside the mailbox");
      }
    });
  }
}

TEST_CASE("tidy: ARCHITECTURE.md shows every room and no other") {
  const std::string text = read(kRoot / "ARCHITECTURE.md");
  const auto all = rooms();
  for (const auto& [name, unused] : all) {
    INFO("ARCHITECTURE.md has no row for " << name);
    CHECK(text.find("| `" + name + "`") != std::string::npos);
  }
  const std::regex row(R"(\n\| `([a-z_/]+)`)");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    INFO("ARCHITECTURE.md has a row for " << (*it)[1].str() << ", which is no room");
    CHECK(all.count((*it)[1].str()) == 1);
  }
}

TEST_CASE("tidy: the last column of ARCHITECTURE.md's map is what CMakeLists.txt lets a room use") {
  const std::string text = read(kRoot / "ARCHITECTURE.md");
  const auto all = rooms();
  const std::regex row(R"(\n\| `([a-z_/]+)` \|[^\n]*\| ([^|\n]*) \|(?=\n))");
  std::size_t rows = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    const std::string room = (*it)[1].str();
    if (all.count(room) == 0) continue;  // said by another test
    ++rows;
    std::set<std::string> shown;
    std::string words = (*it)[2].str();
    std::replace(words.begin(), words.end(), ',', ' ');
    std::istringstream names(words);
    for (std::string name; names >> name;) {
      if (name == "nothing") continue;
      // A name without a folder is of the same one.
      const std::string beside = room.substr(0, room.find('/') + 1) + name;
      shown.insert(all.count(name) == 0 ? beside : name);
    }
    INFO("ARCHITECTURE.md: " << room << " may use \"" << (*it)[2].str() << "\"");
    CHECK(shown == all.at(room).uses);
  }
  CHECK(rows == all.size());
}

TEST_CASE("tidy: every header starts with #pragma once, and a .cpp file with its own header") {
  const std::regex include(R"re(#include "([^"]+)")re");
  for (const fs::path& source : sources()) {
    const std::string text = read(kRoot / source);
    if (source.extension() == ".h") {
      INFO(source.string());
      CHECK(text.find("#pragma once") != std::string::npos);
      continue;
    }
    fs::path own = source;
    own.replace_extension(".h");
    if (!fs::exists(kRoot / own)) continue;
    std::smatch first;
    INFO(source.string());
    REQUIRE(std::regex_search(text, first, include));
    CHECK(first[1].str() == own.string());
  }
}
