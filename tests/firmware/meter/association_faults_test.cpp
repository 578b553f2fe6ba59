// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What trials from outside found about associations with the meter, on its own wires.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using protocol::axdr::Cursor;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Selection;
using rigs::hex;
using rigs::kDay_s;
using rigs::MeterFixture;
using rigs::Octets;
using rigs::TestClient;
using testing::ElementsAre;
using Time = Selection::Time;

constexpr std::int64_t kPeriod_s = 900;
const Attribute kTime{classes::Clock::kId, obis(0, 0, 1, 0, 0), 2};
const Attribute kImport{classes::Register::kId, obis(1, 0, 1, 8, 0), 2};
const Attribute kLoad{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2};
const Attribute kEvents{classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 0), 2};
const Attribute kContext{classes::AssociationLn::kId, obis(0, 0, 40, 0, 0), 5};

std::string text(const Octets& octets) {
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += "0123456789ABCDEF"[octet >> 4];
    out += "0123456789ABCDEF"[octet & 15];
  }
  return out;
}

// Of a client without ciphering: SET of the clock, SET and ACTION of a list, blocks of a long SET.
const char* const kUnconfirmed[] = {
    "C10181 0008 0000010000FF 02 00 090C07EA020A020A00000080000000",
    "C30181 0046 000060030AFF 01 01 0F00",
    "C10481 01 0008 0000010000FF 02 00 01 090C07EA020A020A00000080000000",
    "C30381 01 0046 000060030AFF 01 01 0F00",
    "C10181 0008 0000010000FF 02 00 0902",
    "C10181 0001 000060EE00FF 02 00 1101",
};

// A serial port with nothing between the frames and the test: what our own primary takes for a dead
// line is here a frame without information.
class BareLink final : public rigs::DlmsClient {
 public:
  BareLink(MeterFixture& meter, const protocol::dlms::ClientConfig& config, meter_uart port)
      : DlmsClient(config), meter_(meter), port_(port), client_(config.client_sap) {
    EXPECT_EQ(ask(protocol::hdlc::FrameKind::snrm, {}), Octets{});
  }
  Octets exchange(protocol::Bytes apdu) override {
    return ask(protocol::hdlc::FrameKind::information, apdu);
  }

 private:
  Octets ask(protocol::hdlc::FrameKind kind, protocol::Bytes apdu) {
    protocol::hdlc::Frame frame;
    frame.destination = {1, 0, 1};
    frame.source = {client_, 0, 1};
    frame.kind = kind;
    frame.poll_final = true;
    frame.ns = vs_;
    frame.nr = vr_;
    Octets information{0xE6, 0xE6, 0x00};
    information.insert(information.end(), apdu.begin(), apdu.end());
    const bool numbered = kind == protocol::hdlc::FrameKind::information;
    if (numbered) frame.information = information;
    Octets octets(1200);
    protocol::Writer out(octets);
    EXPECT_TRUE(encode(frame, out));
    meter_.frames.clear();
    meter_.firmware->on_uart(meter_.instance(), port_, octets.data(),
                             static_cast<std::uint32_t>(out.size()));
    if (numbered) vs_ = (vs_ + 1) & 7;
    EXPECT_EQ(meter_.frames.size(), 1u) << "a poll is always answered";
    if (meter_.frames.empty()) return {};
    const Octets& sent = meter_.frames.front().octets;
    const auto answer = protocol::hdlc::decode(protocol::Bytes(sent).subspan(1, sent.size() - 2));
    EXPECT_TRUE(answer.ok());
    if (!answer.ok() || answer->kind != protocol::hdlc::FrameKind::information) return {};
    vr_ = (vr_ + 1) & 7;
    return rigs::copy(answer->information.subspan(3));
  }

  MeterFixture& meter_;
  meter_uart port_;
  std::uint16_t client_;
  std::uint8_t vs_ = 0;
  std::uint8_t vr_ = 0;
};

void expect_silence(rigs::DlmsClient& client) {
  ASSERT_TRUE(client.associate());
  for (const char* request : kUnconfirmed) {
    EXPECT_EQ(client.exchange(hex(request)), Octets{}) << request;
    EXPECT_TRUE(client.get(kImport)) << "the association is lost after " << request;
  }
}

