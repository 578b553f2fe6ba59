// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Hostile and broken octets: counted, dropped, never a crash, and the next meter is served.
#include <gtest/gtest.h>

#include <random>

#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/quantities.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeMeter;
using hes_test::kFebruary;
using hes_test::Octets;
using hes_test::quarters;

class WireTest : public testing::Test, public StreamPort, ClockPort, TimerPort, LogPort {
 protected:
  WireTest()
      : inventory_(hes_test::fake_inventory(3)),
        store_(StoreOptions{":memory:", false, false}),
        crypto_([this](protocol::MutableBytes out) { random_.fill(out); }),
        engine_(EngineConfig{}, inventory_, {hes_test::fake_type()},
                Ports{*this, *this, *this, random_, *this, crypto_, vault_}, store_, seen_),
        meter_(0) {
    engine_.start();
  }
  void send(ConnectionId, protocol::Bytes octets) override {
    sent_.assign(octets.begin(), octets.end());
  }
  void close(ConnectionId connection) override { closed_.push_back(connection); }
  UtcNs now() const override { return now_; }
  void arm(UtcNs at) override { armed_ = at; }
  void line(UtcNs, std::string_view) override {}

  ConnectionId open_and_announce(FakeMeter& meter) {
    engine_.on_open(++last_);
    engine_.on_data(last_, meter.announce());
    return last_;
  }

  UtcNs now_ = kFebruary * kNsPerSecond;
  UtcNs armed_ = kNever;
  Octets sent_;
  std::vector<ConnectionId> closed_;
  ConnectionId last_ = 0;
  Inventory inventory_;
  Store store_;
  KeysInMemory vault_;
  hes_test::SeededRandom random_{3};
  protocol::crypto::OpensslEngine crypto_;
  hes_test::Recorder seen_;
  Engine engine_;
  FakeMeter meter_;
};

TEST_F(WireTest, AnyCuttingOfTheStreamGivesTheSameRows) {
  std::mt19937_64 random(1);
  meter_.rows = quarters(kFebruary + 900, 96);
  for (int run = 0; run < 24; ++run) {
    Octets stream = meter_.announce();
    for (const Octets& more : {meter_.push(static_cast<std::size_t>(run) * 4, 4),
                               meter_.heartbeat(), meter_.heartbeat()}) {
      stream.insert(stream.end(), more.begin(), more.end());
    }
    engine_.on_open(++last_);
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n =
          std::min<std::size_t>(1 + random() % (run % 2 == 0 ? 3 : 200), stream.size() - at);
      engine_.on_data(last_, protocol::Bytes(stream).subspan(at, n));
      at += n;
    }
    EXPECT_EQ(store_.rows(), 4u * static_cast<unsigned>(run + 1));
  }
  EXPECT_EQ(engine_.counters().malformed, 0u);
  EXPECT_EQ(engine_.counters().heartbeats, 48u);
}

TEST_F(WireTest, WhenFramingIsLostTheConnectionIsClosed) {
  const std::vector<Octets> broken = {
      {'G', 'E', 'T', ' ', '/'},               // another protocol
      {0, 2, 0, 1, 0, 102, 0, 4, 1, 2, 3, 4},  // another version
      {0, 1, 0, 1, 0, 102, 0xFF, 0xFF, 0x0F},  // longer than any APDU
  };
  for (const Octets& octets : broken) {
    engine_.on_open(++last_);
    engine_.on_data(last_, octets);
    ASSERT_FALSE(closed_.empty());
    EXPECT_EQ(closed_.back(), last_);
    engine_.on_data(last_, octets);  // late octets of a closed connection
    engine_.on_closed(last_);
  }
  EXPECT_EQ(engine_.counters().framing_lost, broken.size());
  EXPECT_EQ(engine_.connections(), 0u);
}

