// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hex.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/block.hpp"
#include "protocol/dlms/exception.hpp"
#include "protocol/dlms/hls.hpp"
#include "protocol/dlms/selection.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol_test {
namespace {

namespace dlms = protocol::dlms;
namespace cosem = protocol::cosem;
using protocol::Error;

TEST(Block, RawDataFillsTheSpaceExactlyOrOneShortOfIt) {
  for (std::size_t space = 12; space < 70'000; space += space < 700 ? 1 : 997) {
    const std::size_t head = 9;
    const std::size_t raw = dlms::max_raw_octets(space, head);
    const auto whole = [&](std::size_t n) { return head + protocol::axdr::length_octets(n) + n; };
    if (raw >= 0x10000) break;  // a block stays below 64 KiB: the PDU size has 16 bits
    EXPECT_LE(whole(raw), space);
    EXPECT_GT(whole(raw + 1), space) << space;
  }
}

TEST(Selection, RangeIsTheStructureOfTheBlueBook) {
  dlms::SelectionBuffer buffer{};
  cosem::Selection selection;
  selection.kind = cosem::Selection::Kind::range;
  selection.from_utc_s = 0;
  selection.to_utc_s = 86400;
  const auto access = dlms::encode_selection(selection, buffer);
  EXPECT_EQ(to_hex(access.parameters),
            "0204"
            "0204"
            "120008"
            "09060000010000FF"
            "0F02"
            "120000"
            "090C07B201010400000000000000"
            "090C07B201020500000000000000"
            "0100");
  const auto back = dlms::decode_selection(access);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->to_utc_s, 86400);
}

TEST(Selection, LocalTimesAreReadByTheirDeviation) {
  // The date-time type (tag 25) is as good as an octet-string.
  const Octets parameters =
      hex("0204 0204 120008 09060000010000FF 0F02 120000 1907E80701FF020000FFFF8880"
          "090C07E80701FF020000FF800000 0100");
  const auto selection = dlms::decode_selection({true, 1, parameters});
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->from_utc_s, 1719792000);
  EXPECT_EQ(selection->to_utc_s, 1719799200);
}

TEST(Selection, ARangeMayGoByTheCaptureCounter) {
  dlms::SelectionBuffer buffer{};
  const auto access = dlms::encode_selection(dlms::rows_numbered(7, 300), buffer);
  EXPECT_EQ(to_hex(access.parameters),
            "0204"
            "0204"
            "120001"
            "09060000600F32FF"
            "0F02"
            "120000"
            "0600000007"
            "060000012C"
            "0100");
  const auto back = dlms::decode_selection(access);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->kind, cosem::Selection::Kind::numbers);
  EXPECT_EQ(back->from_entry, 7u);
  EXPECT_EQ(back->to_entry, 300u);
  // Times where numbers belong, and the other way round.
  EXPECT_FALSE(dlms::decode_selection({true, 1,
                                       hex("0204 0204 120001 09060000600F32FF 0F02 120000"
                                           "090C07B201010400000000000000"
                                           "090C07B201010400000000000000 0100")})
                   .ok());
  EXPECT_FALSE(dlms::decode_selection({true, 1,
                                       hex("0204 0204 120008 09060000010000FF 0F02 120000"
                                           "0600000007 060000012C 0100")})
                   .ok());
}

// Blue Book 4.1.6.1: without deviation it is the local time of whoever has the clock, and the
// status octet tells which of two hours is meant.
TEST(Selection, fault_03_without_deviation_it_is_local_time) {
  using Time = cosem::Selection::Time;
  const auto range = [](const char* from_end, const char* to_end) {
    const std::string head = "0204 0204 120008 09060000010000FF 0F02 120000 090C07E80A1BFF02000000";
    const std::string text = head + from_end + "090C07E80A1BFF02300000" + to_end + "0100";
    return dlms::decode_selection({true, 1, hex(text.c_str())});
  };
  auto selection = range("8000FF", "800080");
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->from_time, Time::local);
  EXPECT_EQ(selection->to_time, Time::local_daylight_saving);
  EXPECT_EQ(selection->from_utc_s, 1729994400);  // 2024-10-27 02:00 as if it were UTC
  EXPECT_EQ(selection->to_utc_s, 1729997280);
  dlms::SelectionBuffer buffer{};
  const auto back = dlms::decode_selection(dlms::encode_selection(*selection, buffer));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->from_time, Time::local);
  EXPECT_EQ(back->to_time, Time::local_daylight_saving);
  EXPECT_EQ(back->to_utc_s, 1729997280);
  selection = range("800000", "FFC400");
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->from_time, Time::local_standard);
  EXPECT_EQ(selection->to_time, Time::utc);
  EXPECT_EQ(selection->to_utc_s, 1729997280 - 3600);
}

