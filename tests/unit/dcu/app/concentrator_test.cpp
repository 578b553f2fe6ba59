// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The whole with its base node, over a modem that nobody answers.
#include "dcu/app/concentrator.hpp"

#include <gtest/gtest.h>

#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "tests/rigs/concentrator/fake_disk.hpp"

namespace dcu_test {
namespace {

using namespace dcu::app;

struct Surroundings final : Clock, Wan, Random, Log, protocol::prime::ModemPort, Observer {
  UtcNs now() const override { return time; }
  void arm(UtcNs at) override { armed = at; }
  void shift(UtcNs by) override { time += by; }
  StreamId dial() override { return ++dials; }
  bool send(StreamId, protocol::Bytes) override { return true; }
  void close(StreamId) override { ++closed; }
  void fill(protocol::MutableBytes out) override {
    for (std::uint8_t& octet : out) octet = ++drawn;
  }
  void line(UtcNs, std::string_view) override {}
  std::int64_t now_us() override { return time / 1000; }
  bool send(protocol::Bytes, protocol::prime::Scheme, unsigned) override { return true; }
  bool busy() override { return false; }
  void set_filter(std::span<const protocol::prime::FilterRule>) override {}
  void search(bool) override {}
  std::size_t heard(std::span<protocol::prime::HeardBeacon>) override { return 0; }
  void watch(const protocol::prime::BeaconWatch*) override {}
  bool frame_time(protocol::prime::FrameTime&) override { return false; }
  void set_beacon(const protocol::prime::BeaconPlan* plan) override {
    if (plan != nullptr) ++beacons;
  }

  UtcNs time = INT64_C(1'767'571'200'000'000'000);
  UtcNs armed = kNever;
  std::uint64_t dials = 0;
  unsigned closed = 0;
  unsigned beacons = 0;
  std::uint8_t drawn = 0;
  FakeDisk disk{64};
  protocol::crypto::OpensslEngine crypto{[](protocol::MutableBytes) {}};
  Ports ports() { return {*this, disk, *this, *this, *this, crypto, *this}; }
  void run_for(Concentrator& concentrator, std::int64_t seconds) {
    const UtcNs until = time + seconds * INT64_C(1'000'000'000);
    for (int turns = 0; armed <= until; ++turns) {
      ASSERT_LT(turns, 100'000);
      time = std::max(time, armed);
      concentrator.on_timer();
    }
    time = until;
  }
};

Commission some_commission() {
  Commission commission;
  commission.id = "AMTDC0000000001";
  commission.eui48 = {2, 0x41, 0x44, 0, 0, 1};
  commission.meters.resize(3);
  for (int k = 0; k < 3; ++k)
    commission.meters[static_cast<std::size_t>(k)].serial = "100000000" + std::to_string(k);
  return commission;
}

TEST(Concentrator, DoesNotStartFromAnEmptyDisk) {
  Surroundings around;
  Concentrator concentrator(around.ports(), around);
  EXPECT_FALSE(concentrator.boot());
  concentrator.on_timer();
  concentrator.on_stream_data(1, {});
  EXPECT_FALSE(concentrator.counters());
}

TEST(Concentrator, StartsItsSubnetworkAndDials) {
  Surroundings around;
  ASSERT_TRUE(commission(around.disk, some_commission()));
  for (unsigned life = 1; life <= 3; ++life) {
    Concentrator concentrator(around.ports(), around);
    ASSERT_TRUE(concentrator.boot());
    around.run_for(concentrator, 60);
    EXPECT_GE(around.beacons, life);
    EXPECT_GE(around.dials, life);
    EXPECT_TRUE(concentrator.nodes().empty());
  }
}

TEST(Concentrator, IsBuiltAnewAfterItsDiskFailed) {
  Surroundings around;
  ASSERT_TRUE(commission(around.disk, some_commission()));
  Concentrator concentrator(around.ports(), around);
  ASSERT_TRUE(concentrator.boot());
  around.run_for(concentrator, 30);
  around.disk.cut_at_write = around.disk.writes + 1;
  around.disk.cut_after_octets = 100;
  const std::uint64_t dials = around.dials;
  around.run_for(concentrator, 24 * 3600);
  EXPECT_TRUE(around.disk.dead);  // nothing more is done on a disk that fails
  around.disk.dead = false;
  around.run_for(concentrator, 60);
  EXPECT_GT(around.dials, dials);
  EXPECT_TRUE(concentrator.counters());
}

}  // namespace
}  // namespace dcu_test