TEST_F(WireTest, MessagesThatAreNoneOfOursAreCounted) {
  const ConnectionId line = open_and_announce(meter_);
  const std::uint64_t before = engine_.counters().malformed;
  engine_.on_data(line, hes_test::wrap(7, 102, Octets{0x0F, 0, 0, 0, 0, 0, 0}));
  engine_.on_data(line, hes_test::wrap(1, 102, Octets{}));
  engine_.on_data(line, hes_test::wrap(1, 102, Octets{0xC4, 1, 0x41, 0, 9}));
  engine_.on_data(line, hes_test::wrap(1, 102, Octets{0x0F, 0, 0, 0, 1, 0, 2, 2, 17, 5}));
  engine_.on_data(line, hes_test::wrap(1, 1, Octets{0xCC, 0}));
  engine_.on_data(line, hes_test::wrap(1, 16, Octets{0x61, 0}));
  EXPECT_EQ(engine_.counters().malformed, before + 6);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(WireTest, RandomOctetsAndGarbledMessagesNeverCrash) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  meter_.rows = quarters(kFebruary + 900, 64);
  for (int run = 0; run < 3000; ++run) {
    const ConnectionId line = open_and_announce(meter_);
    for (int k = 0; k < 6; ++k) {
      Octets message;
      switch (random() % 4) {
        case 0:
          message.resize(random() % 60);
          for (std::uint8_t& octet : message) octet = static_cast<std::uint8_t>(random());
          break;
        case 1:
          message = meter_.push(random() % 60, 4);
          break;
        case 2:
          message = meter_.announce();
          break;
        default:
          message = sent_.empty() ? meter_.heartbeat() : meter_.answer(sent_, kFebruary);
          break;
      }
      for (std::uint64_t flips = random() % 3; flips > 0 && !message.empty(); --flips) {
        message[random() % message.size()] ^= static_cast<std::uint8_t>(1u << (random() % 8));
      }
      if (random() % 5 == 0 && !message.empty()) message.resize(random() % message.size());
      engine_.on_data(line, message);
      now_ += 40 * kNsPerSecond;
      if (armed_ <= now_) engine_.on_timer();
    }
    engine_.on_closed(line);
  }
  EXPECT_EQ(engine_.connections(), 0u);
  EXPECT_LE(store_.rows(), 64u);
  // And a meter that behaves is served as ever.
  FakeMeter good(1);
  good.rows = quarters(kFebruary + 900, 4);
  const std::uint64_t rows = store_.rows();
  engine_.on_data(open_and_announce(good), good.push(0, 4));
  EXPECT_EQ(store_.rows(), rows + 4);
}

// What it costs is held by tests/budgets/instructions.txt.
TEST_F(WireTest, ThousandsOfPushesAndHeartbeatsLeaveNothingButRows) {
  const ConnectionId line = open_and_announce(meter_);
  meter_.rows = quarters(kFebruary + 900, 4 * 2000);
  for (std::size_t i = 0; i < 2000; ++i) engine_.on_data(line, meter_.push(4 * i, 4));
  const Octets heartbeat = meter_.heartbeat();
  for (int i = 0; i < 10'000; ++i) engine_.on_data(line, heartbeat);
  store_.commit();
  EXPECT_EQ(store_.rows(), 8000u);
  EXPECT_EQ(engine_.connections(), 1u);
}

TEST(RowDecoder, NullsStandForTheRowBefore) {
  const TypeTemplate type = hes_test::fake_type();
  Octets value = hes_test::encode_rows(quarters(kFebruary + 900, 1, 500));
  value[1] = 2;
  const Octets more = {2, 8, 0, 0, 0, 6, 0, 0, 0, 9, 0, 0, 0, 0};
  value.insert(value.end(), more.begin(), more.end());
  std::vector<Row> rows;
  ASSERT_TRUE(decode_rows(value, *type.profile(kLoadProfile), 900, rows).ok);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].stamp_utc_s, kFebruary + 1800);
  EXPECT_EQ(rows[1].deviation_min, rows[0].deviation_min);
  EXPECT_EQ(rows[1].values[0], 500);
  EXPECT_EQ(rows[1].values[1], 9);
  EXPECT_EQ(rows[1].values[5], rows[0].values[5]);
}

TEST(RowDecoder, TheCaptureCounterIsTakenFromItsColumn) {
  const TypeTemplate type = hes_test::fake_type();
  ProfileType profile = *type.profile(kLoadProfile);
  Column counter;
  counter.source.instance = protocol::cosem::kCaptureCounter;
  profile.columns.push_back(counter);
  ASSERT_TRUE(assign_roles(profile));
  Octets value = hes_test::encode_rows(quarters(kFebruary + 900, 1, 500));
  value[3] = 9;
  value.insert(value.end(), {6, 0, 0, 0, 41});
  std::vector<Row> rows;
  ASSERT_TRUE(decode_rows(value, profile, 900, rows).ok);
  EXPECT_EQ(rows[0].capture_counter, 41u);
  EXPECT_EQ(rows[0].n_values, 6);
  EXPECT_EQ(rows[0].values[0], 500);
}

