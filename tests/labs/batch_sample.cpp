#include "tests/labs/batch_sample.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>
#include <thread>

#include "labs/grade/batch/child.h"
#include "tests/labs/small_lab.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::size_t kHogsAtMost = std::size_t{2} << 30;  // of address space, hardly touched

[[noreturn]] void hog() {
  std::set_new_handler([] { ::_exit(kChildNoMemory); });
  constexpr std::size_t kPiece = std::size_t{64} << 20;
  for (std::size_t had = 0; had < kHogsAtMost; had += kPiece) {
    char* const piece = new char[kPiece];  // NOLINT: it is never given back
    *static_cast<volatile char*>(piece) = 1;
  }
  ::_exit(0);
}

[[noreturn]] void flood() {
  const std::string much(std::size_t{1} << 16, 'x');
  for (;;) {
    if (::write(kReportDescriptor, much.data(), much.size()) < 0) ::_exit(0);
    if (::write(STDOUT_FILENO, much.data(), much.size()) < 0) ::_exit(0);
  }
}

void misbehave(const std::string& name) {
  if (name == "crash") std::raise(SIGSEGV);
  if (name == "hog") hog();
  if (name == "flood") flood();
  if (name == "slow") std::this_thread::sleep_for(std::chrono::seconds(1));
  volatile bool forever = name == "loop";
  while (forever) {
  }
}

}  // namespace

// Not a test: what a child of the tests' batches runs. Its name begins as no pattern for tests
// does, which would run it too.
TEST_CASE("(child of a batch)", "[.batch-child]") {
  if (::fcntl(kReportDescriptor, F_GETFD) < 0) return;  // nobody listens
  std::string text;
  std::array<char, 4096> bytes{};
  for (ssize_t got = 1; got > 0;) {
    got = ::read(kTaskDescriptor, bytes.data(), bytes.size());
    if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  const auto task = read_task(text);
  if (!task) ::_exit(kChildNotStarted);
  misbehave(task->name);
  int ends[2];
  if (::pipe(ends) != 0 || ::write(ends[1], text.data(), text.size()) < 0) ::_exit(1);
  ::close(ends[1]);
  ::_exit(run_child(ends[0], kReportDescriptor));
}

BatchSample::BatchSample() {
  std::filesystem::create_directories(folder());
  dir_.write("small/lab.yaml", std::string(kSmallLab));
  dir_.write("small/starter/deployment.yaml", wrong_answer());
  dir_.write("small/solution/deployment.yaml", right_answer());
}

void BatchSample::hand_in(const std::string& name, const std::string& text,
                          const std::string& file) const {
  dir_.write("class/" + name + "/" + file, text);
}

BatchOptions BatchSample::options() const {
  BatchOptions out;
  out.lab = dir_.path() + "/small";
  out.folder = folder();
  out.jobs = 2;
  out.program_version = "1";
  out.child_program = {"/proc/self/exe", "[.batch-child]"};
  return out;
}

BatchResult BatchSample::run(const BatchOptions& options) const {
  auto result = run_batch(options);
  if (!result) FAIL(result.error().message);
  return std::move(*result);
}

std::string right_answer() {
  return std::string(kFrontDeployment);
}

std::string wrong_answer() {
  std::string text(kFrontDeployment);
  const std::string name = "  name: front\n";
  return text.replace(text.find(name), name.size(), "  name: back\n");
}

std::map<std::string, Row> by_name(const BatchResult& result) {
  std::map<std::string, Row> out;
  for (const Row& row : result.table.rows) out[row.name] = row;
  return out;
}

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace inferlab::labs::batch