TEST(AssociationFaults, fault_02_unconfirmed_services_get_no_answer_at_either_serial_port) {
  MeterFixture meter{rigs::utc_s(2026, 2, 10, 10)};
  for (const meter_uart port : {METER_UART_OPTICAL, METER_UART_RS485}) {
    BareLink reader{meter, rigs::reading_client(meter.provision), port};
    expect_silence(reader);
  }
  EXPECT_TRUE(meter.relay_closed);
}

TEST(AssociationFaults, fault_02_unconfirmed_services_get_no_answer_on_the_power_line) {
  rigs::PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  rigs::PlcClient reader(bench, rigs::reading_client(bench.meter.provision));
  expect_silence(reader);
}

class RangeFaults : public testing::Test {
 protected:
  void start(std::int64_t at_utc_s, std::int64_t span_s) {
    meter = std::make_unique<MeterFixture>(at_utc_s);
    meter->run_to(at_utc_s + span_s);
    reader = std::make_unique<TestClient>(*meter, rigs::reading_client(meter->provision));
    ASSERT_TRUE(reader->connect() && reader->associate());
  }
  // UTC stamps as seconds since `origin`.
  std::vector<std::int64_t> stamps(const Selection& selection, std::int64_t origin) {
    std::vector<std::int64_t> all;
    const auto rows = rigs::rows_of(reader->get(kLoad, selection));
    EXPECT_TRUE(rows);
    if (!rows) return all;
    for (const rigs::WireRow& row : *rows) all.push_back(row.time.utc_s - origin);
    return all;
  }
  static Selection local(std::int64_t from_s, Time from, std::int64_t to_s, Time to) {
    Selection selection;
    selection.kind = Selection::Kind::range;
    selection.from_utc_s = from_s;
    selection.from_time = from;
    selection.to_utc_s = to_s;
    selection.to_time = to;
    return selection;
  }
  std::string ask(const std::string& columns, const char* dates = nullptr) {
    const std::string twice =
        "090C07E8031EFF02000000800000"
        "090C07E8031EFF02000000800000";
    const std::string request =
        "C001C1 0007 0100630100FF 02 0101 0204 0204 120008 09060000010000FF 0F02 120000" +
        (dates == nullptr ? twice : std::string(dates)) + columns;
    return text(reader->exchange(hex(request)));
  }
  std::unique_ptr<MeterFixture> meter;
  std::unique_ptr<TestClient> reader;
};

// The request of the trial: 02:00 without deviation is 02:00+01:00.
TEST_F(RangeFaults, fault_03_a_range_without_deviation_is_local_time) {
  const std::int64_t midnight_s = rigs::utc_s(2024, 3, 29, 23);
  start(midnight_s, 4 * rigs::kHour_s);
  EXPECT_EQ(ask("0100").substr(0, 44),
            "C401C1000101"
            "0209"
            "090C07E8031E0602000000FFC400");
  EXPECT_EQ(ask("0100"), ask("0100",
                             "090C07E8031EFF020000008000FF"
                             "090C07E8031EFF020000008000FF"));
  EXPECT_EQ(ask("0100"), ask("0100",
                             "090C07E8031EFF02000000FFC400"
                             "090C07E8031EFF02000000FFC400"));
}

// Last Sunday of October: at 01:00 UTC the clocks go from 03:00 to 02:00.
TEST_F(RangeFaults, fault_03_in_the_hour_that_autumn_has_twice_both_rows_match) {
  const std::int64_t change_s = rigs::utc_s(2026, 10, 25, 1);
  start(change_s - 4 * rigs::kHour_s, 8 * rigs::kHour_s);
  const std::int64_t two_s = rigs::utc_s(2026, 10, 25, 2);  // local, as if it were UTC
  const auto both = [&](std::int64_t from_s, Time from, std::int64_t to_s, Time to) {
    return stamps(local(two_s + from_s, from, two_s + to_s, to), change_s);
  };
  const auto any = Time::local;
  const auto summer = Time::local_daylight_saving;
  const auto winter = Time::local_standard;
  EXPECT_THAT(both(1800, any, 1800, any), ElementsAre(-1800, 1800));
  EXPECT_THAT(both(1800, summer, 1800, summer), ElementsAre(-1800));
  EXPECT_THAT(both(1800, winter, 1800, winter), ElementsAre(1800));
  EXPECT_THAT(both(0, any, 900, any), ElementsAre(-3600, -2700, 0, 900));
  EXPECT_THAT(both(1800, summer, 1800, winter), ElementsAre(-1800, -900, 0, 900, 1800));
  EXPECT_THAT(both(-900, any, 0, any), ElementsAre(-4500, -3600, 0));
  EXPECT_THAT(both(2700, any, 3600, any), ElementsAre(-900, 2700, 3600));
  EXPECT_THAT(both(1800, summer, 900, any), ElementsAre(0, 900)) << "02:30 comes after 02:15";
  EXPECT_THAT(both(2700, any, 1800, any), ElementsAre());
  EXPECT_THAT(both(7200, any, 7200, any), ElementsAre(7200)) << "an hour later it is clear again";
  EXPECT_THAT(both(-3600, winter, -3600, winter), ElementsAre(-7200)) << "clear: no need to say";
}