// As many columns and of the same types, but others: the clock says so, wherever it stands.
TEST(RowDecoder, RowsOfColumnsThatAClientChangedAreNotTaken) {
  const TypeTemplate type = hes_test::fake_type();
  const ProfileType& profile = *type.profile(kLoadProfile);
  Octets value = hes_test::encode_rows(quarters(kFebruary + 900, 2, 500));
  std::vector<Row> rows;
  value[2 + 2 + 2 + 11] |= classes::kColumnsChanged;  // status of the first clock
  EXPECT_TRUE(decode_rows(value, profile, 900, rows).columns_changed);
  EXPECT_FALSE(decode_rows(value, profile, 900, rows).ok);
  EXPECT_TRUE(rows.empty());
  value[2 + 2 + 2 + 11] = 0xFF;  // not specified
  EXPECT_FALSE(decode_rows(value, profile, 900, rows).columns_changed);
  EXPECT_EQ(rows.size(), 2u);
  const Octets fewer = {1,   1, 2, 2,   6, 0, 0, 0,   7,   9,   12,  7,
                        234, 2, 1, 255, 0, 0, 0, 255, 255, 196, 0x40};
  EXPECT_TRUE(decode_rows(fewer, profile, 900, rows).columns_changed);
}

// One row of the load profile with these six values.
Octets one_row(const Octets& clock, const Octets& values) {
  Octets value = {1, 1, 2, 8};
  value.insert(value.end(), clock.begin(), clock.end());
  value.insert(value.end(), {17, 0});
  value.insert(value.end(), values.begin(), values.end());
  return value;
}
const Octets kSomeClock = {9, 12, 0x07, 0xE8, 2, 1, 0xFF, 12, 0, 0, 0xFF, 0xFF, 0xC4, 0};

