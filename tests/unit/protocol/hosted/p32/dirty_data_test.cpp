// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What parsers of such interfaces met in the field: every item is refused with its place, or taken
// where it means no harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"
#include "protocol/hosted/p32/lint.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

std::string with(const std::string& file, std::string_view from, std::string_view to) {
  std::string xml = vector_file(file);
  const std::size_t at = xml.find(from);
  EXPECT_NE(at, xml.npos) << from;
  return at == xml.npos ? xml : xml.replace(at, from.size(), to);
}

void expect_refused(const std::string& xml, std::uint16_t code, std::uint32_t line) {
  const Decoded decoded = decode(xml);
  ASSERT_TRUE(!decoded.ok() || !decoded.left_out().empty()) << xml;
  const Problem& problem = decoded.ok() ? decoded.left_out().front() : decoded.problem();
  EXPECT_EQ(problem.code, code) << problem.text();
  EXPECT_EQ(problem.line, line) << problem.text();
  EXPECT_GE(problem.column, 1u);
}

TEST(DirtyData, NulOctets) {
  const std::string nul("\0", 1);
  expect_refused(with("report_load_profile.xml", "<Row", nul + "<Row"), error_code::kBadEncoding,
                 6);
  expect_refused(with("report_load_profile.xml", "\"00\"", "\"" + nul + "0\""),
                 error_code::kBadEncoding, 6);
  expect_refused(vector_file("poll.xml") + nul, error_code::kBadEncoding, 5);
}

TEST(DirtyData, StringsOfFF) {
  expect_refused(with("report_inventory.xml", "AD11A 1.0", "\xFF\xFF\xFF\xFF"),
                 error_code::kBadEncoding, 5);
}

TEST(DirtyData, TimeStampsOfF) {
  expect_refused(with("report_load_profile.xml", "2026-01-05T00:15:00", "FFFF-FF-FFTFF:FF:FF"),
                 error_code::kBreaksSchema, 6);
  expect_refused(with("report_load_profile.xml", "at=\"2026-01-05T00:15:00\"", "at=\"FFFFFFFFFF\""),
                 error_code::kBreaksSchema, 6);
}

TEST(DirtyData, YearsThatNobodyMeant) {
  for (const char* year : {"0000", "0015", "1807", "1969"}) {
    expect_refused(with("report_load_profile.xml", "2026-01-05T00:15:00",
                        std::string(year) + "-01-05T00:15:00"),
                   error_code::kBadValue, 6);
  }
}

TEST(DirtyData, EmptyAttributes) {
  for (const auto& [from, to] :
       {std::pair{"st=\"00\"", "st=\"\""}, std::pair{"dev=\"-60\"", "dev=\"\""},
        std::pair{"v=\"123000 0 2300 0 0 678\"", "v=\"\""}}) {
    expect_refused(with("report_load_profile.xml", from, to), error_code::kBreaksSchema, 6);
  }
}

TEST(DirtyData, IntegersSentAsFloats) {
  expect_refused(with("report_load_profile.xml", "123000", "123000.0"), error_code::kBreaksSchema,
                 6);
  expect_refused(with("report_load_profile.xml", "period=\"900\"", "period=\"9e2\""),
                 error_code::kBreaksSchema, 5);
}

TEST(DirtyData, MissingFields) {
  expect_refused(with("report_load_profile.xml", " at=\"2026-01-05T00:15:00\"", ""),
                 error_code::kBreaksSchema, 6);
  expect_refused(
      with("report_load_profile.xml", "v=\"123000 0 2300 0 0 678\"", "v=\"123000 0 2300 0 0\""),
      error_code::kBreaksSchema, 6);
  expect_refused(with("poll.xml", " seq=\"24\"", ""), error_code::kBreaksSchema, 2);
}

TEST(DirtyData, NegativeAndTooLargeRegisters) {
  expect_refused(with("report_load_profile.xml", "\"123000 0", "\"-123000 0"),
                 error_code::kBreaksSchema, 6);
  expect_refused(with("report_load_profile.xml", "\"123000 0", "\"18446744073709551616 0"),
                 error_code::kBreaksSchema, 6);
}

TEST(DirtyData, UnknownEncodings) {
  for (const char* encoding : {"ISO-8859-15", "UTF-16", "EBCDIC-CP-US", "x-unknown"}) {
    expect_refused(with("poll.xml", "UTF-8", encoding), error_code::kBadEncoding, 1);
  }
  // Latin-1 octets that claim to be UTF-8.
  expect_refused(with("error_message.xml", "caf\xC3\xA9", "caf\xE9"), error_code::kBadEncoding, 3);
}

TEST(DirtyData, Utf16IsRefused) {
  std::string wide("\xFF\xFE", 2);
  for (const char c : vector_file("poll.xml")) {
    wide += c;
    wide += '\0';
  }
  expect_refused(wide, error_code::kBadEncoding, 1);
}

TEST(DirtyData, ByteOrderMarkAndNoDeclarationAreFine) {
  EXPECT_TRUE(decode("\xEF\xBB\xBF" + vector_file("poll.xml")).ok());
  EXPECT_TRUE(decode(with("poll.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")).ok());
  EXPECT_TRUE(decode(with("poll.xml", "UTF-8", "us-ascii")).ok());
}

TEST(DirtyData, MeterWithFailureAndNoData) {
  const Decoded decoded = decode(vector_file("report_load_profile.xml"));
  ASSERT_TRUE(decoded.ok());
  const auto& report = std::get<Report>(decoded.message().body);
  const auto& meter = std::get<ProfileReport>(report.body).meters[1];
  ASSERT_TRUE(meter.failure.has_value());
  EXPECT_EQ(meter.failure->category, ErrorCategory::communication);
  EXPECT_TRUE(meter.rows.empty());
}

TEST(DirtyData, SameEventTwiceIsKeptTwice) {
  const std::string event =
      "<Event log=\"standard\" code=\"2\" at=\"2026-01-04T23:00:00\" dev=\"-60\" clk=\"00\"/>\n";
  const Decoded decoded = decode(with("report_meter_events.xml", event, event + event));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  const auto& report = std::get<Report>(decoded.message().body);
  EXPECT_EQ(std::get<MeterEventsReport>(report.body).meters[0].events.size(), 3u);
}

TEST(DirtyData, ClockOf1970IsAMessageWithARemark) {
  const std::string xml = with("poll.xml", "at=\"2026-01-05T", "at=\"1970-01-01T");
  EXPECT_TRUE(decode(xml).ok());
  const LintReport report = lint(xml);
  EXPECT_TRUE(report.ok());
  ASSERT_EQ(report.remarks.size(), 1u);
  EXPECT_THAT(report.remarks[0], testing::HasSubstr("clock is not set"));
}

TEST(DirtyData, CompressedWhenNotAnnounced) {
  const Decoded decoded = decode(gzip(vector_file("poll.xml")));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.problem().code, error_code::kBadEncoding);
}

}  // namespace
}  // namespace protocol::p32::test
