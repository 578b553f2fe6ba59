// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The flash ring alone: against a plain list, with reboots and failing pages.
#include "cm1/fw/push_queue.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <optional>
#include <vector>

#include "protocol/crc32.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace cm1::fw {
namespace {

using Octets = std::vector<std::uint8_t>;

struct Flash {
  std::vector<std::uint8_t> octets =
      std::vector<std::uint8_t>(CM1_FLASH_PAGE_BYTES * CM1_FLASH_PAGES, 0xFF);
  int bad_page = -1;

  cm1_hal hal() {
    cm1_hal hal{};
    hal.context = this;
    hal.flash_read = [](void* c, std::uint32_t address, void* out, std::uint32_t n) {
      std::memcpy(out, static_cast<Flash*>(c)->octets.data() + address, n);
      return 0;
    };
    hal.flash_write = [](void* c, std::uint32_t address, const void* data, std::uint32_t n) {
      Flash& flash = *static_cast<Flash*>(c);
      if (static_cast<int>(address / CM1_FLASH_PAGE_BYTES) == flash.bad_page) return -1;
      for (std::uint32_t i = 0; i < n; ++i) {
        flash.octets[address + i] &= static_cast<const std::uint8_t*>(data)[i];
      }
      return 0;
    };
    hal.flash_erase = [](void* c, std::uint32_t page) {
      Flash& flash = *static_cast<Flash*>(c);
      if (static_cast<int>(page) == flash.bad_page) return -1;
      std::memset(flash.octets.data() + page * CM1_FLASH_PAGE_BYTES, 0xFF, CM1_FLASH_PAGE_BYTES);
      return 0;
    };
    return hal;
  }
};

TEST(Crc32, CheckValue) {
  const Octets digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(protocol::crc32(digits), 0xCBF43926u);
}

// Whatever happens in whatever order, what comes out is what a list would give.
TEST(PushQueue, BehavesAsAListThroughReboots) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    rigs::Draws draws(seed);
    Flash flash;
    const cm1_hal hal = flash.hal();
    const Platform platform(hal);
    std::optional<PushQueue> queue(std::in_place, platform);
    queue->mount();
    std::deque<Octets> model;
    std::size_t in_flight = 0;
    std::uint8_t number = 0;
    Octets buffer(kMaxApdu);
    for (int step = 0; step < 6'000; ++step) {
      switch (draws.below(8)) {
        case 0:
        case 1:
        case 2: {
          if (model.size() > 60) break;  // never full here
          const std::size_t most = draws.below(8) == 0 ? kMaxApdu : 600;
          const Octets apdu(1 + draws.below(most), ++number);
          ASSERT_TRUE(queue->store(apdu));
          model.push_back(apdu);
          break;
        }
        case 3:
        case 4: {
          const Bytes next = queue->next_unsent(buffer);
          if (in_flight == model.size()) {
            ASSERT_TRUE(next.empty());
          } else {
            ASSERT_EQ(Octets(next.begin(), next.end()), model[in_flight]) << "step " << step;
            queue->mark_sent();
            ++in_flight;
          }
          break;
        }
        case 5:
        case 6:
          if (in_flight == 0) break;
          queue->confirm();
          model.pop_front();
          --in_flight;
          break;
        default:
          if (draws.below(4) == 0) {
            queue->rewind();
            in_flight = 0;
          } else if (draws.below(4) == 0) {
            queue.emplace(platform);
            queue->mount();
            in_flight = 0;
            ASSERT_EQ(queue->damaged(), 0u);
          }
      }
      ASSERT_EQ(queue->waiting(), model.size()) << "step " << step;
      ASSERT_EQ(queue->in_flight(), in_flight);
    }
    EXPECT_EQ(queue->dropped(), 0u);
  }
}

