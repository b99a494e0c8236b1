#include "tests/support/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace inferlab::testing {

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
  REQUIRE(descriptor_ >= 0);
  REQUIRE(::flock(descriptor_, LOCK_EX) == 0);
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

}  // namespace inferlab::testing
