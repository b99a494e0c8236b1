// Where reports are written to: files are replaced whole, what is no file is never replaced.
#include "labs/spec/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
  return *read_text_file(path, 1 << 20);
}

std::size_t entries(const TempDir& dir) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(dir.path())) ++count;
  return count;
}

}  // namespace

TEST_CASE("text file: a device is written to and stays a device") {
  REQUIRE(write_text_file("/dev/null", "gone").has_value());
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(check_writable("/dev/null").has_value());
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("text file: a pipe gets the text") {
  const TempDir dir;
  const std::string pipe = dir.path() + "/pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::string got(5, '\0');
  ssize_t size = 0;
  std::thread reader([&] {
    const int from = open(pipe.c_str(), O_RDONLY);
    size = read(from, got.data(), got.size());
    close(from);
  });
  const Result<void> written = write_text_file(pipe, "hello");
  reader.join();
  CHECK(written.has_value());
  CHECK(size == 5);
  CHECK(got == "hello");
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("text file: links are followed, whether or not something is there") {
  const TempDir dir;
  dir.write("real", "old");
  fs::create_symlink("real", dir.path() + "/link");
  fs::create_symlink("not-yet", dir.path() + "/dangling");
  fs::create_symlink("loop", dir.path() + "/loop");
  REQUIRE(write_text_file(dir.path() + "/link", "new").has_value());
  CHECK(fs::is_symlink(dir.path() + "/link"));
  CHECK(text_of(dir.path() + "/real") == "new");
  REQUIRE(write_text_file(dir.path() + "/dangling", "made").has_value());
  CHECK(fs::is_symlink(dir.path() + "/dangling"));
  CHECK(text_of(dir.path() + "/not-yet") == "made");
  CHECK(write_text_file(dir.path() + "/loop", "x").error().kind == ErrorKind::kInvalid);
  CHECK(entries(dir) == 5);
}

TEST_CASE("text file: a file keeps its mode, and a link put in the way is not followed") {
  const TempDir dir;
  const std::string path = dir.write("report", "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  const std::string victim = dir.write("victim", "safe");
  fs::create_symlink(victim, path + "." + std::to_string(getpid()) + "-0.tmp");
  REQUIRE(write_text_file(path, "new").has_value());
  CHECK(text_of(path) == "new");
  CHECK(text_of(victim) == "safe");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("text file: what cannot be written is said before the work, and leaves nothing") {
  const TempDir dir;
  for (const std::string& path :
       {dir.path(), dir.path() + "/no/such", std::string("/dev/null/x")}) {
    INFO(path);
    REQUIRE_FALSE(check_writable(path).has_value());
    CHECK(check_writable(path).error().kind == ErrorKind::kInvalid);
    CHECK_FALSE(write_text_file(path, "x").has_value());
  }
  CHECK(check_writable(dir.path() + "/report").has_value());
  CHECK(entries(dir) == 0);
}