// A ring that overflows while pushes are in flight: the confirmations of those given up must not
// take others along.
TEST(PushQueue, OverflowWhileInFlight) {
  Flash flash;
  const cm1_hal hal = flash.hal();
  const Platform platform(hal);
  PushQueue queue(platform);
  queue.mount();
  Octets buffer(kMaxApdu);
  for (std::uint8_t i = 0; i < 62; ++i) ASSERT_TRUE(queue.store(Octets(2000, i)));  // 2 a page
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(queue.next_unsent(buffer).empty());
    queue.mark_sent();
  }
  ASSERT_TRUE(queue.store(Octets(2000, 62)));  // the page of 0 and 1 goes
  EXPECT_EQ(queue.dropped(), 2u);
  EXPECT_EQ(queue.in_flight(), 1u);
  for (int i = 0; i < 3; ++i) queue.confirm();
  EXPECT_EQ(queue.waiting(), 60u);
  const Bytes next = queue.next_unsent(buffer);
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next[0], 3);
}

TEST(PushQueue, OverflowAcrossARebootKeepsTheNewest) {
  Flash flash;
  const cm1_hal hal = flash.hal();
  const Platform platform(hal);
  std::optional<PushQueue> queue(std::in_place, platform);
  queue->mount();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(queue->store(Octets(2000, i & 0xFF)));
  const std::uint32_t waiting = queue->waiting();
  queue.emplace(platform);
  queue->mount();
  EXPECT_EQ(queue->waiting(), waiting);
  Octets buffer(kMaxApdu);
  for (std::uint32_t i = 0; i < waiting; ++i) {
    const Bytes next = queue->next_unsent(buffer);
    ASSERT_FALSE(next.empty());
    ASSERT_EQ(next[0], static_cast<std::uint8_t>(500 - waiting + i));
    queue->mark_sent();
  }
  EXPECT_TRUE(queue->next_unsent(buffer).empty());
}

TEST(PushQueue, AFailedPageIsSteppedOver) {
  Flash flash;
  const cm1_hal hal = flash.hal();
  const Platform platform(hal);
  PushQueue queue(platform);
  queue.mount();
  flash.bad_page = 3;
  Octets buffer(kMaxApdu);
  for (std::uint8_t i = 0; i < 20; ++i) ASSERT_TRUE(queue.store(Octets(2000, i)));
  for (std::uint8_t i = 0; i < 20; ++i) {
    const Bytes next = queue.next_unsent(buffer);
    ASSERT_FALSE(next.empty()) << int{i};
    ASSERT_EQ(next[0], i);
    queue.mark_sent();
  }
}

TEST(PushQueue, ADeadFlashRefuses) {
  Flash flash;
  cm1_hal hal = flash.hal();
  hal.flash_erase = [](void*, std::uint32_t) { return -1; };
  hal.flash_write = [](void*, std::uint32_t, const void*, std::uint32_t) { return -1; };
  const Platform platform(hal);
  PushQueue queue(platform);
  queue.mount();
  EXPECT_FALSE(queue.store(Octets(100, 1)));
  EXPECT_FALSE(queue.store({}));
  EXPECT_FALSE(queue.store(Octets(kMaxApdu + 1, 1)));
  EXPECT_EQ(queue.waiting(), 0u);
}

// Any content at all: mounted without harm, usable afterwards.
TEST(PushQueue, RandomFlashContentIsSurvived) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    rigs::Draws draws(seed);
    Flash flash;
    const cm1_hal hal = flash.hal();
    const Platform platform(hal);
    {
      PushQueue queue(platform);
      queue.mount();
      for (int i = 0; i < 40; ++i) ASSERT_TRUE(queue.store(Octets(700, 1)));
    }
    for (int i = 0; i < 300; ++i) {
      flash.octets[draws.below(flash.octets.size())] = draws.octet();
    }
    PushQueue queue(platform);
    queue.mount();
    const Octets fresh(500, 0x77);
    ASSERT_TRUE(queue.store(fresh));
    Octets buffer(kMaxApdu), last;
    for (Bytes next; !(next = queue.next_unsent(buffer)).empty();) {
      last.assign(next.begin(), next.end());
      queue.mark_sent();
      queue.confirm();
    }
    ASSERT_EQ(last, fresh);
    ASSERT_EQ(queue.waiting(), 0u);
  }
}

}  // namespace
}  // namespace cm1::fw
