// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/text.hpp"

#include <gtest/gtest.h>

#include "protocol/hosted/p32/document.hpp"

namespace protocol::p32::test {
namespace {

TEST(Text, UtcIsMillisecondsAndBack) {
  for (const UtcMs at : {UtcMs{0}, UtcMs{1}, UtcMs{951'782'399'999}, UtcMs{1'767'571'200'000},
                         UtcMs{253'402'300'799'999}}) {
    UtcMs back = -1;
    EXPECT_TRUE(take_utc(utc_text(at), back));
    EXPECT_EQ(back, at);
  }
  EXPECT_EQ(utc_text(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(utc_text(-5), "1970-01-01T00:00:00.000Z");
}

TEST(Text, NanosecondsRoundDown) {
  EXPECT_EQ(utc_ms_of_ns(1'999'999), 1);
  EXPECT_EQ(utc_ms_of_ns(-1), -1);
  EXPECT_EQ(utc_ns_of_ms(3), 3'000'000);
  // fault_27: the year 9999 lies beyond the nanoseconds, and is not some year before 1970.
  EXPECT_EQ(utc_ns_of_ms(253'402'300'799'999), INT64_MAX);
  EXPECT_EQ(utc_ns_of_ms(-253'402'300'799'999), INT64_MIN);
}

TEST(Text, MeterTimeIsLocalTimeOfItsDeviation) {
  MeterTime at{1'767'571'200, -60, 0x80, 25};
  std::string text;
  put_local(at, text);
  EXPECT_EQ(text, "2026-01-05T01:00:00.25");
  MeterTime back;
  back.deviation_min = -60;
  back.status = 0x80;
  EXPECT_TRUE(take_local(text, back));
  EXPECT_EQ(back, at);
}

// RFC 4648 section 10.
TEST(Text, Base64VectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    const std::string_view view(plain);
    const Octets octets(view.begin(), view.end());
    std::string text;
    put_base64(octets, text);
    EXPECT_EQ(text, coded);
    Octets back;
    EXPECT_TRUE(take_base64(coded, back));
    EXPECT_EQ(back, octets);
  }
  Octets back;
  for (const char* bad :
       {"Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "=", "====", "Zg===", "Z*==", "Zm9=v", "Zg==="}) {
    EXPECT_FALSE(take_base64(bad, back)) << bad;
  }
  EXPECT_TRUE(take_base64(" Zm9v\n Zg== ", back));
}

TEST(Text, NumbersTakeTheSpellingsOfTheSchema) {
  std::uint8_t octet = 0;
  for (const char* good : {"7", "+7", "007", " 7 ", "\n7"}) {
    EXPECT_TRUE(take(good, octet)) << good;
    EXPECT_EQ(octet, 7);
  }
  for (const char* bad : {"", "+", "+-7", "-7", "256", "7.0", "0x7", "7 7", "7e0"}) {
    EXPECT_FALSE(take(bad, octet)) << bad;
  }
  std::int16_t number = 0;
  EXPECT_TRUE(take("-32768", number));
  EXPECT_FALSE(take("-32769", number));
}

TEST(Text, DatePatterns) {
  DatePattern date;
  EXPECT_TRUE(take("*-02-29", date));
  EXPECT_EQ(date, (DatePattern{0, 2, 29}));
  EXPECT_TRUE(take("2026-*-31", date));
  for (const char* bad : {"*-02-30", "2026-02-29", "*-13-01", "*-00-01", "*-1-01", "2026", "--",
                          "*-*-*-*", "1969-01-01", "*-04-31"}) {
    EXPECT_FALSE(take(bad, date)) << bad;
  }
}

TEST(Text, CharactersThatXmlDoesNotHave) {
  EXPECT_EQ(first_bad_character("plain\t\r\n"), 8u);
  for (const char* bad : {"ab\x01", "ab\xFF", "ab\xC0\x80", "ab\xE0\x80\x80", "ab\xED\xA0\x80",
                          "ab\xEF\xBF\xBE", "ab\xF4\x90\x80\x80", "ab\xC3", "ab\x80"}) {
    EXPECT_EQ(first_bad_character(bad), 2u) << bad;
  }
  EXPECT_EQ(first_bad_character("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x8C"), 9u);
}

TEST(Position, StartTagsAreFoundBehindWhatLooksLikeThem) {
  const std::string_view xml = "<?xml?><!--<a>--><a b='>' c=\"<\"><![CDATA[<x>]]><d/></a>";
  EXPECT_EQ(start_tag(xml, 0), 17u);
  EXPECT_EQ(start_tag(xml, 1), xml.find("<d/>"));
  EXPECT_EQ(attribute_in_tag(xml, 17, "c"), xml.find("c="));
  EXPECT_EQ(attribute_in_tag(xml, 17, "d"), 17u);
}

}  // namespace
}  // namespace protocol::p32::test
