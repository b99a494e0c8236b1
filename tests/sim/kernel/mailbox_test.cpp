#include "sim/kernel/mailbox.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace inferlab::sim;
using namespace std::chrono_literals;

TEST_CASE("Mailbox: call() runs on the owner's thread and brings the value back") {
  Mailbox mailbox;
  std::optional<std::thread::id> ran_on;
  std::optional<int> answer;
  std::thread caller([&] {
    answer = mailbox.call([&] {
      ran_on = std::this_thread::get_id();
      return 42;
    });
  });
  while (mailbox.drain() == 0) mailbox.wait(1s);
  caller.join();
  CHECK(answer == 42);
  CHECK(ran_on == std::this_thread::get_id());
}

TEST_CASE("Mailbox: closing it wakes those who wait, empty-handed") {
  Mailbox mailbox;
  std::optional<int> answer = 1;
  std::thread caller([&] { answer = mailbox.call([] { return 42; }); });
  mailbox.wait(10s);  // until the command is there
  mailbox.close();
  caller.join();
  CHECK_FALSE(answer.has_value());
  CHECK_FALSE(mailbox.post([] {}));
}

TEST_CASE("Mailbox: commands of one thread keep their order") {
  Mailbox mailbox;
  std::vector<int> seen;
  for (int i = 0; i < 100; ++i) mailbox.post([&seen, i] { seen.push_back(i); });
  int settled = 0;
  CHECK(mailbox.drain([&] { ++settled; }) == 100);
  CHECK(settled == 100);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}
