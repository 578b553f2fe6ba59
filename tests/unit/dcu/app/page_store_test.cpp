// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/page_store.hpp"

#include <gtest/gtest.h>

#include "tests/rigs/concentrator/fake_disk.hpp"

namespace {

using dcu::app::Octets;
using dcu::app::PageStore;
using dcu_test::Draws;
using dcu_test::FakeDisk;
using Model = std::map<PageStore::Key, Octets>;

Octets value_of(std::size_t octets, std::uint64_t seed) {
  Draws draws(seed);
  Octets value(octets);
  for (std::uint8_t& octet : value) octet = static_cast<std::uint8_t>(draws.next());
  return value;
}

Model content(const PageStore& store) {
  Model model;
  store.each(0, UINT64_MAX, [&](PageStore::Key key, const Octets& value) { model[key] = value; });
  return model;
}

// Drawn changes of a few keys, small and larger than a page.
PageStore::Batch drawn_batch(Draws& draws, Model& model) {
  PageStore::Batch batch;
  const std::uint64_t n = 1 + draws.below(6);
  for (std::uint64_t k = 0; k < n; ++k) {
    const PageStore::Key key = 1 + draws.below(40);
    if (draws.below(4) == 0) {
      batch.erase(key);
      model.erase(key);
      continue;
    }
    const std::size_t octets = draws.below(12) == 0 ? draws.below(9000) : draws.below(300);
    Octets value = value_of(octets, draws.next());
    model[key] = value;
    batch.put(key, std::move(value));
  }
  return batch;
}

TEST(PageStore, HoldsWhatWasCommittedAcrossARestart) {
  FakeDisk disk;
  PageStore store(disk);
  ASSERT_TRUE(store.format());
  PageStore::Batch batch;
  batch.put(7, {1, 2, 3});
  batch.put(8, value_of(20'000, 1));
  ASSERT_TRUE(store.commit(batch));
  PageStore again(disk);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(content(again), content(store));
  EXPECT_EQ(*again.find(8), value_of(20'000, 1));
}

TEST(PageStore, AnEmptyDiskIsNoStore) {
  FakeDisk disk;
  PageStore store(disk);
  EXPECT_FALSE(store.open());
}

TEST(PageStore, ADiskBelowTheLeastSizeIsRefused) {
  FakeDisk disk(8);
  PageStore store(disk);
  EXPECT_FALSE(store.format());
}

TEST(PageStore, LivesThroughManyLapsOfASmallDisk) {
  FakeDisk disk(48);
  PageStore store(disk);
  ASSERT_TRUE(store.format());
  Draws draws(11);
  Model model;
  for (int k = 0; k < 3000; ++k) {
    ASSERT_TRUE(store.commit(drawn_batch(draws, model))) << k;
  }
  EXPECT_EQ(content(store), model);
  EXPECT_GT(disk.writes, 20u * 48);
  PageStore again(disk);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(content(again), model);
  EXPECT_EQ(again.live_octets(), store.live_octets());
}

TEST(PageStore, AllPagesWearAlike) {
  struct Counting final : dcu::app::Disk {
    explicit Counting(FakeDisk& below) : disk(below), hits(below.pages()) {}
    std::uint32_t pages() const override { return disk.pages(); }
    void read(std::uint64_t at, protocol::MutableBytes out) override { disk.read(at, out); }
    bool write(std::uint64_t at, protocol::Bytes data) override {
      ++hits[at / kPageOctets];
      return disk.write(at, data);
    }
    FakeDisk& disk;
    std::vector<unsigned> hits;
  };
  FakeDisk below(64);
  Counting disk(below);
  PageStore store(disk);
  ASSERT_TRUE(store.format());
  Draws draws(3);
  Model model;
  for (int k = 0; k < 2000; ++k) ASSERT_TRUE(store.commit(drawn_batch(draws, model)));
  const auto [least, most] = std::minmax_element(disk.hits.begin(), disk.hits.end());
  EXPECT_LE(*most - *least, 1u);
}

// A power cut inside any write, after any number of its octets: what was committed before is
// there, and of the batch under way all or nothing.
TEST(PageStore, APowerCutInsideAWriteLosesOnlyTheBatchUnderWay) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    FakeDisk disk(48);
    PageStore store(disk);
    ASSERT_TRUE(store.format());
    Model model;
    Model before;
    disk.cut_at_write = 2 + draws.below(400);
    disk.cut_after_octets = draws.below(dcu::app::Disk::kPageOctets + 1);
    bool begun = false;
    while (!disk.dead) {
      before = model;
      const bool done = store.commit(drawn_batch(draws, model));
      ASSERT_EQ(done, !disk.dead);
      begun |= done;
    }
    EXPECT_FALSE(store.commit(drawn_batch(draws, model = before)));  // takes nothing more
    model = before;
    disk.dead = false;
    disk.cut_at_write = 0;
    PageStore again(disk);
    ASSERT_EQ(again.open(), true);
    const Model found = content(again);
    if (found != before) {
      // The cut came after the last octet: then the batch counts as a whole. Then its every key
      // has a value of the batch, which the next comparison proves by carrying on from it.
      EXPECT_EQ(again.counters().torn_pages, 0u);
    }
    model = found;
    for (int k = 0; k < 50; ++k) ASSERT_TRUE(again.commit(drawn_batch(draws, model)));
    PageStore third(disk);
    ASSERT_TRUE(third.open());
    EXPECT_EQ(content(third), model);
  }
}

// Pages that rot: counted, dropped, never trusted, and the rest is still there.
TEST(PageStore, DamagedPagesAreCountedAndDropped) {
  unsigned noticed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    FakeDisk disk(48);
    PageStore store(disk);
    ASSERT_TRUE(store.format());
    Model model;
    std::vector<Octets> ever;
    for (int k = 0; k < 30; ++k) {
      ASSERT_TRUE(store.commit(drawn_batch(draws, model)));
      for (const auto& [key, value] : model) ever.push_back(value);
    }
    for (int k = 0; k < 4; ++k) {
      disk.octets[draws.below(disk.octets.size())] ^=
          static_cast<std::uint8_t>(1 + draws.below(255));
    }
    PageStore again(disk);
    if (!again.open()) continue;
    noticed += again.counters().damaged_batches > 0 || again.counters().torn_pages > 0 ? 1 : 0;
    for (const auto& [key, value] : content(again)) {
      EXPECT_NE(std::find(ever.begin(), ever.end(), value), ever.end()) << "key " << key;
    }
    Model more = content(again);
    for (int k = 0; k < 20; ++k) ASSERT_TRUE(again.commit(drawn_batch(draws, more)));
    EXPECT_EQ(content(again), more);
  }
  EXPECT_GT(noticed, 20u);
}

// Until the ring is full, blank pages are those that nobody wrote; then there are none.
TEST(PageStore, APageThatWasLostAndReadsAsZerosCounts) {
  Draws draws(7);
  FakeDisk disk(48);
  PageStore store(disk);
  ASSERT_TRUE(store.format());
  Model model;
  for (const bool around : {false, true}) {
    while (store.counters().pages_written < (around ? 100u : 10u)) {
      ASSERT_TRUE(store.commit(drawn_batch(draws, model)));
    }
    PageStore whole(disk);
    ASSERT_TRUE(whole.open());
    EXPECT_EQ(whole.counters().strange_pages, 0u);
    if (!around) continue;
    for (std::size_t page = 0; page < 48; ++page) {
      FakeDisk lossy = disk;
      std::fill_n(
          lossy.octets.begin() + static_cast<std::ptrdiff_t>(page * dcu::app::Disk::kPageOctets),
          dcu::app::Disk::kPageOctets, std::uint8_t{0});
      PageStore again(lossy);
      ASSERT_TRUE(again.open());
      EXPECT_EQ(again.counters().strange_pages, 1u) << page;
    }
  }
}

}  // namespace
