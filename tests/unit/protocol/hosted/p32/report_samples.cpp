// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using cosem::obis;

constexpr std::int16_t kCet = -60;
constexpr Failure kNoAnswer{ErrorCategory::communication, error_code::kNoAnswer};

MeterTime local(UtcMs utc_ms, std::uint8_t status = 0, std::uint8_t hundredths = 0) {
  return {utc_ms / 1000, kCet, status, hundredths};
}

Message report(std::uint64_t seq, ReportBody body, Cause cause = Cause::schedule,
               const char* re = "") {
  Report report;
  report.cause = cause;
  report.body = std::move(body);
  const std::string id = "DC01-" + std::to_string(seq);
  return {{id, "DC01", "HES", seq, kMidnight + 10 * kMinuteMs, re}, std::move(report)};
}

Message inventory() {
  InventoryMeter good{kMeter1,
                      {},
                      MeterState::registered,
                      0,
                      "02414D000065",
                      "AMT0000000000101",
                      "AD11A 1.0",
                      kMidnight - 6 * kHourMs,
                      kMidnight - kMinuteMs};
  InventoryMeter lost{kMeter2,   kNoAnswer, MeterState::disconnected, 1, "02414D000066", "", "",
                      kMidnight, {}};
  return report(11, InventoryReport{{good, lost}});
}

