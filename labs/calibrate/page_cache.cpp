#include "labs/calibrate/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

namespace inferlab::labs {
namespace {
namespace fs = std::filesystem;

/// Opens the file, or each one of the folder, and hands it over with its size.
void each_file(const std::string& path, const std::function<void(int fd, std::size_t)>& visit) {
  std::vector<fs::path> files = {path};
  std::error_code error;
  if (fs::is_directory(path, error)) {
    files.clear();
    for (const auto& entry : fs::directory_iterator(path, error)) files.push_back(entry.path());
  }
  for (const fs::path& file : files) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      visit(fd, static_cast<std::size_t>(status.st_size));
    }
    ::close(fd);
  }
}

}  // namespace

void drop_from_page_cache(const std::string& path) {
  each_file(path, [](int fd, std::size_t) {
    ::fdatasync(fd);  // pages that are not written yet would stay
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  });
}

double part_in_page_cache(const std::string& path) {
  std::size_t pages = 0;
  std::size_t resident = 0;
  each_file(path, [&](int fd, std::size_t size) {
    const auto page = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_PAGESIZE)));
    std::vector<unsigned char> is_resident((size - 1) / page + 1, 1);
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) {
      ::mincore(mapped, size, is_resident.data());
      ::munmap(mapped, size);
    }
    pages += is_resident.size();
    resident += static_cast<std::size_t>(
        std::ranges::count_if(is_resident, [](unsigned char bits) { return (bits & 1U) != 0; }));
  });
  return pages > 0 ? static_cast<double>(resident) / static_cast<double>(pages) : 1.0;
}

}  // namespace inferlab::labs