TEST(Selection, fault_04_columns_by_number_and_by_name) {
  auto selection =
      dlms::decode_selection({true, 2, hex("0204 0600000001 0600000000 120002 120003")});
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->first_column, 2);
  EXPECT_EQ(selection->last_column, 3);
  EXPECT_TRUE(selection->selects_columns());
  const Octets named =
      hex("0204 0204 120008 09060000010000FF 0F02 120000 090C07E80701FF020000FFFF8880"
          "090C07E80701FF020000FF800000 0102"
          "0204 120003 09060100010800FF 0F02 120000 0204 120008 09060000010000FF 0F02 120000");
  selection = dlms::decode_selection({true, 1, named});
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->n_columns, 2);
  EXPECT_EQ(to_hex(selection->columns),
            "020412000309060100010800FF0F02120000020412000809060000010000FF0F02120000");
  const Octets cut(named.begin(), named.end() - 3);
  EXPECT_EQ(dlms::decode_selection({true, 1, cut}).error(), Error::truncated);
}

TEST(Selection, UnknownSelectorsAreUnsupported) {
  EXPECT_EQ(dlms::decode_selection({true, 3, hex("00")}).error(), Error::unsupported);
  EXPECT_EQ(dlms::decode_selection({true, 2, hex("0203 0600000001 0600000000 120001")}).error(),
            Error::malformed);
  EXPECT_TRUE(dlms::decode_selection({}).ok());
}

// Green Book 9.5: a value for each attribute of the list, no more and no less.
TEST(Services, AListOfAttributesAndOfAnotherNumberOfValuesIsMalformed) {
  const std::string one = "0003 0100010800FF 02 00 ";
  EXPECT_TRUE(dlms::decode_set_request(hex("C104C1 01 " + one + "01 00")).ok());
  for (const std::string& list : {"01 " + one + "02 00 00", "02 " + one + one + "01 00"}) {
    EXPECT_EQ(dlms::decode_set_request(hex("C104C1 " + list)).error(), Error::malformed);
  }
}

TEST(Services, AResponseThatFailsWithSuccessIsMalformed) {
  EXPECT_TRUE(dlms::decode_get_response(hex("C401C1 01 03")).ok());
  EXPECT_EQ(dlms::decode_get_response(hex("C401C1 01 00")).error(), Error::malformed);
  EXPECT_EQ(dlms::decode_get_response(hex("C401C1 02 00")).error(), Error::malformed);
}

TEST(Association, AResultThatIsNoneIsMalformed) {
  for (const std::uint8_t result : {0, 1, 2, 3}) {
    dlms::Aare aare{};
    aare.context = dlms::Context{1};
    aare.result = static_cast<dlms::AssociationResult>(result);
    Octets octets(100);
    protocol::Writer out(octets);
    dlms::encode(aare, out);
    EXPECT_EQ(dlms::decode_aare(out.written()).ok(), result <= 2) << int{result};
  }
}

TEST(Exception, CounterErrorCarriesTheCounter) {
  const auto value = dlms::decode_exception_response(hex("D8010600000102"));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->invocation_counter, 0x102u);
  EXPECT_EQ(dlms::decode_exception_response(hex("D80106000001")).error(), Error::truncated);
  EXPECT_EQ(dlms::decode_exception_response(hex("D80307")).error(), Error::malformed);
}

TEST(Notification, CarriesIdOptionalTimeAndBody) {
  Octets buffer(100);
  protocol::Writer out(buffer);
  const Octets time = hex("07B201010400000000000000");
  ASSERT_TRUE(dlms::encode_notification(0x01000005, time, hex("1101"), out));
  EXPECT_EQ(to_hex(out.written()), "0F000000050C07B2010104000000000000001101");
  const auto back = dlms::decode_notification(out.written());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(copy(back->date_time), time);
  for (std::size_t n = 0; n < out.size(); ++n) {
    EXPECT_FALSE(dlms::decode_notification(out.written().first(n)).ok());
  }
  protocol::Writer again(buffer);
  EXPECT_FALSE(dlms::encode_notification(1, hex("07B2"), hex("1101"), again));
  EXPECT_EQ(dlms::decode_notification(hex("0F00000005 00 1101 1101")).error(), Error::malformed);
}

TEST(Hls, ChallengesOutsideTheirLengthsAreRefused) {
  EXPECT_TRUE(dlms::equal_in_constant_time(hex("0102"), hex("0102")));
  EXPECT_FALSE(dlms::equal_in_constant_time(hex("0102"), hex("0103")));
  EXPECT_FALSE(dlms::equal_in_constant_time(hex("0102"), hex("010203")));
  EXPECT_TRUE(dlms::equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace protocol_test
