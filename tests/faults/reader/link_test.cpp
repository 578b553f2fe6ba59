// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Octets that TCP cuts anywhere, meters that say nothing or too much, addresses of HDLC.
#include "protocol/hdlc/scanner.hpp"
#include "tests/faults/reader/reading.hpp"

namespace reader_test {
namespace {

const Octets kSerialValue = hex("0908 4142434431323334");  // "ABCD1234"

TEST(ReaderLink, fault_07_hdlc_frames_may_be_cut_anywhere) {
  for (const std::size_t piece : {1u, 2u, 3u, 5u, 8u, 0u}) {
    HdlcStream stream;
    stream.piece = piece;
    stream.meter.put(1, kSerial, 2, kSerialValue);
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.hdlc = true;
    options.timeout_ms = 5000;
    const Outcome outcome = read(stream, options);
    EXPECT_EQ(outcome.status, 0) << piece << outcome.fault;
    EXPECT_EQ(outcome.text, "ABCD1234") << piece;
    // SNRM, AARQ, GET, RLRQ, DISC: nothing was sent twice.
    EXPECT_EQ(stream.heard.size(), 5u) << piece;
  }
}

TEST(ReaderLink, fault_07_the_ua_of_the_report_in_two_parts) {
  class Recorded final : public reader::OctetStream {
   public:
    void write(protocol::Bytes) override { ++written; }
    std::vector<std::uint8_t> receive(std::int64_t) override {
      if (at == 2) return {};
      return at++ == 0 ? hex("7ea0072103730140") : hex("7e");
    }
    void reconnect() override {}
    int at = 0;
    int written = 0;
  } stream;
  const auto link = reader::make_hdlc_link(stream, {1, 0, 1}, 2000);
  link->open(16);
  EXPECT_EQ(stream.written, 1) << "SNRM once";
}

TEST(ReaderLink, fault_07_wrapper_messages_may_be_cut_anywhere_and_come_together) {
  for (const std::size_t piece : {1u, 2u, 7u, 9u, 0u}) {
    WrapperStream stream;
    stream.piece = piece;
    stream.meter.put(1, kSerial, 2, kSerialValue);
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.timeout_ms = 5000;
    const Outcome outcome = read(stream, options);
    EXPECT_EQ(outcome.status, 0) << piece << outcome.fault;
    EXPECT_EQ(outcome.text, "ABCD1234") << piece;
  }
}

TEST(ReaderLink, fault_12_what_comes_in_front_of_an_answer_is_passed_over) {
  const Octets in_front[] = {hex("0f00000001000910414d54313341303031323334353637383941"),
                             hex("c20000010000010000ff02091100"),
                             {}};
  for (const Octets& first : in_front) {
    WrapperStream stream;
    stream.meter.put(1, kSerial, 2, kSerialValue);
    stream.meter.script = [&](dlms::Sap client, const Octets& request) {
      ScriptedMeter::Answers answers = {first, first};
      for (const Octets& answer : stream.meter.served(client, request)) answers.push_back(answer);
      return std::optional(answers);
    };
    const Outcome outcome = read(stream, object("1/0.0.96.1.0"));
    EXPECT_EQ(outcome.status, 0) << outcome.fault;
    EXPECT_EQ(outcome.text, "ABCD1234");
  }
}

TEST(ReaderLink, fault_12_also_over_hdlc_where_the_answer_is_polled_for) {
  HdlcStream stream;
  stream.meter.put(1, kSerial, 2, kSerialValue);
  stream.meter.script = [&](dlms::Sap client, const Octets& request) {
    ScriptedMeter::Answers answers = {hex("0f0000000100090241 42")};
    for (const Octets& answer : stream.meter.served(client, request)) answers.push_back(answer);
    return std::optional(answers);
  };
  reader::ReadOptions options = object("1/0.0.96.1.0");
  options.hdlc = true;
  options.timeout_ms = 5000;
  const Outcome outcome = read(stream, options);
  EXPECT_EQ(outcome.status, 0) << outcome.fault;
  EXPECT_EQ(outcome.text, "ABCD1234");
}

TEST(ReaderLink, fault_12_nothing_but_notifications_is_no_answer) {
  WrapperStream stream;
  stream.meter.script = [](dlms::Sap,
                           const Octets& request) -> std::optional<ScriptedMeter::Answers> {
    if (!is_get(request)) return std::nullopt;
    return ScriptedMeter::Answers(2000, hex("0f0000000100090241 42"));
  };
  const Outcome outcome = read(stream, object("1/0.0.96.1.0"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.fault, "get: 1000 messages and no answer among them");
}

TEST(ReaderLink, fault_07_a_silent_meter_is_the_environments_fault) {
  for (const bool hdlc : {false, true}) {
    HdlcStream hdlc_stream;
    hdlc_stream.deaf = true;
    WrapperStream wrapper_stream;
    wrapper_stream.meter.script = [](dlms::Sap, const Octets&) {
      return std::optional(ScriptedMeter::Answers{});
    };
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.hdlc = hdlc;
    const Outcome outcome = hdlc ? read(hdlc_stream, options) : read(wrapper_stream, options);
    EXPECT_EQ(outcome.status, 5);
    EXPECT_EQ(outcome.fault, hdlc ? "HDLC: the meter does not answer" : "no answer in time");
  }
}

TEST(ReaderLink, AnHdlcAnswerOfEmptySegmentsHasAnEnd) {
  class Endless final : public reader::OctetStream {
   public:
    void write(protocol::Bytes octets) override {
      protocol::hdlc::Scanner scanner(octets);
      const auto heard = scanner.next();
      ASSERT_TRUE(heard);
      protocol::hdlc::Frame frame;
      frame.destination = heard->source;
      frame.source = heard->destination;
      frame.poll_final = true;
      const bool opens = heard->kind == protocol::hdlc::FrameKind::snrm;
      frame.kind = opens ? protocol::hdlc::FrameKind::ua : protocol::hdlc::FrameKind::information;
      frame.segmented = !opens;
      if (!opens) frame.ns = ns++ & 7;
      frame.nr = 1;
      Octets out(100);
      protocol::Writer writer(out);
      ASSERT_TRUE(protocol::hdlc::encode(frame, writer));
      answer = copy(writer.written());
    }
    std::vector<std::uint8_t> receive(std::int64_t) override { return std::exchange(answer, {}); }
    void reconnect() override {}
    Octets answer;
    std::uint8_t ns = 0;
  } stream;
  const auto link = reader::make_hdlc_link(stream, {1, 0, 1}, 2000);
  link->open(16);
  link->send(hex("60"), 2000);
  EXPECT_THROW(link->receive(), reader::Refused);
}

// Whatever frame it is that cannot be written: nobody but who asked hears of it, once the engine
// has returned, and the link can be opened anew.
TEST(ReaderLink, AStreamThatBreaksInsideOfTheEngineIsTheCallersError) {
  class Breaking final : public reader::OctetStream {
   public:
    void write(protocol::Bytes octets) override {
      if (++written == breaks_at) throw reader::Closed("the other end closed");
      stream.write(octets);
    }
    std::vector<std::uint8_t> receive(std::int64_t timeout_ms) override {
      return stream.receive(timeout_ms);
    }
    void reconnect() override { stream.reconnect(); }
    HdlcStream stream;
    int written = 0;
    int breaks_at = 0;
  } stream;
  stream.stream.meter.script = [](dlms::Sap, const Octets&) {
    return std::optional(ScriptedMeter::Answers{hex("c401c1000011 05")});
  };
  const auto link = reader::make_hdlc_link(stream, {1, 0, 1}, 2000);
  const auto ask = [&] {
    link->open(16);
    link->send(hex("c001c1000100000100 00ff0200"), 2000);
    return link->receive();
  };
  for (const int frame : {1, 2}) {  // SNRM, I
    stream.written = 0;
    stream.breaks_at = frame;
    try {
      ask();
      ADD_FAILURE() << frame;
    } catch (const reader::Closed& closed) {
      EXPECT_STREQ(closed.what(), "the other end closed") << frame;
    }
    link->abandon();
    stream.breaks_at = 0;
    EXPECT_FALSE(ask().empty()) << frame;
    link->abandon();
  }
}

// ---- Addresses ----

TEST(ReaderAddress, fault_16_the_physical_address_of_hdlc_and_its_forms) {
  const struct {
    std::uint16_t server;
    std::optional<std::uint16_t> physical;
    std::optional<unsigned> octets;
    protocol::hdlc::Address address;
  } cases[] = {
      {1, std::nullopt, std::nullopt, {1, 0, 1}},     {1, 17, std::nullopt, {1, 17, 2}},
      {1, 2836, std::nullopt, {1, 2836, 4}},          {1, 17, 4u, {1, 17, 4}},
      {300, std::nullopt, std::nullopt, {300, 0, 4}}, {1, std::nullopt, 2u, {1, 0, 2}},
  };
  for (const auto& each : cases) {
    reader::ReadOptions options;
    options.server = each.server;
    options.physical = each.physical;
    options.hdlc_octets = each.octets;
    EXPECT_EQ(reader::hdlc_address(options), each.address);
  }
  const auto refused = [](std::uint16_t server, std::optional<std::uint16_t> physical,
                          std::optional<unsigned> octets) {
    reader::ReadOptions options;
    options.server = server;
    options.physical = physical;
    options.hdlc_octets = octets;
    EXPECT_THROW(reader::hdlc_address(options), reader::InputError) << server;
  };
  refused(0, {}, {});
  refused(16'383, {}, {});
  refused(1, 16'383, {});
  refused(1, 17, 1u);
  refused(1, 200, 2u);
  refused(200, {}, 1u);
}

TEST(ReaderAddress, fault_16_a_meter_at_logical_1_and_physical_2836_is_read) {
  protocol::hdlc::SecondaryConfig config;
  config.physical_device = 2836;
  HdlcStream stream(config);
  stream.meter.put(8, kClock, 2, hex("090c07e8061506142d2dff8000ff"));
  reader::ReadOptions options = object("8/0.0.1.0.0:2");
  options.hdlc = true;
  options.physical = 2836;
  options.timeout_ms = 5000;
  const Outcome outcome = read(stream, options);
  EXPECT_EQ(outcome.status, 0) << outcome.fault;
  EXPECT_EQ(outcome.text, "2024-06-21T20:45:45");
  // 0.0.2.2C.2D: SNRM to 1/2836 of four octets.
  ASSERT_FALSE(stream.heard.empty());
  EXPECT_EQ(Octets(stream.heard[0].begin() + 3, stream.heard[0].begin() + 8), hex("00022c2921"));
}

}  // namespace
}  // namespace reader_test