TEST_F(RangeFaults, fault_03_the_hour_that_spring_leaves_out_has_no_rows) {
  const std::int64_t change_s = rigs::utc_s(2026, 3, 29, 1);
  start(change_s - 2 * rigs::kHour_s, 4 * rigs::kHour_s);
  const std::int64_t two_s = rigs::utc_s(2026, 3, 29, 2);
  const auto rows = [&](std::int64_t from_s, std::int64_t to_s) {
    return stamps(local(two_s + from_s, Time::local, two_s + to_s, Time::local), change_s);
  };
  EXPECT_THAT(rows(900, 1800), ElementsAre());
  EXPECT_THAT(rows(-900, 1800), ElementsAre(-900));
  EXPECT_THAT(rows(1800, 3600), ElementsAre(0));
}

constexpr const char* kClockColumn = "0204 120008 09060000010000FF 0F02 120000";
constexpr const char* kImportColumn = "0204 120003 09060100010800FF 0F02 120000";
constexpr const char* kUnknownColumn = "0204 120003 09060100100800FF 0F02 120000";

TEST_F(RangeFaults, fault_04_columns_come_in_the_order_asked_for) {
  const std::int64_t start_s = rigs::utc_s(2024, 3, 29, 23);
  meter = std::make_unique<MeterFixture>(start_s);
  meter->consume({240.0, 6.0, -20.0, 50.0}, 4 * rigs::kHour_s);
  reader = std::make_unique<TestClient>(*meter, rigs::reading_client(meter->provision));
  ASSERT_TRUE(reader->connect() && reader->associate());
  const std::string clock = "090C07E8031E0602000000FFC400";
  const std::uint32_t wh = meter->rows(meter::fw::LogId::load)[7].values[0];
  Octets energy = {6, 0, 0, static_cast<std::uint8_t>(wh >> 8), static_cast<std::uint8_t>(wh)};
  ASSERT_GT(wh, 2000u);
  ASSERT_LT(wh, 65536u);
  const std::string one = "0101" + std::string(kClockColumn);
  EXPECT_EQ(ask(one),
            "C401C1000101"
            "0201" +
                clock);
  const std::string two = "0102" + std::string(kImportColumn) + kClockColumn;
  EXPECT_EQ(ask(two),
            "C401C1000101"
            "0202" +
                text(energy) + clock);
  const std::string swapped = "0102" + std::string(kClockColumn) + kImportColumn;
  EXPECT_EQ(ask(swapped),
            "C401C1000101"
            "0202" +
                clock + text(energy));
  EXPECT_EQ(ask("0102" + std::string(kClockColumn) + kUnknownColumn), "C401C1010B");
  EXPECT_EQ(ask("0101 0204 120003 09060100010800FF 0F02 120001"), "C401C1010B") << "data index";
  std::string many = "0111";
  for (int k = 0; k < 17; ++k) many += kClockColumn;
  EXPECT_EQ(ask(many), "C401C1010D");
  // By number: entry 8, columns 3 to 3 and 1 to 1, then from the eighth to the last.
  const auto by_number = [&](const char* columns) {
    return text(reader->exchange(hex(std::string("C001C1 0007 0100630100FF 02 0102 0204"
                                                 "0600000008 0600000008") +
                                     columns)));
  };
  EXPECT_EQ(by_number("120003 120003"),
            "C401C1000101"
            "0201" +
                text(energy));
  EXPECT_EQ(by_number("120001 120001"),
            "C401C1000101"
            "0201" +
                clock);
  EXPECT_EQ(by_number("120008 120000").substr(0, 18),
            "C401C1000101"
            "0202"
            "06");
  EXPECT_EQ(by_number("120008 1200FF").substr(0, 18),
            "C401C1000101"
            "0202"
            "06");
  EXPECT_EQ(by_number("12000A 120000"), "C401C1010D");
  EXPECT_EQ(by_number("120004 120003"), "C401C1010D");
}

