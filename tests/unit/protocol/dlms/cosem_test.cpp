// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hex.hpp"
#include "protocol/calendar.hpp"
#include "protocol/cosem/obis.hpp"

namespace cosem = protocol::cosem;
using protocol_test::hex;
using protocol_test::Octets;
using protocol_test::to_hex;

namespace {

std::string encoded_time(const cosem::DateTime& value) {
  std::array<std::uint8_t, cosem::kDateTimeOctets> buffer{};
  protocol::Writer out(buffer);
  cosem::encode_date_time(value, out);
  EXPECT_TRUE(out.ok());
  return to_hex(out.written());
}

TEST(Calendar, EveryDayOfEightCenturiesGoesThereAndBack) {
  std::int64_t day = protocol::days_from_civil(1600, 1, 1);
  int year = 1600;
  unsigned month = 1, dom = 1;
  for (; year < 2400; ++day) {
    ASSERT_EQ(protocol::days_from_civil(year, month, dom), day);
    const protocol::CivilDate date = protocol::civil_from_days(day);
    ASSERT_TRUE(date.year == year && date.month == month && date.day == dom) << day;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const unsigned lengths[] = {31, leap ? 29u : 28u, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++dom > lengths[month - 1]) {
      dom = 1;
      if (++month > 12) month = 1, ++year;
    }
  }
  EXPECT_EQ(protocol::days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(protocol::days_from_civil(2000, 3, 1), 11017);
}

TEST(DateTime, CentralEuropeanSummerTimeHasDeviationMinus120AndTheDstBit) {
  // 2024-07-01 12:00:00 CEST, a Monday, is 10:00:00 UTC.
  const cosem::DateTime value{1719828000, -120, 0x80, 0};
  EXPECT_EQ(encoded_time(value), "07E80701010C000000FF8880");
  const auto back = cosem::decode_date_time(hex("07E80701010C000000FF8880"));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, value);
}

TEST(DateTime, WeekdayOfTheEpochAndBeforeIt) {
  EXPECT_EQ(encoded_time({0, 0, 0, 0}), "07B201010400000000000000");   // Thursday
  EXPECT_EQ(encoded_time({-1, 0, 0, 0}), "07B10C1F03173B3B00000000");  // Wednesday
}

TEST(DateTime, RandomInstantsGoThereAndBack) {
  protocol_test::Draws draws(11);
  for (int i = 0; i < 20000; ++i) {
    cosem::DateTime value;
    value.utc_s = static_cast<std::int64_t>(draws.below(4'000'000'000u));
    value.deviation_min = static_cast<std::int16_t>(static_cast<int>(draws.below(1681)) - 840);
    value.status = draws.octet();
    value.hundredths = static_cast<std::uint8_t>(draws.below(100));
    const auto back = cosem::decode_date_time(hex(encoded_time(value)));
    ASSERT_TRUE(back.ok());
    ASSERT_EQ(*back, value);
  }
}

TEST(DateTime, UnspecifiedSecondsHundredthsWeekdayAndDeviationReadAsZero) {
  const auto value = cosem::decode_date_time(hex("07E80701FF0C00FFFF800000"));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->utc_s, 1719835200);
  EXPECT_EQ(value->deviation_min, 0);
  EXPECT_EQ(value->hundredths, 0);
}

TEST(DateTime, RefusesWildcardsAndDatesThatDoNotExist) {
  for (const char* text : {
           "FFFF0701010C000000000000",  // year
           "07E8FF01010C000000000000",  // month
           "07E807FF010C000000000000",  // day
           "07E80701FFFF000000000000",  // hour
           "07E80701FF0CFF0000000000",  // minute
           "07E7021DFF0C000000000000",  // 29 February 2023
           "07E8041FFF0C000000000000",  // 31 April
           "07E80001FF0C000000000000",  // month 0
           "07E80D01FF0C000000000000",  // month 13
           "07E80100FF0C000000000000",  // day 0
           "07E80701FF18000000000000",  // hour 24
           "07E80701FF0C3C0000000000",  // minute 60
           "07E80701FF0C003C00000000",  // second 60
           "07E80701FF0C000064000000",  // hundredths 100
           "07E80701FF0C00000003E800",  // deviation 1000
           "07E80701FF0C0000000000",    // 11 octets
           "07E80701FF0C00000000000000",
       }) {
    EXPECT_FALSE(cosem::decode_date_time(hex(text)).ok()) << text;
  }
  EXPECT_TRUE(cosem::decode_date_time(hex("07E8021DFF0C000000000000")).ok());  // leap day
}

TEST(DateTime, ValueCarriesTagAndLength) {
  std::array<std::uint8_t, cosem::kDateTimeValueOctets> buffer{};
  protocol::Writer out(buffer);
  cosem::put_date_time({0, 0, 0, 0}, out);
  EXPECT_EQ(to_hex(out.written()), "090C07B201010400000000000000");
  protocol::Writer small(protocol::MutableBytes(buffer).first(11));
  cosem::encode_date_time({}, small);
  EXPECT_FALSE(small.ok());
}

TEST(Obis, ParsesDottedAndWrittenForms) {
  EXPECT_EQ(cosem::parse_obis("1.0.1.8.0"), cosem::obis(1, 0, 1, 8, 0));
  EXPECT_EQ(cosem::parse_obis("1.0.1.8.0.255"), cosem::obis(1, 0, 1, 8, 0));
  EXPECT_EQ(cosem::parse_obis("1-0:1.8.0"), cosem::obis(1, 0, 1, 8, 0));
  EXPECT_EQ(cosem::parse_obis("1-0:1.8.0*12"), cosem::obis(1, 0, 1, 8, 0, 12));
  EXPECT_EQ(cosem::parse_obis("0.0.96.3.10.255"), cosem::obis(0, 0, 96, 3, 10));
}

TEST(Obis, RefusesEverythingElse) {
  for (const char* text :
       {"", "1", "1.0.1.8", "1.0.1.8.", "1.0.1.8.256", "1.0.1.8.0.255.1", "1..1.8.0", "a.0.1.8.0",
        "1.0.1.8.0 ", "1:0-1.8.0", "1.0.1.8.0001", "1.0.1.8.0.", "-1.0.1.8.0", "1.0.1.8.0x"}) {
    EXPECT_FALSE(cosem::parse_obis(text).has_value()) << text;
  }
}

TEST(Obis, TextGoesThereAndBack) {
  EXPECT_EQ(cosem::ObisText(cosem::obis(255, 255, 255, 255, 255)).view(),
            "255.255.255.255.255.255");
  protocol_test::Draws draws(3);
  for (int i = 0; i < 2000; ++i) {
    cosem::Obis obis;
    for (std::uint8_t& octet : obis.octets) octet = draws.octet();
    EXPECT_EQ(cosem::parse_obis(cosem::ObisText(obis).view()), obis);
  }
}

}  // namespace
