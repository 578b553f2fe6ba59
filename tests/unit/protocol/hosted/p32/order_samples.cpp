// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using cosem::obis;

Order order(std::uint64_t seq, OrderBody body, std::vector<std::string> meters) {
  Order order;
  order.id = "HES-O-" + std::to_string(seq);
  order.concentrator = "DC01";
  order.seq = seq;
  order.from = kMidnight;
  order.until = kMidnight + 24 * kHourMs;
  order.priority = Priority::high;
  order.meters = std::move(meters);
  order.body = std::move(body);
  return order;
}

Envelope from_head_end(std::uint64_t seq, const char* re = "") {
  return {"HES-" + std::to_string(seq), "HES", "DC01", seq, kMidnight + 5 * kMinuteMs, re};
}

Message signed_message(const Order& order) {
  return {from_head_end(40 + order.seq), Signer(test_key()).sign(order)};
}

ActivityCalendarOrder calendar() {
  ActivityCalendarOrder body;
  body.name = "2026A";
  body.activate_at_ms = kMidnight + 24 * kHourMs;
  body.seasons = {{"winter", {0, 11, 1}, "w"}, {"summer", {0, 4, 1}, "w"}};
  body.weeks = {{"w", {1, 1, 1, 1, 1, 2, 2}}};
  body.days = {{1, {{0, 1}, {6 * 3600, 2}, {22 * 3600 + 30 * 60, 1}}}, {2, {{0, 1}}}};
  body.special_days = {{1, {0, 12, 25}, 2}, {2, {2026, 4, 6}, 2}};
  return body;
}