TEST(RowDecoder, fault_10_floats_are_rounded_in_the_scale_of_their_column) {
  const TypeTemplate type = hes_test::fake_type();
  const Octets values = {23, 0x41, 0x48, 0,    0,                          // 12.5
                         24, 0x40, 0xC8, 0x1C, 0x80, 0,    0,    0,    0,  // 12345.0
                         23, 0xC0, 0x20, 0,    0,                          // -2.5
                         23, 0x7F, 0xC0, 0,    0,                          // no number
                         21, 0,    0,    1,    0,    0,    0,    0,    0,  // 2^40
                         20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE};
  std::vector<Row> rows;
  const auto value = one_row(kSomeClock, values);
  ASSERT_TRUE(decode_rows(value, *type.profile(kLoadProfile), 900, rows).ok);
  ASSERT_EQ(rows.size(), 1u);
  const std::int64_t expected[] = {13, 12'345, -3, 0, std::int64_t{1} << 40, -2};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(rows[0].values[i], expected[i]) << i;
}

TEST(RowDecoder, fault_10_a_register_beyond_63_bits_is_no_negative_number) {
  const TypeTemplate type = hes_test::fake_type();
  const Octets most = {21, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  const Octets beyond = {21, 0x80, 0, 0, 0, 0, 0, 0, 0};
  const Octets beyond_float = {24, 0x43, 0xE0, 0, 0, 0, 0, 0, 0};  // 2^63
  const Octets rest = {17, 1, 17, 2, 17, 3, 17, 4, 17, 5};
  Octets value = {1, 3};
  for (const Octets& first : {beyond, most, beyond_float}) {
    Octets values = first;
    values.insert(values.end(), rest.begin(), rest.end());
    const Octets row = one_row(kSomeClock, values);
    value.insert(value.end(), row.begin() + 2, row.end());
  }
  std::vector<Row> rows;
  const DecodedRows decoded = decode_rows(value, *type.profile(kLoadProfile), 900, rows);
  EXPECT_TRUE(decoded.ok);
  EXPECT_EQ(decoded.refused, 2u);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values[0], INT64_MAX);
  EXPECT_EQ(rows[0].values[5], 5);
}

TEST(RowDecoder, fault_14_a_clock_without_deviation_is_local_time) {
  const TypeTemplate type = hes_test::fake_type();
  const LocalZone zone;  // Madrid
  const struct {
    std::uint8_t month, day, hour, status;
    std::int64_t utc_s;
    int deviation_min;
  } cases[] = {
      {2, 1, 12, 0, 1'706'785'200, -60},       // 11:00Z
      {7, 1, 12, 0, 1'719'828'000, -120},      // 10:00Z
      {10, 27, 2, 0x80, 1'729'987'200, -120},  // the first of the two: 00:00Z
      {10, 27, 2, 0, 1'729'990'800, -60},      // the second: 01:00Z
      {10, 27, 2, 0xFF, 1'729'990'800, -60},   // nothing said of it
  };
  const Octets zeros = {17, 0, 17, 0, 17, 0, 17, 0, 17, 0, 17, 0};
  for (const auto& each : cases) {
    const Octets clock = {9,         12, 0x07, 0xE8, each.month, each.day, 0xFF,
                          each.hour, 0,  0,    0xFF, 0x80,       0x00,     each.status};
    std::vector<Row> rows;
    ASSERT_TRUE(
        decode_rows(one_row(clock, zeros), *type.profile(kLoadProfile), 900, rows, zone).ok);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].stamp_utc_s, each.utc_s) << int{each.month};
    EXPECT_EQ(rows[0].deviation_min, each.deviation_min) << int{each.month};
  }
}

TEST(RowDecoder, fault_15_rows_in_a_compact_array) {
  const TypeTemplate type = hes_test::fake_type();
  Octets value = {19, 2, 8, 9, 17, 6, 6, 6, 6, 6, 6, 76};
  for (std::uint8_t row = 0; row < 2; ++row) {
    value.insert(value.end(), kSomeClock.begin() + 1, kSomeClock.end());
    value[value.size() - 6] = static_cast<std::uint8_t>(15 * row);  // minutes
    value.push_back(0);
    for (std::uint8_t i = 0; i < 6; ++i) value.insert(value.end(), {0, 0, row, i});
  }
  std::vector<Row> rows;
  ASSERT_TRUE(decode_rows(value, *type.profile(kLoadProfile), 900, rows).ok);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].stamp_utc_s, rows[0].stamp_utc_s + 900);
  EXPECT_EQ(rows[0].values[5], 5);
  EXPECT_EQ(rows[1].values[1], 257);
  value.pop_back();
  EXPECT_FALSE(decode_rows(value, *type.profile(kLoadProfile), 900, rows).ok);
}

TEST(RowDecoder, RowsOfAnotherShapeAreRefusedAsAWhole) {
  const TypeTemplate type = hes_test::fake_type();
  const ProfileType& profile = *type.profile(kLoadProfile);
  const Octets good = hes_test::encode_rows(quarters(kFebruary + 900, 3));
  std::vector<Row> rows;
  for (std::size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(decode_rows(protocol::Bytes(good).first(n), profile, 900, rows).ok) << n;
    EXPECT_TRUE(rows.empty());
  }
  Octets longer = good;
  longer.push_back(0);
  EXPECT_FALSE(decode_rows(longer, profile, 900, rows).ok);
  Octets seven = good;
  seven[3] = 7;
  EXPECT_FALSE(decode_rows(seven, profile, 900, rows).ok);
}

TEST(RowDecoder, ARowWithoutATimeIsLeftOutAndCounted) {
  const TypeTemplate type = hes_test::fake_type();
  Octets value = hes_test::encode_rows(quarters(kFebruary + 900, 2));
  value[8] = 13;  // month of the first row
  std::vector<Row> rows;
  const DecodedRows decoded = decode_rows(value, *type.profile(kLoadProfile), 900, rows);
  EXPECT_TRUE(decoded.ok);
  EXPECT_EQ(decoded.without_time, 1u);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].stamp_utc_s, kFebruary + 1800);
}

TEST(Config, WritesAndReadsEveryKnob) {
  EngineConfig config;
  config.collect_from_utc_s = kFebruary;
  config.push_period_s = 1234;
  config.clock_correct = true;
  config.zone.standard_offset_min = -180;
  config.zone.eu_daylight_saving = false;
  config.system_title[7] = 0xAB;
  std::vector<std::string> faults;
  const EngineConfig again = parse_config("c.json", to_json(config), faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(to_json(again), to_json(config));
  parse_config("c.json", R"({"retries":99,"pull":1})", faults);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0], "c.json: retries = 99: allowed: a whole number from 0 to 10");
  EXPECT_EQ(faults[1].substr(0, 18), "c.json: pull = 1: ");
  // A key by another name is as secret.
  faults.clear();
  parse_config("c.json", R"({"Signing_Key":"000102030405060708090A0B0C0D0E0F","gak":["00"]})",
               faults);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].substr(0, 40), "c.json: Signing_Key = (32 characters): a");
  EXPECT_EQ(faults[1].substr(0, 29), "c.json: gak = (array of 1): a");
}

}  // namespace
}  // namespace hes
