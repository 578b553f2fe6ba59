// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is no message of ours is answered, counted and dropped.
#include <random>

#include "protocol/hosted/fields/fields.hpp"
#include "tests/rigs/head_end/concentrator_world.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;
using hes_test::kFebruary;
using hes_test::quarters;
using hes_test::rows_report;

class Hostile : public hes_test::ConcentratorTest {
 protected:
  void begin() {
    start();
    world_->connect_concentrator();
    world_->run_for_s(5);
    dc().answers.clear();
    dc().statuses.clear();
  }
  void raw(const std::string& octets) {
    world_->raw_up(octets);
    world_->run_for_s(5);
  }
  void post(const std::string& xml) { raw(p32::http_request("head-end", xml)); }
  std::string report_xml(std::uint64_t seq, const std::string& from = "DC1",
                         const std::string& to = "AMTHES") {
    p32::Message message;
    message.envelope = {"x" + std::to_string(seq), from, to, seq, 1'706'745'600'000, ""};
    message.body = rows_report(serial(0), quarters(kFebruary + 900, 4));
    return p32::encode(message);
  }
  const p32::ErrorBody& error() { return std::get<p32::ErrorBody>(dc().answers.back().body); }
};

// A register that the store cannot hold is refused with its row, not stored as another number.
TEST_F(Hostile, fault_27_registers_keep_their_width_or_are_refused) {
  begin();
  p32::Message message;
  message.envelope = {"x500", "DC1", "AMTHES", 500, 1'706'745'600'000, ""};
  p32::Report report = rows_report(serial(0), quarters(kFebruary + 900, 4));
  auto& rows = std::get<p32::ProfileReport>(report.body).meters.at(0).rows;
  rows[1].values[0] = UINT64_MAX;
  rows[2].values[0] = INT64_MAX;
  message.body = report;
  post(p32::encode(message));
  EXPECT_EQ(dc().statuses, std::vector{200u});
  EXPECT_EQ(counters().rows, 3u);
  EXPECT_EQ(counters().rows_refused, 1u);
}

// On plain loopback a name proves nothing; a second connection under it is served beside the first.
TEST_F(Hostile, fault_25_a_second_connection_under_a_name_takes_none_away) {
  begin();
  constexpr ConnectionId kOther = 4711;
  const std::string hello = [] {
    p32::Message message;
    message.envelope = {"y1", "DC1", "AMTHES", 0, 1'706'745'600'000, ""};
    message.body = p32::Hello{};
    return p32::http_request("head-end", p32::encode(message));
  }();
  head_end_->open(kOther, Door::p32);
  head_end_->data(kOther, protocol::bytes_of(hello));
  head_end_->deliver(world_->now);
  world_->run_for_s(5);
  EXPECT_TRUE(world_->closed_by_head_end.empty());
  post(report_xml(600));
  EXPECT_EQ(dc().statuses, std::vector{200u});
  EXPECT_EQ(counters().rows, 4u);
  // What is no message closes its own connection.
  head_end_->data(kOther, protocol::bytes_of("GARBAGE\r\n\r\n"));
  head_end_->deliver(world_->now);
  world_->run_for_s(5);
  EXPECT_EQ(world_->closed_by_head_end, std::vector{kOther});
  post(report_xml(601));
  EXPECT_EQ(dc().statuses, (std::vector{200u, 200u}));
}

// What is wrong with one meter is nothing to the others of the report.
TEST_F(Hostile, fault_24_one_bad_meter_does_not_take_the_report_along) {
  begin();
  p32::Message message;
  message.envelope = {"x501", "DC1", "AMTHES", 501, 1'706'745'600'000, ""};
  p32::Report report = rows_report(serial(0), quarters(kFebruary + 900, 4));
  const p32::Report other = rows_report(serial(1), quarters(kFebruary + 900, 4));
  auto& meters = std::get<p32::ProfileReport>(report.body).meters;
  meters.push_back(std::get<p32::ProfileReport>(other.body).meters.at(0));
  message.body = report;
  std::string xml = p32::encode(message);
  const std::size_t status = xml.find(" st=\"");
  ASSERT_NE(status, std::string::npos);
  xml.replace(status, 7, " st=\"x");
  post(xml);
  EXPECT_EQ(dc().statuses, std::vector{200u});
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(dc().answers.back().body));
  EXPECT_EQ(counters().parts_refused, 1u);
  EXPECT_EQ(counters().rows, 4u);
}

