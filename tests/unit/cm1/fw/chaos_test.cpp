// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Everything at once: network losses, dead meters, power cuts, hostile octets. Safety while it
// happens, completeness after it healed.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/rigs/cm1/world.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace cm1::fw::test {
namespace {

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : world_(seed), draws_(seed) {
    world_.provision.start_delay_s = 30;
    world_.provision.poll_period_s = 300;
    world_.provision.listen_port = 4060;
    world_.disturb_line = [this](Octets& octets) {
      if (noisy_ && !octets.empty() && draws_.below(8) == 0) {
        octets[draws_.below(octets.size())] ^= static_cast<std::uint8_t>(1 + draws_.below(255));
      }
    };
    world_.commission(world_.provision);
    world_.power_on();
  }

  void step() {
    disturb();
    world_.run_for(static_cast<std::int64_t>(1 + draws_.below(120)) * kSecond);
  }
  void heal() {
    world_.cell = world_.head_end_answers = world_.acknowledges = world_.meter.alive = true;
    world_.line_cut = noisy_ = false;
    world_.stack_octets = 4096;
    world_.cut_power_after_writes(-1);
    if (!world_.powered()) world_.power_on();
    world_.run_for(3 * 3600 * kSecond);
  }
  std::set<Octets> arrived() const {
    std::set<Octets> all;
    for (const Received& message : world_.received) {
      if (message.apdu[0] == 0xDB) all.insert(message.apdu);
    }
    return all;
  }
  const std::set<Octets>& made() const { return made_; }
  const World& world() const { return world_; }

 private:
  void disturb() {
    const int socket = world_.powered() ? world_.head_end_socket() : CM1_SOCKET_NONE;
    switch (draws_.below(16)) {
      case 0:
        world_.cell = !world_.cell;
        if (!world_.cell && socket != CM1_SOCKET_NONE) {
          world_.close_from_far_end(socket, CM1_CLOSED_NETWORK);
        }
        return;
      case 1:
        world_.head_end_answers = draws_.below(3) != 0;
        return;
      case 2:
        world_.acknowledges = draws_.below(3) != 0;
        return;
      case 3:
        world_.meter.alive = draws_.below(3) != 0;
        return;
      case 4:
        world_.meter.restart();
        return;
      case 5:
        world_.line_cut = draws_.below(3) == 0;
        return;
      case 6:
        if (world_.powered()) world_.cut_power_after_writes(1 + static_cast<int>(draws_.below(6)));
        return;
      case 7:
        if (!world_.powered()) world_.power_on();
        return;
      case 8:
        if (socket != CM1_SOCKET_NONE) world_.deliver(socket, draws_.octets(draws_.below(60)));
        return;
      case 9:
        if (socket != CM1_SOCKET_NONE) {
          Octets request = draws_.octets(1 + draws_.below(900));
          constexpr std::uint8_t kTags[] = {0x60, 0x62, 0xC0, 0xC1};
          request[0] = kTags[draws_.below(4)];
          world_.deliver_message(socket, static_cast<std::uint16_t>(draws_.below(200)), 1, request);
        }
        return;
      case 10:
        if (world_.powered()) world_.connect_in();
        return;
      case 11:
        world_.stack_octets = 300 + draws_.below(4000);
        return;
      case 12:
        noisy_ = draws_.below(2) == 0;
        return;
      case 13:
        if (world_.powered()) world_.noise_on_line(draws_.octets(draws_.below(80)));
        return;
      default: {
        Octets push = draws_.octets(20 + draws_.below(900));
        push[0] = 0xDB;
        made_.insert(push);
        world_.meter.pushes.push_back(push);
      }
    }
  }

  World world_;
  rigs::Draws draws_;
  std::set<Octets> made_;
  bool noisy_ = false;
};

TEST(Chaos, NoPushIsLostOrInvented) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Chaos chaos(seed);
    for (int i = 0; i < 400; ++i) chaos.step();
    chaos.heal();
    ASSERT_TRUE(chaos.world().powered());
    EXPECT_EQ(chaos.world().module().queue().dropped(), 0u);
    EXPECT_EQ(chaos.world().module().queue().waiting(), 0u);
    EXPECT_EQ(chaos.arrived(), chaos.made());
    EXPECT_TRUE(chaos.world().meter.pushes.empty());
  }
}

}  // namespace
}  // namespace cm1::fw::test
