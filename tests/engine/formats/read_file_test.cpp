#include "engine/formats/read_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/process.h"

namespace inferlab {
namespace {

using testing::TemporaryFolder;

TEST_CASE("read_file: the whole of a regular file, and of nothing else") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  std::ofstream(path) << "some bytes";
  const auto bytes = read_file(path, 10);
  REQUIRE(bytes.has_value());
  CHECK(bytes->size() == 10);
  CHECK(bytes->front() == std::byte{'s'});
  CHECK(bytes->back() == std::byte{'s'});

  const auto error_of = [](const std::string& name, std::size_t most) {
    const auto refused = read_file(name, most);
    REQUIRE_FALSE(refused.has_value());
    return refused.error();
  };
  CHECK(error_of(path, 9).message == path + ": has 10 bytes, more than 9");
  CHECK(error_of(path + "x", 10).kind == ErrorKind::kNotFound);
  CHECK(error_of(folder.path(), 10).message == folder.path() + ": is not a regular file");
  const std::string pipe = folder.path() + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of(pipe, 10).message == pipe + ": is not a regular file");
  // Of a size that is told, not of what more might come.
  CHECK(read_file("/proc/self/status", 10).value().empty());
}

}  // namespace
}  // namespace inferlab