// In blocks, and beside another client's: each transfer has its own columns.
TEST_F(RangeFaults, fault_04_columns_of_a_long_range_come_in_blocks) {
  const std::int64_t start_s = rigs::utc_s(2026, 2, 10);
  start(start_s, 5 * kDay_s);
  Octets all;
  const std::string first = ask("0101" + std::string(kClockColumn),
                                "090C07EA0101FF00000000800000090C07EB0101FF00000000800000");
  Octets block = hex(first);
  int number = 1;
  for (;; ++number) {
    ASSERT_EQ(block[1], 2);
    ASSERT_EQ(block[8], 0);
    const std::size_t head = block[9] < 0x80 ? 10 : block[9] == 0x81 ? 11 : 12;
    all.insert(all.end(), block.begin() + static_cast<std::ptrdiff_t>(head), block.end());
    if (block[3] != 0 || number == 20) break;
    Octets next = hex("C002C1000000 00");
    next[6] = static_cast<std::uint8_t>(number);
    block = reader->exchange(next);
  }
  Cursor in(all);
  ASSERT_EQ(in.array(), 480u);
  for (std::int64_t k = 1; k <= 480; ++k) {
    in.structure(1);
    const auto time = protocol::cosem::decode_date_time(in.date_time());
    ASSERT_TRUE(time.ok());
    ASSERT_EQ(time->utc_s, start_s + k * kPeriod_s);
  }
  EXPECT_TRUE(in.at_end());
  EXPECT_GT(number, 3);
}

TEST_F(RangeFaults, fault_04_event_logs_have_columns_too) {
  start(rigs::utc_s(2026, 2, 10), 60);
  EXPECT_EQ(text(reader->exchange(hex("C001C1 0007 0000636200FF 02 0102 0204 0600000001"
                                      "0600000000 120002 120002"))),
            "C401C1000101"
            "02011102");
}

// 0.0.40.0.0 says what the AARE said, in every association; 512 octets are what this client takes.
TEST(AssociationFaults, fault_29_the_association_shows_what_was_negotiated) {
  MeterFixture meter{rigs::utc_s(2026, 2, 10, 10)};
  auto config = rigs::reading_client(meter.provision);
  config.max_pdu_octets = 512;
  TestClient reader{meter, config};
  TestClient manager{meter, rigs::management_client(meter.provision)};
  const auto context = [](TestClient& client) {
    const auto value = client.get(kContext);
    EXPECT_TRUE(value);
    return value ? text(*value) : std::string();
  };
  ASSERT_TRUE(reader.connect() && reader.associate());
  ASSERT_TRUE(manager.connect() && manager.associate());
  // Conformance, what the meter receives, what it sends, version 6.
  EXPECT_EQ(context(reader),
            "0206"
            "0418"
            "001E9D"
            "120400"
            "120200"
            "1106"
            "0F00"
            "0900");
  EXPECT_EQ(context(manager),
            "0206"
            "0418"
            "401E9D"
            "120400"
            "120400"
            "1106"
            "0F00"
            "0900");
  // A client that asks for less than there is, in an AARQ of its own (conformance 001E5D).
  BareLink anyone{meter, rigs::public_client(), METER_UART_OPTICAL};
  const Octets aare = anyone.exchange(
      hex("601D A109 0607 60857405080101 BE10 040E 01000000 065F1F0400001E5D 0200"));
  ASSERT_EQ(text(aare).substr(0, 2), "61");
  EXPECT_NE(text(aare).find("5F1F0400001E1D"), std::string::npos);
  EXPECT_EQ(text(anyone.exchange(hex("C001C1 000F 0000280000FF 05 00"))),
            "C401C100"
            "0206"
            "0418"
            "001E1D"
            "120400"
            "120200"
            "1106"
            "0F00"
            "0900");
  // Another one's, seen from here: what it would be offered.
  EXPECT_EQ(
      text(*manager.get({classes::AssociationLn::kId, obis(0, 0, 40, 0, 2), 5})).substr(0, 14),
      "0206"
      "0418"
      "001E9D");
}

}  // namespace
