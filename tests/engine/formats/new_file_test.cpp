#include "engine/formats/new_file.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/process.h"

namespace inferlab {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string content(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::ptrdiff_t num_files(const std::string& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST_CASE("NewFile: appears whole, with commit(), and never over another unasked") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/a";
  {
    auto file = NewFile::create(path, /*overwrite=*/false);
    REQUIRE(file.has_value());
    REQUIRE(file->write(bytes("one")).has_value());
    CHECK_FALSE(fs::exists(path));
    CHECK(content(file->temporary_path()) == "one");
    REQUIRE(file->commit().has_value());
    CHECK(content(path) == "one");
  }
  CHECK(num_files(folder.path()) == 1);
  CHECK(NewFile::create(path, false).error().kind == ErrorKind::kConflict);
  {
    auto file = NewFile::create(path, /*overwrite=*/true);
    REQUIRE(file.has_value());
    REQUIRE(file->write(bytes("two")).has_value());
    CHECK(content(path) == "one");
    REQUIRE(file->commit().has_value());
  }
  CHECK(content(path) == "two");
  CHECK(num_files(folder.path()) == 1);
}

TEST_CASE("NewFile: what is not committed leaves nothing; what came in between stays") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/a";
  {
    auto file = NewFile::create(path, false);
    REQUIRE(file.has_value());
    REQUIRE(file->write(bytes("one")).has_value());
  }
  CHECK(num_files(folder.path()) == 0);
  {
    auto file = NewFile::create(path, false);
    auto other = NewFile::create(path, false);
    REQUIRE((file.has_value() && other.has_value()));
    CHECK(file->temporary_path() != other->temporary_path());
    REQUIRE(other->write(bytes("theirs")).has_value());
    REQUIRE(other->commit().has_value());
    const Result<void> late = file->commit();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().kind == ErrorKind::kConflict);
  }
  CHECK(content(path) == "theirs");
  CHECK(num_files(folder.path()) == 1);
}

TEST_CASE("NewFile: a place where no file can be is refused") {
  const testing::TemporaryFolder folder;
  CHECK(NewFile::create(folder.path() + "/none/a", false).error().kind == ErrorKind::kInvalid);
  CHECK(NewFile::create(folder.path() + "/", false).error().kind == ErrorKind::kConflict);
  CHECK(NewFile::create(folder.path(), true).error().kind == ErrorKind::kInvalid);
  CHECK(NewFile::create("/dev/full", true).error().kind == ErrorKind::kInvalid);
  CHECK(NewFile::create("", false).error().kind == ErrorKind::kInvalid);
}

}  // namespace
}  // namespace inferlab