TEST_F(Hostile, NoXmlIsAnsweredWithAPlace) {
  begin();
  post("<Message xmlns=\"urn:amitwin:p32ex:1\"\n <oops");
  EXPECT_EQ(counters().malformed, 1u);
  ASSERT_EQ(dc().statuses, std::vector{400u});
  EXPECT_EQ(error().failure.category, p32::ErrorCategory::message);
  EXPECT_EQ(error().failure.code, p32::error_code::kNotXml);
  EXPECT_EQ(error().line, 2u);
  post(report_xml(100));  // the connection goes on
  EXPECT_EQ(counters().reports, 1u);
}

TEST_F(Hostile, ABrokenSchemaIsAnsweredWithPlaceElementAndWhatIsAllowed) {
  begin();
  std::string xml = report_xml(100);
  const std::size_t at = xml.find("seq=\"100\"");
  ASSERT_NE(at, std::string::npos);
  xml.replace(at, 9, "seq=\"-5\"");
  post(xml);
  EXPECT_EQ(counters().malformed, 1u);
  EXPECT_EQ(error().failure.code, p32::error_code::kBreaksSchema);
  EXPECT_GT(error().line, 0u);
  EXPECT_FALSE(error().element.empty());
  EXPECT_FALSE(error().allowed.empty());
  EXPECT_EQ(dc().answers.back().envelope.re, "x100");
  EXPECT_EQ(store_->rows(), 0u);
}

TEST_F(Hostile, NoHttpIsAnsweredAndTheConnectionClosed) {
  begin();
  raw("HELO there\r\n\r\n");
  EXPECT_EQ(counters().http_refused, 1u);
  EXPECT_EQ(world_->uplink, 0u);
}

TEST_F(Hostile, ABodyThatIsTooLongIsRefusedBeforeItCame) {
  config_.p32_max_body_octets = 2000;
  begin();
  raw("POST /p32ex/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\n"
      "Content-Length: 999999999\r\n\r\n");
  EXPECT_EQ(counters().http_refused, 1u);
  EXPECT_EQ(world_->uplink, 0u);
}

TEST_F(Hostile, OnlyConcentratorsOfTheInventoryAreHeard) {
  begin();
  world_->disconnect_concentrator();
  dc() = FakeConcentrator("DC9");
  world_->connect_concentrator();
  world_->run_for_s(5);
  EXPECT_EQ(counters().denied, 1u);
  EXPECT_EQ(dc().statuses, std::vector{403u});
  EXPECT_EQ(error().failure.category, p32::ErrorCategory::access);
}

TEST_F(Hostile, AConnectionBelongsToTheFirstThatSpeaks) {
  std::vector<MeterEntry> meters = hes_test::plc_inventory(0, 2).meters();
  meters[1].concentrator = 1;
  begin();
  inventory_.emplace(
      std::move(meters),
      std::vector<ConcentratorEntry>{{"DC1", "", 0, Uplink::gprs}, {"DC2", "", 0, Uplink::gprs}});
  head_end_ =
      std::make_unique<LocalHeadEnd>(config_, *inventory_, std::vector{hes_test::fake_type()},
                                     *store_, *world_, log_, random_, seen_, world_->now);
  world_->attach(*head_end_);
  world_->connect_concentrator();
  world_->run_for_s(5);
  post(report_xml(100, "DC2"));
  EXPECT_EQ(counters().denied, 1u);
  post(report_xml(101, "DC1", "SOMEBODY"));
  EXPECT_EQ(counters().denied, 2u);
  EXPECT_EQ(error().failure.code, p32::error_code::kNotForUs);
  EXPECT_EQ(counters().reports, 0u);
}

