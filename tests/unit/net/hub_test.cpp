// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Loopback sockets; TLS is tested with the head-end (tests/unit/hes-stub/tls_test.cpp).
#include "net/hub.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "net/socket.hpp"

// In front of the system's: what it answers can be chosen.
namespace {
int accepts = 0;
int accepts_fail_with = 0;  // errno
}  // namespace
extern "C" int accept(int door, sockaddr* from, socklen_t* length) {
  ++accepts;
  if (accepts_fail_with == 0) return accept4(door, from, length, 0);
  errno = accepts_fail_with;
  return -1;
}

namespace net {
namespace {

protocol::Bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class HubTest : public testing::Test, protected Hub::Events {
 protected:
  void on_connected(Hub::Handle connection, std::uint32_t tag, std::string_view) override {
    connected.push_back(connection);
    tags.push_back(tag);
  }
  void on_received(Hub::Handle connection, protocol::Bytes octets) override {
    received.append(octets.begin(), octets.end());
    if (answers) hub->send(connection, octets);
    if (closes) hub->close(connection);
  }
  void on_hung_up(Hub::Handle connection) override { hung_up.push_back(connection); }
  void on_time() override {
    ++alarms;
    if (at_time) at_time();
  }
  void on_exhausted(const std::string& sentence) override { exhausted.push_back(sentence); }

  void poll_until(const std::function<bool()>& done) {
    while (!done()) hub->poll(10);
  }

  std::unique_ptr<Hub> hub = Hub::make(*this);
  std::vector<Hub::Handle> connected;
  std::vector<std::uint32_t> tags;
  std::vector<Hub::Handle> hung_up;
  std::vector<std::string> exhausted;
  std::string received;
  bool answers = false;
  bool closes = false;
  int alarms = 0;
  std::function<void()> at_time;
};

TEST_F(HubTest, AnAcceptedConnectionBringsItsListenersTag) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 7);
  Socket socket = Socket::connect({"127.0.0.1", port});
  socket.write(bytes("hello"));
  poll_until([&] { return received == "hello"; });
  EXPECT_EQ(tags, std::vector<std::uint32_t>{7});
  socket = Socket();
  poll_until([&] { return !hung_up.empty(); });
  EXPECT_EQ(hung_up, connected);
}

TEST_F(HubTest, WhatIsSentBeforeTheConnectionStandsComesAfterwards) {
  Listener listener({"127.0.0.1", 0});
  const Hub::Handle dialled = hub->dial({"127.0.0.1", listener.port()}, 3);
  hub->send(dialled, bytes("early"));
  poll_until([&] { return !connected.empty(); });
  hub->poll(10);
  Socket socket = listener.accept();
  std::uint8_t octets[5];
  socket.read(octets);
  EXPECT_EQ(std::string(octets, octets + 5), "early");
  EXPECT_EQ(connected, std::vector<Hub::Handle>{dialled});
}

TEST_F(HubTest, NobodyThereIsAHangUpWithoutAConnection) {
  std::uint16_t port = 0;
  {
    Listener listener({"127.0.0.1", 0});
    port = listener.port();
  }
  const Hub::Handle dialled = hub->dial({"127.0.0.1", port}, 0);
  poll_until([&] { return !hung_up.empty(); });
  EXPECT_EQ(hung_up, std::vector<Hub::Handle>{dialled});
  EXPECT_TRUE(connected.empty());
}

TEST_F(HubTest, TheLastAnswerGoesOutBeforeTheClose) {
  answers = closes = true;
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 0);
  Socket socket = Socket::connect({"127.0.0.1", port});
  socket.write(bytes("why"));
  poll_until([&] { return received == "why"; });
  for (int i = 0; i < 3; ++i) hub->poll(10);
  std::uint8_t octets[3];
  socket.read(octets);
  EXPECT_EQ(std::string(octets, octets + 3), "why");
  EXPECT_FALSE(socket.read_or_end(octets));
  EXPECT_TRUE(hung_up.empty());  // we closed it
}

