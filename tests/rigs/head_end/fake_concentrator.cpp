// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/fake_concentrator.hpp"

#include "tests/rigs/head_end/fake_meter.hpp"

namespace hes_test {
namespace {

constexpr std::int64_t kFebruaryMs = INT64_C(1'706'745'600'000);

p32::ProfileRow profile_row(const hes::Row& row) {
  p32::ProfileRow out;
  out.at.utc_s = row.stamp_utc_s;
  out.at.deviation_min = row.deviation_min;
  out.at.status = row.clock_status;
  out.capture_counter = row.capture_counter;
  out.status = static_cast<std::uint8_t>(row.status);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    out.values[i] = static_cast<std::uint64_t>(row.values[i]);
  }
  return out;
}

// What was set is read back, unless the meter shows something else.
std::vector<p32::OperationResult> results_of(const p32::RawDlmsOrder& order,
                                             const std::optional<p32::Octets>& shown) {
  std::vector<p32::OperationResult> results;
  for (const p32::DlmsOperation& operation : order.operations) {
    const auto index = static_cast<std::uint16_t>(results.size());
    p32::Octets data{0x11, 0x2A};
    for (const p32::DlmsOperation& before : order.operations) {
      const bool same = before.service == p32::DlmsService::set &&
                        before.instance == operation.instance && before.index == operation.index;
      if (same) data = shown.value_or(before.data);
    }
    if (operation.service == p32::DlmsService::set) data.clear();
    results.push_back({index, 0, data});
  }
  return results;
}

}  // namespace

FakeConcentrator::FakeConcentrator(std::string name) : id(std::move(name)) {}

p32::Message FakeConcentrator::message(p32::Body body, const std::string& re) {
  p32::Envelope envelope;
  envelope.seq = ++seq_;
  envelope.id = id + ":" + std::to_string(envelope.seq);
  envelope.from = id;
  envelope.to = "AMTHES";
  envelope.at = kFebruaryMs + static_cast<std::int64_t>(envelope.seq);
  envelope.re = re;
  return {envelope, std::move(body)};
}

void FakeConcentrator::say(p32::Body body, const std::string& re) {
  const p32::Message made = message(std::move(body), re);
  if (std::holds_alternative<p32::Report>(made.body)) reports_[made.envelope.seq] = made;
  outbox_.push_back(made);
  pump();
}

void FakeConcentrator::hello() {
  p32::Hello hello;
  hello.software = "fake";
  hello.restarts = restarts;
  say(hello);
}

void FakeConcentrator::report_rows(std::int64_t from_s, std::int64_t to_s, std::int64_t now_s,
                                   const std::string& re, const std::vector<std::string>& meters) {
  p32::Report report;
  report.cause = re.empty() ? p32::Cause::schedule : p32::Cause::request;
  p32::ProfileReport profile;
  for (const auto& [serial, all] : rows) {
    if (!meters.empty() && std::find(meters.begin(), meters.end(), serial) == meters.end()) {
      continue;
    }
    p32::ProfileMeter& meter = profile.meters.emplace_back();
    meter.id = serial;
    meter.period_s = 900;
    if (meter_failure) {
      meter.failure = meter_failure;
      continue;
    }
    meter.from = from_s * 1000;
    meter.to = std::min(to_s, now_s) * 1000;
    for (const hes::Row& row : all) {
      if (row.stamp_utc_s >= from_s && row.stamp_utc_s <= to_s && row.stamp_utc_s <= now_s) {
        meter.rows.push_back(profile_row(row));
      }
    }
  }
  report.body = std::move(profile);
  say(std::move(report), re);
}

void FakeConcentrator::connected() {
  client_ = p32::HttpClient();
  open_ = true;
  waits_ = false;
  // What was on its way is lost; reports begin anew.
  outbox_.clear();
  octets_.clear();
  hello();
  for (const auto& [number, report] : reports_) outbox_.push_back(report);
  pump();
}

void FakeConcentrator::pump() {
  if (!open_ || waits_ || outbox_.empty()) return;
  waits_ = true;
  octets_ += p32::http_request("head-end", p32::encode(outbox_.front()));
}

void FakeConcentrator::received(protocol::Bytes octets, std::int64_t now_s) {
  client_.feed(octets);
  while (const auto response = client_.next()) {
    statuses.push_back(response->status);
    if (response->part) {
      parts.push_back(*response);
      continue;
    }
    if (waits_ && !outbox_.empty()) outbox_.pop_front();
    waits_ = false;
    if (!response->keep_alive) open_ = false;
    if (response->body.empty()) continue;
    const p32::Decoded decoded = p32::decode(response->body);
    if (!decoded) continue;
    const p32::Message& answer = decoded.message();
    answers.push_back(answer);
    if (std::holds_alternative<p32::Ack>(answer.body) && !forgets_acks) {
      std::erase_if(reports_, [&](const auto& entry) {
        return entry.second.envelope.id == answer.envelope.re;
      });
    }
    if (const auto* work_of = std::get_if<p32::Work>(&answer.body)) {
      for (const p32::WorkItem& item : work_of->items) work(item, now_s);
    }
  }
  pump();
}