TEST_F(Hostile, TheCertificatesNameBinds) {
  begin();
  Engine& engine = const_cast<Engine&>(head_end_->engine());
  const ConnectionId id = 7777;
  engine.on_open(id, Door::p32, "DC2");
  const std::string octets = p32::http_request("head-end", report_xml(100));
  engine.on_data(id, {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
  EXPECT_EQ(counters().denied, 1u);
  EXPECT_EQ(counters().reports, 0u);
}

TEST_F(Hostile, WhatOnlyAHeadEndSaysIsRefused) {
  begin();
  act([](FakeConcentrator& it) { it.say(p32::Request{}); });
  EXPECT_EQ(counters().unexpected, 1u);
  EXPECT_EQ(error().failure.code, p32::error_code::kUnexpected);
  act([](FakeConcentrator& it) { it.say(p32::Ack{}, "h4711"); });
  EXPECT_EQ(counters().unexpected, 2u);
}

TEST_F(Hostile, RequestsInOnePieceAreAnsweredInTheirOrder) {
  begin();
  std::string octets;
  for (std::uint64_t seq = 100; seq < 110; ++seq) {
    octets += p32::http_request("head-end", report_xml(seq));
  }
  octets += p32::http_request("head-end", "nonsense");
  raw(octets);
  ASSERT_EQ(dc().answers.size(), 11u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(dc().answers[i].envelope.re, "x" + std::to_string(100 + i));
  }
  EXPECT_EQ(dc().statuses.back(), 400u);
  EXPECT_EQ(store_->rows(), 4u);
}

TEST_F(Hostile, WhoNeverReadsAnswersIsCutOff) {
  config_.p32_commit_delay_s = 30;
  begin();
  std::string octets;
  for (std::uint64_t seq = 100; seq < 400; ++seq) {
    octets += p32::http_request("head-end", report_xml(seq));
  }
  raw(octets);
  EXPECT_EQ(counters().http_refused, 1u);
  EXPECT_LE(counters().reports, 128u);
}

// Octets may come cut anywhere.
TEST_F(Hostile, CutsDoNotMatter) {
  begin();
  const std::string octets = p32::http_request("head-end", report_xml(100));
  for (const char octet : octets) world_->raw_up(std::string_view(&octet, 1));
  world_->run_for_s(5);
  EXPECT_EQ(counters().reports, 1u);
  EXPECT_EQ(store_->rows(), 4u);
}

TEST_F(Hostile, GarbledStreamsNeverHarm) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  begin();
  std::uint64_t seq = 1000;
  for (int i = 0; i < 600; ++i) {
    std::string xml = report_xml(seq++);
    // In the document, or around it.
    const bool inside = random() % 2 == 0;
    const auto garble = [&random](std::string& octets) {
      for (std::uint64_t k = 1 + random() % 3; k > 0; --k) {
        octets[random() % octets.size()] = static_cast<char>(random());
      }
    };
    if (inside) garble(xml);
    std::string octets = p32::http_request("head-end", xml);
    if (!inside) garble(octets);
    if (random() % 8 == 0) octets.resize(random() % octets.size());
    world_->raw_up(octets);
    world_->run_for_s(2);
    if (world_->uplink != 0 && random() % 4 == 0) world_->disconnect_concentrator();
    if (world_->uplink == 0) world_->connect_concentrator();
  }
  const ConcentratorCounters& seen = counters();
  EXPECT_GT(seen.malformed + seen.http_refused + seen.denied, 300u);
  // It still works.
  if (world_->uplink != 0) world_->disconnect_concentrator();
  world_->connect_concentrator();
  world_->run_for_s(10);
  const std::uint64_t reports = seen.reports;
  act([&](FakeConcentrator& it) {
    it.say(rows_report(serial(1), quarters(kFebruary + 86'400, 4)));
  });
  EXPECT_EQ(seen.reports, reports + 1);
}

// An Ethernet concentrator's answers are no more trusted.
TEST_F(Hostile, GarbledAnswersNeverHarm) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  config_.backoff_s = 1;
  config_.backoff_max_s = 1;
  start(2, Uplink::ethernet);
  for (int i = 0; i < 200; ++i) {
    submit(order(OrderKind::relay_open));
    world_->run_for_s(1);
    if (world_->dialled != 0) {
      std::string octets = p32::http_response(200, report_xml(5));
      octets[random() % octets.size()] = static_cast<char>(random());
      head_end_->data(world_->dialled,
                      {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
      head_end_->deliver(world_->now);
    }
    world_->run_for_s(4);
  }
  world_->run_for_s(60);
  EXPECT_EQ(dc().executed.size(), 200u);  // each of them once
  EXPECT_GT(counters().dial_failed, 50u);
}

}  // namespace
}  // namespace hes