// More than the other end has said so far must not cost it the answer: a reset would.
TEST_F(HubTest, fault_27_the_last_answer_reaches_who_still_sends) {
  answers = closes = true;
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 0);
  Socket socket = Socket::connect({"127.0.0.1", port});
  const std::string much(200'000, 'x');
  socket.write(bytes(much.substr(0, 1000)));
  poll_until([&] { return !received.empty(); });
  for (std::size_t at = 0; at < much.size(); at += 20'000) {
    socket.write(bytes(much.substr(at, 20'000)));
    for (int i = 0; i < 3; ++i) hub->poll(1);
  }
  std::string answer(received.size(), ' ');
  socket.read({reinterpret_cast<std::uint8_t*>(answer.data()), answer.size()});
  EXPECT_EQ(answer, received);
  std::uint8_t more[1];
  EXPECT_FALSE(socket.read_or_end(more));
}

TEST_F(HubTest, fault_27_a_paused_connection_waits_and_loses_nothing) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 0);
  Socket socket = Socket::connect({"127.0.0.1", port});
  poll_until([&] { return !connected.empty(); });
  hub->pause(connected[0], true);
  socket.write(bytes("0123456789"));
  for (int i = 0; i < 5; ++i) hub->poll(5);
  const std::size_t at_most = received.size();
  EXPECT_LE(at_most, 10u);  // a read that was under way may still bring something
  socket.write(bytes(std::string(5000, 'x')));
  for (int i = 0; i < 5; ++i) hub->poll(5);
  EXPECT_EQ(received.size(), at_most);
  hub->pause(connected[0], false);
  poll_until([&] { return received.size() == 5010; });
  EXPECT_EQ(received, "0123456789" + std::string(5000, 'x'));
}

// Up to the limit of open files, which it lowers so that there is not much to take.
class TakenDescriptors {
 public:
  TakenDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    const int next = dup(0);
    low.rlim_cur = static_cast<rlim_t>(next) + 8;
    close(next);
    setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = dup(0); fd >= 0; fd = dup(0)) taken_.push_back(fd);
  }
  ~TakenDescriptors() {
    while (!taken_.empty()) give_back();
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  void give_back() {
    close(taken_.back());
    taken_.pop_back();
  }
  rlim_t limit() const {
    rlimit now{};
    getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

// Out of descriptors while it serves: said once, with the limit; who is connected is served on, and
// who knocked is let in as soon as there is a descriptor again.
TEST_F(HubTest, WithoutDescriptorsItSaysSoAndGoesOnLater) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 7);
  Socket first = Socket::connect({"127.0.0.1", port});
  poll_until([&] { return connected.size() == 1; });
  TakenDescriptors taken;
  taken.give_back();  // for the caller's own end
  Socket second = Socket::connect({"127.0.0.1", port});
  second.write(bytes("second"));
  poll_until([&] { return !exhausted.empty(); });
  for (int i = 0; i < 30; ++i) hub->poll(10);  // some more tries
  ASSERT_EQ(exhausted.size(), 1u);
  EXPECT_EQ(exhausted[0], "no descriptor is left of " + std::to_string(taken.limit()) +
                              ": further callers wait until others leave; allowed: a higher limit "
                              "(ulimit -n)");
  first.write(bytes("first"));
  poll_until([&] { return received == "first"; });
  EXPECT_EQ(connected.size(), 1u);
  taken.give_back();
  poll_until([&] { return received == "firstsecond"; });
  EXPECT_EQ(connected.size(), 2u);
  EXPECT_TRUE(hung_up.empty());
}

// Whatever fails again at once is tried with pauses: there would be nothing but tries otherwise.
TEST_F(HubTest, WhatKeepsFailingIsToldOnceAndTriedWithPauses) {
  for (const int why : {ENOBUFS, ENOMEM, ENFILE}) {
    hub = Hub::make(*this);
    exhausted.clear();
    received.clear();
    const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 7);
    accepts_fail_with = why;
    Socket caller = Socket::connect({"127.0.0.1", port});
    caller.write(bytes("hello"));
    poll_until([&] { return !exhausted.empty(); });
    accepts = 0;
    constexpr int kPolls = 6;
    for (int i = 0; i < kPolls; ++i) hub->poll(60);
    EXPECT_LE(accepts, kPolls);
    EXPECT_GE(accepts, 1);
    ASSERT_EQ(exhausted.size(), 1u);
    EXPECT_EQ(exhausted[0], std::string(std::strerror(why)) + ": further callers wait");
    accepts_fail_with = 0;
    poll_until([&] { return received == "hello"; });
  }
}

// One that went away before it was let in is no reason to keep the next one waiting.
TEST_F(HubTest, ACallerThatWentAwayIsPassedOver) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 7);
  Socket caller = Socket::connect({"127.0.0.1", port});
  accepts_fail_with = EHOSTUNREACH;
  hub->poll(10);
  accepts_fail_with = 0;
  caller.write(bytes("hello"));
  poll_until([&] { return received == "hello"; });
  EXPECT_TRUE(exhausted.empty());
}

// Who was let in is no stranger any more: as many as come, none takes another's place.
TEST_F(HubTest, CallersThatWereLetInMakeNoRoomForOthers) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 7);
  std::vector<Socket> callers;
  while (callers.size() < 70) {
    callers.push_back(Socket::connect({"127.0.0.1", port}));
    poll_until([&] { return connected.size() == callers.size(); });
  }
  callers.front().write(bytes("first"));
  poll_until([&] { return received == "first" || !hung_up.empty(); });
  EXPECT_EQ(received, "first");
  EXPECT_TRUE(hung_up.empty());
}

TEST_F(HubTest, ATakenPortIsNamed) {
  const std::uint16_t port = hub->listen({"127.0.0.1", 0}, 0);
  try {
    hub->listen({"127.0.0.1", port}, 1);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(port)),
              std::string::npos);
  }
}

TEST_F(HubTest, AnAlarmInThePastComesAtOnceAndOnce) {
  hub->wake_at(1);
  poll_until([&] { return alarms != 0; });
  hub->poll(1);
  EXPECT_EQ(alarms, 1);
}

TEST_F(HubTest, SignalsMeanAfterwardsWhatTheyDidAndTheDeafStayDeaf) {
  struct sigaction ours {
  }, deaf{}, now{}, term{}, interrupt{};
  ours.sa_handler = [](int) {};
  deaf.sa_handler = SIG_IGN;
  sigaction(SIGTERM, &ours, &term);
  sigaction(SIGINT, &deaf, &interrupt);
  at_time = [&] {
    raise(alarms == 1 ? SIGINT : SIGTERM);
    if (alarms == 1) hub->wake_at(1);
  };
  hub->wake_at(1);
  hub->run();
  EXPECT_EQ(alarms, 2) << "nobody asked to hear SIGINT";
  sigaction(SIGTERM, &term, &now);
  EXPECT_EQ(now.sa_handler, ours.sa_handler);
  sigaction(SIGINT, &interrupt, &now);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace net
