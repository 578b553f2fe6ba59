// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Pages that rot: no number comes twice, though the page that kept it is gone. Found by
// fuzz_concentrator_disk.
#include <gtest/gtest.h>

#include "dcu/app/store/store.hpp"
#include "tests/rigs/concentrator/fake_disk.hpp"

namespace {

using namespace dcu::app;
using dcu_test::FakeDisk;

struct StandingClock final : Clock {
  UtcNs now() const override { return 1'767'571'200 * kNsPerSecond; }
  void arm(UtcNs) override {}
  void shift(UtcNs) override {}
};
struct Silent final : Observer {};

class LostPages : public testing::Test {
 protected:
  LostPages() {
    Commission commission_;
    commission_.id = "AMTDC0000000001";
    commission_.meters.resize(1);
    commission_.meters[0].serial = "0000000001";
    EXPECT_TRUE(commission(disk, commission_));
  }
  // A life that uses a number and reserves counters; where its last page is.
  void live(std::uint32_t reserved) {
    Store store(disk, clock, observer);
    ASSERT_TRUE(store.open());
    last_seq = store.mailbox().next_seq();
    store.meters()[0].counter_reserved = reserved;
    store.save_state(0);
    const std::vector<std::uint8_t> before = disk.octets;
    ASSERT_TRUE(store.commit());
    for (std::size_t at = 0; at < disk.octets.size(); ++at) {
      if (disk.octets[at] != before[at]) written = at / Disk::kPageOctets * Disk::kPageOctets;
    }
  }
  FakeDisk disk{64};
  StandingClock clock;
  Silent observer;
  std::uint64_t last_seq = 0;
  std::size_t written = 0;
};

TEST_F(LostPages, numbers_go_on_behind_a_newest_page_that_rotted) {
  live(1000);
  live(2000);
  const std::uint64_t used = last_seq;
  disk.octets[written + 5] ^= 0x40;  // in the head of the newest page
  Store store(disk, clock, observer);
  ASSERT_TRUE(store.open());
  EXPECT_GT(store.mailbox().next_seq(), used);
  EXPECT_GE(store.meters()[0].counter_reserved, 2000u);
}

TEST_F(LostPages, numbers_go_on_behind_a_page_in_the_middle_that_rotted) {
  live(1000);
  const std::size_t page = written;
  const std::uint64_t used = last_seq;
  {
    Store store(disk, clock, observer);  // a batch of its own: that it started
    ASSERT_TRUE(store.open());
  }
  disk.octets[page + 60] ^= 0x40;  // content
  Store store(disk, clock, observer);
  ASSERT_TRUE(store.open());
  EXPECT_GT(store.mailbox().next_seq(), used);
  EXPECT_EQ(store.meters()[0].counter_reserved, 0u);  // the meter is asked
}

// A ninth profile had the places of the next meter's first.
TEST(Chunks, OfEveryProfileAndMeterAreKeptApart) {
  FakeDisk disk{64};
  StandingClock clock;
  Silent observer;
  Commission two;
  two.id = "AMTDC0000000001";
  two.meters.resize(2);
  two.meters[0].serial = "0000000001";
  two.meters[1].serial = "0000000002";
  ASSERT_TRUE(commission(disk, two));
  Store store(disk, clock, observer);
  ASSERT_TRUE(store.open());
  const auto mark = [](MeterIndex meter, std::size_t profile) {
    Chunk chunk;
    chunk.rows.resize(1);
    chunk.rows[0].capture_counter = static_cast<std::uint32_t>(100 * meter + profile + 1);
    return chunk;
  };
  for (MeterIndex meter = 0; meter < 2; ++meter) {
    for (std::size_t p = 0; p < kProfiles; ++p) {
      store.add_chunk(meter, static_cast<Profile>(p), mark(meter, p));
    }
  }
  ASSERT_TRUE(store.commit());
  for (MeterIndex meter = 0; meter < 2; ++meter) {
    for (std::size_t p = 0; p < kProfiles; ++p) {
      const auto profile = static_cast<Profile>(p);
      const auto chunk = store.chunk(meter, profile, store.meters()[meter].profiles[p].oldest);
      ASSERT_TRUE(chunk) << meter << ' ' << p;
      EXPECT_EQ(chunk->rows, mark(meter, p).rows) << meter << ' ' << p;
    }
  }
}

}  // namespace
