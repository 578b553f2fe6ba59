// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A concentrator that comes up over a disk that has rotted while its power was off: the image of
// one that has lived for hours, and what the input does to its pages. What is read was written,
// numbers never come twice, what is written then is read back, and a whole concentrator over that
// disk tells the head-end nothing but the truth.
#include <map>
#include <set>

#include "tests/fuzz/program.hpp"
#include "tests/fuzz/rig_failures.hpp"
#include "tests/rigs/concentrator/world.hpp"

namespace {

using namespace fuzz;
using namespace dcu::app;
using dcu_test::FakeDisk;
using dcu_test::World;
using protocol::Bytes;

constexpr std::uint32_t kPages = 96;
constexpr std::int64_t kLifeS = 9 * 3600;

struct StandingClock final : Clock {
  UtcNs now() const override { return (dcu_test::kStartS + kLifeS) * kNsPerSecond; }
  void arm(UtcNs) override {}
  void shift(UtcNs) override {}
};
struct Silent final : Observer {};

// A store as a concentrator opens it.
struct Opened {
  explicit Opened(Disk& disk) : store(disk, clock, observer), open(store.open()) {}
  StandingClock clock;
  Silent observer;
  Store store;
  bool open;
};

using RowKey = std::tuple<MeterIndex, std::size_t, std::int64_t, std::uint32_t, std::uint64_t>;
RowKey key_of(MeterIndex meter, std::size_t profile, const Row& row) {
  return {meter, profile, row.at.utc_s, row.capture_counter, row.values[0]};
}

std::set<RowKey> rows_of(const Store& store) {
  std::set<RowKey> rows;
  for (MeterIndex meter = 0; meter < store.meters().size(); ++meter) {
    for (std::size_t profile = 0; profile < kProfiles; ++profile) {
      const ProfileCursor& cursor = store.meters()[meter].profiles[profile];
      require(cursor.oldest <= cursor.reported && cursor.reported <= cursor.next,
              "cursors are in order");
      for (std::uint32_t n = cursor.oldest; n != cursor.next; ++n) {
        const auto chunk = store.chunk(meter, static_cast<Profile>(profile), n);
        if (!chunk) continue;
        for (const Row& row : chunk->rows) rows.insert(key_of(meter, profile, row));
      }
    }
  }
  return rows;
}

struct Image {
  Octets octets;
  std::set<RowKey> rows;
  std::set<std::string> reports;  // that waited for a while
  std::set<std::uint64_t> told;   // numbers of those that the head-end has
  std::uint64_t seq = 0;          // the next one would have been at most
  std::vector<std::uint32_t> counters;
};

const Image& image() {
  static const Image made = [] {
    Image image;
    World world({.meters = 2, .disk_pages = kPages});
    for (std::int64_t at_s = 0; at_s < kLifeS; at_s += 60) {
      world.head_end.acks = at_s < kLifeS / 2;  // reports wait in the store from there on
      world.run_for(60);
      const Mailbox& box = world.store().mailbox();
      for (const std::uint64_t seq : box.reports()) image.reports.insert(box.report(seq)->xml);
    }
    for (const dcu_test::p32::Message& message : world.head_end.reports) {
      image.told.insert(message.envelope.seq);
    }
    world.kill(1);
    image.octets = world.disk.octets;
    FakeDisk disk(kPages);
    disk.octets = image.octets;
    Opened opened(disk);
    require(opened.open, "the image is whole");
    image.rows = rows_of(opened.store);
    image.seq = opened.store.mailbox().next_seq();
    for (const MeterEntry& meter : opened.store.meters()) {
      image.counters.push_back(meter.counter_reserved);
    }
    require(!image.rows.empty() && !image.reports.empty(), "a life leaves rows and reports");
    return image;
  }();
  return made;
}

protocol::MutableBytes page(FakeDisk& disk, std::size_t number) {
  return protocol::MutableBytes(disk.octets)
      .subspan(number % kPages * Disk::kPageOctets, Disk::kPageOctets);
}

struct Damage {
  std::set<std::size_t> touched;  // pages that are not what they were
  bool traceless = false;         // whole pages, which may be as if they had never been written
};

Damage damage(Program& program, FakeDisk& disk) {
  Damage done;
  std::set<std::size_t>& touched = done.touched;
  for (int steps = 0; !program.done() && steps < 20; ++steps) {
    const std::uint8_t what = program.u8();
    const std::size_t at = program.u8() % kPages;
    touched.insert(at);
    done.traceless |= what % 5 != 0;
    switch (what % 5) {
      case 0: {  // octets
        const std::size_t offset = program.u16() % Disk::kPageOctets;
        const Bytes octets = program.string();
        for (std::size_t k = 0; k < octets.size() && offset + k < Disk::kPageOctets; ++k) {
          page(disk, at)[offset + k] ^= octets[k];
        }
        break;
      }
      case 1:
        std::ranges::fill(page(disk, at), program.u8());
        break;
      case 2: {
        const std::size_t other = program.u8() % kPages;
        std::ranges::swap_ranges(page(disk, at), page(disk, other));
        touched.insert(other);
        break;
      }
      case 3: {
        const std::size_t other = program.u8() % kPages;
        std::ranges::copy(page(disk, at), page(disk, other).begin());
        touched.insert(other);
        break;
      }
      case 4:
        std::fill(disk.octets.begin() + static_cast<std::ptrdiff_t>(at * Disk::kPageOctets),
                  disk.octets.end(), 0);
        for (std::size_t k = at; k < kPages; ++k) touched.insert(k);
        break;
    }
  }
  return done;
}

void check_content(Store& store, const Image& whole) {
  for (const RowKey& row : rows_of(store)) {
    require(whole.rows.contains(row), "a row that is read was written");
  }
  for (const std::uint64_t seq : store.mailbox().reports()) {
    const auto report = store.mailbox().report(seq);
    require(report && (whole.told.contains(seq) || whole.reports.contains(report->xml)),
            "a report that is read was written");
  }
}

void check_writing(FakeDisk& disk) {
  Chunk chunk;
  chunk.read_s = dcu_test::kStartS;
  chunk.period_s = 900;
  for (std::uint32_t k = 0; k < 60; ++k) {
    Row row;
    row.at.utc_s = dcu_test::kStartS + 900 * k;
    row.capture_counter = k + 1;
    row.values.fill(k * 1000);
    chunk.rows.push_back(row);
  }
  std::uint32_t number = 0;
  std::uint64_t seq = 0;
  std::set<RowKey> rows;
  {
    Opened opened(disk);
    require(opened.open, "what was opened once opens again");
    number = opened.store.meters()[0].profiles[0].next;
    for (int k = 0; k < 30; ++k) opened.store.add_chunk(0, Profile::load, chunk);
    seq = opened.store.mailbox().next_seq();
    opened.store.mailbox().add_report(seq, {1, protocol::p32::ReportKind::inventory, "<x/>"});
    require(opened.store.commit(), "the store takes what is new");
    rows = rows_of(opened.store);
  }
  Opened again(disk);
  require(again.open, "and opens with it");
  require(rows_of(again.store) == rows, "rows are those that were written");
  const auto last = again.store.chunk(0, Profile::load, number + 29);
  require(last && last->rows == chunk.rows, "what was written is read back");
  const auto report = again.store.mailbox().report(seq);
  require(report && report->xml == "<x/>", "and the report");
  require(again.store.mailbox().next_seq() > seq, "numbers go on");
}

// What a whole concentrator makes of it.
void check_world(const FakeDisk& disk) {
  World world({.meters = 2, .disk_pages = kPages});
  world.kill(kLifeS + 900);
  world.disk.octets = disk.octets;
  world.run_for(kLifeS + 900 + 5 * 3600);
  require(world.alive(), "the concentrator comes up");
  for (unsigned k = 0; k < world.meters.size(); ++k) {
    world.meters[k]->live_until(world.now_s());
    std::set<std::pair<std::int64_t, std::uint64_t>> written;
    for (const Row& row : world.meters[k]->load) written.emplace(row.at.utc_s, row.values[0]);
    for (const auto& row : world.reported(k, protocol::p32::ReportKind::load_profile)) {
      require(written.contains({row.at.utc_s, row.values[0]}), "the head-end is told the truth");
    }
  }
  require(world.head_end.problems.empty(), "messages keep to their schema");
  // Rows of the hours after it came up are there, whatever was lost.
  const std::int64_t since_s = dcu_test::kStartS + kLifeS + 2 * 3600;
  for (unsigned k = 0; k < world.meters.size(); ++k) {
    const auto rows = world.reported(k, protocol::p32::ReportKind::load_profile);
    const bool told = std::any_of(rows.begin(), rows.end(),
                                  [&](const auto& row) { return row.at.utc_s > since_s; });
    require(told || world.store().meters()[k].removed, "every meter is read again");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const Image& whole = image();
  Program program(Bytes(data, size));
  const bool with_world = program.u8() % 8 == 0;
  FakeDisk disk(kPages);
  disk.octets = whole.octets;
  const Damage done = damage(program, disk);
  {
    Opened opened(disk);
    require(opened.open || !done.touched.empty(), "a whole disk opens");
    if (!opened.open) return 0;
    check_content(opened.store, whole);
    const std::uint64_t seq = opened.store.mailbox().next_seq();
    require(seq >= whole.seq || done.traceless, "numbers of messages never go back");
    for (std::size_t k = 0; k < whole.counters.size() && !done.traceless; ++k) {
      const MeterEntry& meter = opened.store.meters()[k];
      require(meter.counter_reserved == 0 || meter.counter_reserved >= whole.counters[k],
              "invocation counters never go back");
    }
  }
  if (with_world) check_world(disk);
  check_writing(disk);
  return 0;
}