Message instantaneous() {
  InstantaneousMeter meter;
  meter.id = kMeter1;
  meter.clock = local(kMidnight + 8 * kMinuteMs + 7000, 0, 25);
  meter.readings = {{obis(1, 0, 1, 7, 0), 1250, 0, 27},
                    {obis(1, 0, 32, 7, 0), 2305, -1, 35},
                    {obis(1, 0, 1, 8, 0), 123'456, 0, 30}};
  return report(12, InstantaneousReport{{meter}}, Cause::request, "HES-40");
}

ProfileMeter closing_meter(const char* id, UtcMs at) {
  ProfileMeter meter;
  meter.id = id;
  meter.from = at;
  meter.to = at;
  meter.rows = {{local(at), 0, {123'456, 0, 2'345, 0, 0, 678}}};
  return meter;
}

Message load_profile_sample() {
  ProfileMeter good;
  good.id = kMeter1;
  good.from = kMidnight - kHourMs;
  good.to = kMidnight;
  good.period_s = 900;
  for (unsigned k = 0; k < 4; ++k) {
    good.rows.push_back({local(kMidnight - (3 - k) * 15 * kMinuteMs),
                         static_cast<std::uint8_t>(k == 2 ? 0x02 : 0x00),
                         {123'000 + 150 * k, 0, 2'300 + 15 * k, 0, 0, 678}});
  }
  ProfileMeter failed;
  failed.id = kMeter2;
  failed.failure = kNoAnswer;
  return report(13, ProfileReport{ReportKind::load_profile, {good, failed}});
}

Message meter_events(bool alarms) {
  EventMeter meter;
  meter.id = kMeter1;
  meter.events = {{EventLog::standard, local(kMidnight - 2 * kHourMs), 2, {}},
                  {EventLog::relay, local(kMidnight - kHourMs, 0x80), 62, {}}};
  if (alarms) meter.events = {{EventLog::standard, local(kMidnight), 2, kMidnight + 1500}};
  return report(alarms ? 17 : 16, MeterEventsReport{alarms, {meter}},
                alarms ? Cause::event : Cause::schedule);
}

Message concentrator_parameters() {
  Identity identity{"DC01", "amitwin", "DCU", "1.0.0", "024144000001", Uplink::gprs, kMidnight, 3};
  ConcentratorParameters parameters;
  parameters.poll_period_s = 300;
  parameters.head_end_host = "hes.example";
  parameters.head_end_port = 8432;
  parameters.ntp_host = "ntp.example";
  parameters.clock_threshold_s = 30;
  parameters.clock_limit_s = 3600;
  parameters.sessions_max = 10;
  parameters.meters_per_report = 100;
  parameters.retries = 3;
  parameters.retry_interval_s = 7200;
  parameters.meter_lost_after_s = 86'400;
  parameters.order_age_max_s = 86'400;
  parameters.firmware_timeout_s = 604'800;
  parameters.tasks = {
      {"lp", TaskKind::load_profile, true, 14'400, 0, Priority::normal, true, {}},
      {"day", TaskKind::daily_closing, true, 86'400, 600, Priority::high, true, {kMeter1, kMeter2}},
      {"clock", TaskKind::clock_check, false, 86'400, 7200, Priority::normal, false, {}}};
  return report(18, ConcentratorParametersReport{identity, parameters});
}

Message relay_status() {
  RelayMeter meter;
  meter.id = kMeter1;
  meter.read_at = kMidnight + 9 * kMinuteMs;
  meter.output_closed = false;
  meter.control_state = 0;
  meter.control_mode = 4;
  Message message = report(20, RelayStatusReport{{meter}}, Cause::order, "HES-O-1");
  OrderResult result;
  result.order = "HES-O-1";
  result.kind = OrderKind::relay;
  result.state = OrderState::failed;
  result.meters = {{kMeter1, {}, kMidnight + 9 * kMinuteMs, {}, {}},
                   {kMeter2, kNoAnswer, kMidnight + 10 * kMinuteMs, {}, {}}};
  std::get<Report>(message.body).order = result;
  return message;
}

// The result of a raw order stands beside an empty instantaneous report.
Message raw_result() {
  Message message = report(21, InstantaneousReport{}, Cause::order, "HES-O-9");
  OrderResult result;
  result.order = "HES-O-9";
  result.kind = OrderKind::raw_dlms;
  result.state = OrderState::done;
  OrderMeter meter{kMeter1, {}, kMidnight, -1250, {}};
  meter.operations = {{0, 0, {0x06, 0x00, 0x01, 0xE2, 0x40}}, {1, 3, {}}};
  result.meters = {meter};
  Report& body = std::get<Report>(message.body);
  body.order = result;
  body.part = 2;
  body.last = false;
  return message;
}

Message clock_status() {
  const ClockMeter read{kMeter1, {}, kMidnight + 9 * kMinuteMs, -1250};
  const ClockMeter silent{kMeter2, kNoAnswer, {}, 0};
  return report(24, ClockStatusReport{{read, silent}}, Cause::request, "HES-9");
}

Message firmware_status() {
  FirmwareStatusReport body;
  body.campaign = "FW-2026-1";
  body.targets = {{kMeter1, {}, TransferState::transferring, "AD11A 1.0", 17, 640},
                  {kMeter2, kNoAnswer, TransferState::failed, "", 0, 640}};
  return report(22, body);
}

Message statistics() {
  StatisticsReport body;
  body.from = kMidnight - 24 * kHourMs;
  body.until = kMidnight;
  body.nodes_registered = 2;
  body.nodes_min = 1;
  body.nodes_max = 2;
  body.airtime_us = 3'600'000'000;
  body.frames_sent = 41'000;
  body.frames_received = 52'000;
  body.frames_damaged = 310;
  body.uplink_sent_octets = 45'000;
  body.uplink_received_octets = 12'000;
  NodeStatistics near;
  near.id = kMeter1;
  near.eui48 = "02414D000065";
  near.registered = true;
  near.lnid = 1;
  near.is_switch = true;
  near.own_sid = 3;
  near.snr_down_cb = 183;
  near.snr_up_cb = 171;
  near.scheme = 6;
  near.available_s = 86'400;
  near.hours = 0xFFFFFF;
  near.requests = 120;
  NodeStatistics far = near;
  far.id = kMeter2;
  far.failure = kNoAnswer;
  far.eui48 = "02414D000066";
  far.registered = false;
  far.lnid = 7;
  far.sid = 3;
  far.level = 1;
  far.is_switch = false;
  far.own_sid = 0xFF;
  far.snr_down_cb = -12;
  far.snr_up_cb = 20;
  far.scheme = 4;
  far.available_s = 43'200;
  far.state_changes = 3;
  far.hours = 0x000FFF;
  far.requests_failed = 9;
  far.retransmissions = 44;
  body.nodes = {near, far};
  return report(23, body);
}

}  // namespace

std::vector<Sample> report_samples() {
  const ConcentratorEventsReport events{
      {{1, 5'000, EventGroup::standard, 1, ""},  // the clock was not set yet: 1970
       {2, kMidnight, EventGroup::meters, 1, kMeter1}}};
  return {
      {"report_inventory", inventory()},
      {"report_instantaneous", instantaneous()},
      {"report_load_profile", load_profile_sample()},
      {"report_daily_closing",
       report(14, ProfileReport{ReportKind::daily_closing,
                                {closing_meter(kMeter1, kMidnight - kHourMs)}})},
      {"report_monthly_closing",
       report(15, ProfileReport{ReportKind::monthly_closing,
                                {closing_meter(kMeter1, kMidnight - 97 * kHourMs)}})},
      {"report_meter_events", meter_events(false)},
      {"report_alarms", meter_events(true)},
      {"report_concentrator_parameters", concentrator_parameters()},
      {"report_concentrator_events", report(19, events)},
      {"report_relay_status", relay_status()},
      {"report_order_result", raw_result()},
      {"report_firmware_status", firmware_status()},
      {"report_statistics", statistics()},
      {"report_clock_status", clock_status()},
  };
}

Message load_profile(std::size_t meters, std::size_t rows) {
  ProfileReport body;
  for (std::size_t m = 0; m < meters; ++m) {
    char id[16];
    std::snprintf(id, sizeof id, "%010zu", 101 + m);
    ProfileMeter meter;
    meter.id = id;
    meter.period_s = 900;
    for (std::size_t k = 0; k < rows; ++k) {
      const auto step = static_cast<UtcMs>(k);
      meter.rows.push_back({local(kMidnight + step * 15 * kMinuteMs),
                            0,
                            {123'456 + 977 * m + 173 * k, 0, 2'345 + 31 * k, 0, 0, 678 + m}});
    }
    body.meters.push_back(std::move(meter));
  }
  return report(100, std::move(body));
}

}  // namespace protocol::p32::test