PowerLimitOrder power_limit() {
  PowerLimitOrder body{5'750, 60, 300, LimiterAction::disconnect, {}, {}, {}};
  body.emergency = EmergencyLimit{1, kMidnight + kHourMs, 7200, 2'300};
  return body;
}

KeyChangeOrder keys() {
  KeyChangeOrder body;
  body.keys = {{kMeter1, KeyId::unicast, Octets(24, 0xA1), Octets(24, 0xB1)},
               {kMeter1, KeyId::authentication, Octets(24, 0xA2), Octets(24, 0xB2)}};
  return body;
}

RawDlmsOrder raw() {
  RawDlmsOrder body;
  body.operations = {
      {DlmsService::get, 3, obis(1, 0, 1, 8, 0), 2, {}, {}, {}},
      {DlmsService::get, 7, obis(1, 0, 99, 1, 0), 2, 2, {0x02, 0x04, 0x06, 0, 0, 0, 1}, {}},
      {DlmsService::set, 8, obis(0, 0, 1, 0, 0), 8, {}, {}, {0x03, 0x01}},
      {DlmsService::action, 70, obis(0, 0, 96, 3, 10), 1, {}, {}, {0x0F, 0x00}}};
  return body;
}

FirmwareCampaignOrder firmware() {
  FirmwareCampaignOrder body;
  body.campaign = "FW-2026-1";
  body.activate_at = kMidnight + 20 * kHourMs;
  body.image = FirmwareImage{
      "https://hes.example/fw/ad11a-1.1?x=1&y=2", "AD11A 1.1", 163'840, Octets(32, 0x5C), 256, 1};
  return body;
}

ConcentratorParameters some_parameters() {
  ConcentratorParameters parameters;
  parameters.poll_period_s = 60;
  parameters.tasks = {{"lp", TaskKind::load_profile, true, 900, 120, Priority::normal, true, {}}};
  return parameters;
}

}  // namespace

PrivateKey test_key() {
  return {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
          0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
          0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
}

Order relay_order() { return order(1, RelayOrder{RelayAction::open}, {kMeter1, kMeter2}); }

std::vector<Sample> order_samples() {
  MeterParametersOrder parameters;
  parameters.capture_period_s = 900;
  parameters.time_zone_min = -60;
  parameters.daylight_saving = true;
  parameters.control_mode = 4;
  parameters.sag_threshold_dv = 2'070;
  parameters.swell_threshold_dv = 2'530;
  parameters.power_quality_time_s = 60;
  parameters.clear_errors = true;
  FirmwareCampaignOrder cancel;
  cancel.campaign = "FW-2026-1";
  const std::vector<std::string> both{kMeter1, kMeter2};
  const auto sample = [](const char* name, const Order& order) {
    return Sample{name, signed_message(order)};
  };
  return {
      sample("order_relay", relay_order()),
      sample("order_meter_parameters", order(2, parameters, both)),
      sample("order_activity_calendar", order(3, calendar(), both)),
      sample("order_power_limit", order(4, power_limit(), both)),
      sample("order_clock_sync", order(5, ClockSyncOrder{ClockSyncMode::shift, 30}, both)),
      sample("order_key_change", order(6, keys(), {})),
      sample("order_concentrator_parameters",
             order(7, ConcentratorParametersOrder{some_parameters()}, {})),
      sample("order_concentrator_command",
             order(8, ConcentratorCommandOrder{Command::cancel, "HES-O-3", {}}, {})),
      sample("order_raw_dlms", order(9, raw(), {kMeter1})),
      sample("order_firmware_campaign", order(10, firmware(), both)),
      sample("order_firmware_cancel", order(11, cancel, {})),
  };
}

std::vector<Sample> other_samples() {
  Hello concentrator{1, "amitwin-dcu 1.0.0", 39, Uplink::gprs, 3, 300};
  Hello head_end{1, "amitwin-hes 1.0.0", 10, {}, {}, {}};
  const Envelope from_dc{"DC01-10", "DC01", "HES", 10, kMidnight, ""};
  Selection selection;
  selection.report = ReportKind::load_profile;
  selection.source = Source::meter;
  selection.priority = Priority::high;
  selection.from = kMidnight - 24 * kHourMs;
  selection.until = kMidnight;
  selection.meters = {kMeter1, kMeter2};
  Selection events;
  events.report = ReportKind::meter_events;
  events.codes = {62, 63, 68};
  Work work;
  work.more = true;
  work.items = {{"HES-41", 41, kMidnight, Request{selection}},
                {"HES-42", 42, kMidnight + 1, Query{events}},
                {"HES-43", 43, kMidnight + 2, Signer(test_key()).sign(relay_order())}};
  ErrorBody error;
  error.failure = {ErrorCategory::message, error_code::kBreaksSchema};
  error.text = "The value 'maybe' is not an element of the set {\"true\", 'false'} & <more>\n";
  error.line = 3;
  error.column = 63;
  error.element = "/Message/Report/@last";
  error.allowed = "true or false; caf\xC3\xA9";
  ErrorBody refused;
  refused.failure = {ErrorCategory::access, error_code::kBadSignature};
  refused.text = "the signature does not fit";
  return {
      {"hello_concentrator", {from_dc, concentrator}},
      {"hello_head_end", {from_head_end(30, "DC01-10"), head_end}},
      {"request", {from_head_end(41), Request{selection}}},
      {"query", {from_head_end(42), Query{events}}},
      {"poll", {{"DC01-24", "DC01", "HES", 24, kMidnight, ""}, Poll{8}}},
      {"work", {from_head_end(50, "DC01-24"), work}},
      {"work_empty", {from_head_end(51, "DC01-25"), Work{}}},
      {"ack", {from_head_end(52, "DC01-13"), Ack{}}},
      {"ack_duplicate", {from_head_end(53, "DC01-13"), Ack{true}}},
      {"error_message", {from_head_end(54, "DC01-26"), error}},
      {"error_access", {{"DC01-27", "DC01", "HES", 27, kMidnight, "HES-43"}, refused}},
  };
}

std::vector<Sample> all_samples() {
  std::vector<Sample> all = report_samples();
  for (Sample& sample : order_samples()) all.push_back(std::move(sample));
  for (Sample& sample : other_samples()) all.push_back(std::move(sample));
  return all;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

std::string vector_file(const std::string& name) {
  std::ifstream file("tests/vectors/p32/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace protocol::p32::test