void FakeConcentrator::received_as_server(protocol::Bytes octets, std::int64_t now_s) {
  if (!server_) return;
  server_->feed(octets);
  while (const auto request = server_->next()) {
    const p32::Decoded decoded = p32::decode(request->body);
    if (!decoded) continue;
    const p32::Message& asked_of = decoded.message();
    p32::Body answer = p32::Ack{};
    if (std::holds_alternative<p32::Hello>(asked_of.body)) {
      p32::Hello own;
      own.software = "fake";
      answer = own;
    } else {
      p32::WorkItem item{asked_of.envelope.id, asked_of.envelope.seq, asked_of.envelope.at, {}};
      if (const auto* order = std::get_if<p32::SignedOrder>(&asked_of.body)) item.body = *order;
      if (const auto* request_of = std::get_if<p32::Request>(&asked_of.body)) {
        item.body = *request_of;
      }
      const bool acks_before = acks;
      acks = false;  // the answer says it
      work(item, now_s);
      acks = acks_before;
    }
    if (!acks && !std::holds_alternative<p32::Hello>(answer)) continue;
    server_octets_ +=
        p32::http_response(200, p32::encode(message(std::move(answer), asked_of.envelope.id)));
  }
}

void FakeConcentrator::work(const p32::WorkItem& item, std::int64_t now_s) {
  if (acks) say(p32::Ack{}, item.id);
  if (!executes || done_[item.id]) return;
  done_[item.id] = true;
  if (const auto* order = std::get_if<p32::SignedOrder>(&item.body)) return execute(*order, now_s);
  const p32::Selection& selection = std::get<p32::Request>(item.body).selection;
  asked.push_back(selection);
  report_rows(*selection.from / 1000, *selection.until / 1000, now_s, item.id, selection.meters);
}

void FakeConcentrator::execute(const p32::SignedOrder& order, std::int64_t now_s) {
  if (verifier && !verifier->verify(order)) {
    ++refused_signatures;
    return;
  }
  executed.push_back(order.order);
  p32::Report report;
  report.cause = p32::Cause::order;
  p32::OrderResult& result = report.order.emplace();
  result.order = order.order.id;
  result.kind = order.order.kind();
  result.state = meter_failure ? p32::OrderState::failed : p32::OrderState::done;
  std::vector<std::string> serials = order.order.meters;
  if (const auto* keys = std::get_if<p32::KeyChangeOrder>(&order.order.body)) {
    serials.push_back(keys->keys.at(0).meter);
  }
  for (const std::string& serial : serials) {
    p32::OrderMeter& meter = result.meters.emplace_back();
    meter.id = serial;
    meter.at = now_s * 1000;
    meter.failure = meter_failure;
    if (const auto* relay = std::get_if<p32::RelayOrder>(&order.order.body)) {
      relay_closed[serial] = relay->action == p32::RelayAction::close;
    }
    if (const auto* raw = std::get_if<p32::RawDlmsOrder>(&order.order.body)) {
      meter.operations = results_of(*raw, shown);
      if (leaves_out_the_last) meter.operations.pop_back();
    }
    if (std::holds_alternative<p32::ClockSyncOrder>(order.order.body)) {
      meter.clock_offset_ms = 37'000;
    }
  }
  if (result.kind == p32::OrderKind::relay) {
    p32::RelayStatusReport status;
    for (const std::string& serial : order.order.meters) {
      p32::RelayMeter& meter = status.meters.emplace_back();
      meter.id = serial;
      meter.read_at = now_s * 1000;
      meter.output_closed = relay_closed[serial];
    }
    report.body = std::move(status);
  } else if (result.kind == p32::OrderKind::firmware_campaign) {
    p32::FirmwareStatusReport status;
    for (const std::string& serial : order.order.meters) {
      p32::FirmwareTarget& target = status.targets.emplace_back();
      target.id = serial;
      target.failure = meter_failure;
      target.state = p32::TransferState::activated;
      target.active = revision;
    }
    report.body = std::move(status);
  } else {
    report.body = p32::InstantaneousReport{};
  }
  say(std::move(report), order.order.id);
}

std::vector<std::uint8_t> FakeConcentrator::take_octets() {
  std::vector<std::uint8_t> octets(octets_.begin(), octets_.end());
  octets_.clear();
  return octets;
}
std::vector<std::uint8_t> FakeConcentrator::take_server_octets() {
  std::vector<std::uint8_t> octets(server_octets_.begin(), server_octets_.end());
  server_octets_.clear();
  return octets;
}

std::size_t FakeConcentrator::open_reports() const { return reports_.size(); }

p32::Report rows_report(const std::string& serial, const std::vector<hes::Row>& rows) {
  p32::Report report;
  p32::ProfileReport profile;
  p32::ProfileMeter& meter = profile.meters.emplace_back();
  meter.id = serial;
  meter.period_s = 900;
  for (const hes::Row& row : rows) meter.rows.push_back(profile_row(row));
  report.body = std::move(profile);
  return report;
}

hes::Inventory plc_inventory(std::size_t direct, std::size_t behind, hes::Uplink uplink) {
  std::vector<hes::MeterEntry> meters = fake_inventory(direct + behind).meters();
  for (std::size_t i = direct; i < meters.size(); ++i) meters[i].concentrator = 0;
  return hes::Inventory(std::move(meters), {{"DC1", "10.1.0.1", 8433, uplink, kTransportKey}});
}

}  // namespace hes_test
