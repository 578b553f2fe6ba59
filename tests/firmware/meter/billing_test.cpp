// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The billing profile: months, closed where they begin by local time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/time/clock.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

using meter::fw::LogId;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Selection;
using rigs::kDay_s;
using rigs::MeterFixture;
using rigs::StoredRow;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
Attribute billing(std::int8_t index) {
  return {protocol::cosem::classes::ProfileGeneric::kId, obis(0, 0, 98, 1, 0), index};
}
std::vector<std::int64_t> stamps(const std::vector<StoredRow>& rows) {
  std::vector<std::int64_t> all;
  for (const StoredRow& row : rows) all.push_back(row.head.utc_s);
  return all;
}

class Billing : public testing::Test {
 protected:
  MeterFixture meter{kStart};
};

TEST_F(Billing, a_month_is_closed_where_the_local_month_begins) {
  meter.consume({240.0, 5.0, 0.0, 50.0}, kDay_s);
  meter.run_to(rigs::utc_s(2026, 5, 2));
  const std::vector<StoredRow> months = meter.rows(LogId::billing);
  EXPECT_THAT(stamps(months),
              ElementsAre(rigs::utc_s(2026, 2, 28, 23), rigs::utc_s(2026, 3, 31, 22),
                          rigs::utc_s(2026, 4, 30, 22)));
  // Its registers are those of the day that ends with it, its number the next.
  for (const StoredRow& month : months) {
    for (const StoredRow& day : meter.rows(LogId::closing)) {
      if (day.head.utc_s != month.head.utc_s) continue;
      EXPECT_EQ(day.values[0], month.values[0]);
      EXPECT_GT(month.values[0], 0u);
      EXPECT_EQ(day.values.back() + 1, month.values.back());
    }
  }
  rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  const auto read = [&](const Selection& selection) {
    return rigs::rows_of(reader.get(billing(2), selection)).value();
  };
  EXPECT_EQ(unsigned_in(reader, billing(8)), 110u);
  EXPECT_EQ(unsigned_in(reader, billing(4)), 0u);
  Selection numbers;
  numbers.kind = Selection::Kind::numbers;
  numbers.from_entry = months[1].values.back();
  numbers.to_entry = UINT32_MAX;
  EXPECT_EQ(read(numbers).size(), 2u);
  Selection range;
  range.kind = Selection::Kind::range;
  range.from_utc_s = rigs::utc_s(2026, 3, 1);
  range.to_utc_s = rigs::utc_s(2026, 4, 1);
  ASSERT_EQ(read(range).size(), 1u);
  EXPECT_EQ(read(range)[0].time.utc_s, months[1].head.utc_s);
}

TEST_F(Billing, a_clock_that_jumps_over_months_closes_one_and_says_so) {
  using meter::fw::kClockAdjusted;
  using meter::fw::kDataNotValid;
  meter.set_clock(rigs::utc_s(2026, 5, 20));
  meter.set_clock(rigs::utc_s(2026, 4, 30, 21, 59, 50));
  meter.run_for_us(20 * rigs::kSecond_us);
  const std::int64_t may = rigs::utc_s(2026, 4, 30, 22);
  const std::vector<StoredRow> months = meter.rows(LogId::billing);
  EXPECT_THAT(stamps(months), ElementsAre(may, may));
  EXPECT_EQ(months[0].head.status & 0x2C, kClockAdjusted | kDataNotValid | 0x08);
  EXPECT_EQ(months[1].head.status & 0x2C, kClockAdjusted | 0x08);
}

TEST_F(Billing, months_begin_by_local_time_in_every_zone) {
  for (const std::int16_t zone_min : {-840, -60, 0, 60, 240, 840}) {
    for (const bool summer : {false, true}) {
      meter::fw::TimeZone zone;
      zone.set(zone_min, summer);
      const auto day_of = [&](std::int64_t utc_s) {
        const std::int64_t local_s = utc_s - zone.at(utc_s).deviation_min * 60;
        return protocol::civil_from_days(meter::fw::floor_to(local_s, kDay_s) / kDay_s).day;
      };
      // By days: the month begins at a midnight that begins a first.
      std::int64_t last = INT64_MIN;
      for (std::int64_t at = zone.next_midnight(rigs::utc_s(2026, 1, 1)), n = 0; n < 500; ++n) {
        const std::int64_t next = zone.next_midnight(at);
        if (day_of(at) == 1) last = at;
        if (last != INT64_MIN) {
          ASSERT_EQ(zone.last_month(at), last) << zone_min;
          ASSERT_EQ(zone.last_month(next - 1), last) << zone_min;
        }
        ASSERT_EQ(zone.next_month(at) == next, day_of(next) == 1) << zone_min;
        at = next;
      }
    }
  }
}

}  // namespace
