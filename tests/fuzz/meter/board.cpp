// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/meter/board.hpp"

#include <utility>

#include "meter/fw/cosem/clients.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/object_count.hpp"
#include "tests/rigs/meter/stored_setups.hpp"

namespace fuzz {
namespace {

namespace classes = protocol::cosem::classes;
namespace prime = protocol::prime;

// All slots of all logs several times over: what opening them may cost at worst. A whole meter
// takes some hundreds.
constexpr std::uint64_t kReadsMost = 150'000;
// In one instant.
constexpr std::uint64_t kCallsMost = 1000;

struct Work {
  std::uint64_t reads = 0;
  std::uint64_t calls = 0;
  std::int64_t at_us = 0;
} work;
Board* board = nullptr;
meter_flash flash_below;
meter_clock clock_below;
meter_rtc rtc_below;

int counted_read(void* context, std::uint32_t address, void* out, std::uint32_t n) {
  require(++work.reads < kReadsMost, "flash is read a bounded number of times");
  return flash_below.read(context, address, out, n);
}
void count_call(const char* property) {
  if (std::exchange(work.at_us, board->now_us()) != board->now_us()) work.calls = 0;
  require(++work.calls < kCallsMost, property);
}
void counted_alarm(void* context, std::int64_t at) {
  count_call("the alarm does not call itself back for ever");
  clock_below.alarm_us(context, at);
}
void counted_match(void* context, std::int64_t at) {
  count_call("the clock's match does not call itself back for ever");
  rtc_below.match(context, at);
}

}  // namespace

Board::Board(const Image& image) : FakePlatform(image.firmware), image_(image) {
  flash = image.flash;
  retained = image.retained;
  rtc_adjust(image.utc_s * METER_RTC_HZ);
  attach_plc(*this);
  board = this;
  flash_below = *hal.flash;
  clock_below = *hal.clock;
  rtc_below = *hal.rtc;
  static meter_flash counted_flash;
  static meter_clock counted_clock;
  static meter_rtc counted_rtc;
  counted_flash = flash_below;
  counted_flash.read = counted_read;
  counted_clock = clock_below;
  counted_clock.alarm_us = counted_alarm;
  counted_rtc = rtc_below;
  counted_rtc.match = counted_match;
  hal.flash = &counted_flash;
  hal.clock = &counted_clock;
  hal.rtc = &counted_rtc;
}

void Board::start(meter_boot_reason reason) {
  work = {};
  power_on(reason);
  check_work("boot");
}

void Board::check_work(const char*) {
  require(buffers_out >= 0 && buffers_out <= buffers_max, "buffers are given back once");
  work = {};
}

void Board::check_counters() const {
  std::map<Key, std::set<std::uint32_t>> used;
  for (std::size_t k = 0; k < sealed_ivs.size(); ++k) {
    const std::uint32_t counter = counter_of(sealed_ivs[k]);
    require(used[sealed_keys[k]].insert(counter).second, "no invocation counter comes twice");
    const auto before = image_.sealed_with.find(sealed_keys[k]);
    require(before == image_.sealed_with.end() || counter > before->second,
            "invocation counters never go back");
  }
}

bool Board::serves() {
  rigs::TestClient client(*this, rigs::public_client());
  if (!client.connect() || !client.associate()) return false;
  const std::size_t listed = rigs::object_list(client).size();
  client.disconnect();
  const bool line = hal.plc != nullptr;
  return listed == rigs::listed_objects(
                       meter::fw::kPublic,
                       {firmware->n_elements == 3 ? std::uint8_t{3} : std::uint8_t{1}, line});
}

std::vector<rigs::OptionalValue> Board::state() {
  std::vector<rigs::OptionalValue> state;
  rigs::TestClient client(*this, reading());
  if (!client.connect() || !client.associate()) return state;
  for (const rigs::Listed& object : rigs::object_list(client)) {
    protocol::cosem::Attribute attribute = object.name;
    std::vector<std::int8_t> indices;
    if (attribute.class_id == classes::Register::kId) indices = {2, 3};
    if (attribute.class_id == classes::DisconnectControl::kId) indices = {2, 3, 4};
    // Event logs get an entry with each start.
    const bool of_events = attribute.instance.octets[0] == 0;
    if (attribute.class_id == classes::ProfileGeneric::kId && !of_events) indices = {4, 7, 8};
    for (const std::int8_t index : indices) {
      attribute.index = index;
      state.push_back(client.get(attribute));
    }
  }
  require(!state.empty(), "a reading client sees registers");
  client.disconnect();
  return state;
}

std::vector<Octets> Board::rows(meter::fw::LogId id) const {
  const meter::fw::Hal platform(&hal);
  meter::fw::Journal journal;
  journal.open(platform, rigs::stored_setups(platform, image_.provision.capture_period_s));
  const meter::fw::RowLog& log = journal.log(id);
  require(log.rows() <= log.capacity(), "a log shows no more than its capacity");
  std::vector<Octets> rows;
  Octets values(log.value_octets());
  for (std::uint32_t n = log.first_ordinal(); n != log.next_ordinal(); ++n) {
    meter::fw::RowHead head;
    work = {};
    if (log.read_ordinal(platform, n, head, values)) rows.push_back(row_key(head, values));
  }
  return rows;
}

bool Board::send(protocol::Bytes mpdu, prime::Scheme, unsigned) {
  if (mpdus.size() < 1000) mpdus.emplace_back(mpdu.begin(), mpdu.end());
  return true;
}

std::size_t Board::heard(std::span<prime::HeardBeacon> out) {
  const std::size_t n = std::min(out.size(), beacons.size());
  std::copy_n(beacons.begin(), n, out.begin());
  return n;
}

bool Board::frame_time(prime::FrameTime& out) {
  if (!watching_) return false;
  const std::int64_t frame = now_us() / prime::kFrameUs;
  out = {frame * prime::kFrameUs, static_cast<unsigned>(frame % prime::kSuperframe)};
  return true;
}

}  // namespace fuzz
