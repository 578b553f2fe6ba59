// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/uplink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ReportKind;
using Group = Store::EventGroup;

constexpr std::size_t kReportsUnderWay = 4;
constexpr std::size_t kExtraMost = 64;
constexpr std::size_t kReportOctetsMost = 64u << 20;
constexpr unsigned kMostDoublings = 6;
constexpr std::int64_t kWriteAgainS = 1;

}  // namespace

void HeadEndLink::start() { dial(); }

void HeadEndLink::kick() {
  if (state_ == State::up) pump();
  // Polling keeps a connection of its own accord; otherwise reports are the reason to have one.
  if (state_ == State::down && timer_ == Agenda::kNone) dial();
}

void HeadEndLink::dial() {
  core_.agenda.cancel(timer_);
  ++core_.counters.dials;
  state_ = State::dialling;
  stream_ = core_.wan.dial();
  if (stream_ == 0) return fail();
  watch();
}

void HeadEndLink::fail() {
  const bool was_up = state_ == State::up;
  if (stream_ != 0) core_.wan.close(std::exchange(stream_, 0));
  state_ = State::down;
  http_.reset();
  sent_.clear();
  extra_.clear();
  out_.clear();
  tried_.clear();
  core_.agenda.cancel(poll_timer_);
  core_.agenda.cancel(write_timer_);
  core_.agenda.cancel(timer_);
  if (was_up) core_.store.note(Group::communication, event_code::kHeadEndDown, "");
  const Parameters& parameters = core_.store.parameters();
  const std::uint64_t delay_s = std::min<std::uint64_t>(
      std::uint64_t{parameters.backoff_s} << std::min(failures_, kMostDoublings),
      parameters.backoff_max_s);
  ++failures_;
  // Hundreds of concentrators lose the head-end at the same instant.
  const std::uint64_t spread_ms = core_.draw_below(delay_s * 250 + 1);
  timer_ = core_.agenda.at(
      core_.in_s(static_cast<std::int64_t>(delay_s)) + static_cast<UtcNs>(spread_ms) * 1'000'000,
      [this] {
        timer_ = Agenda::kNone;
        dial();
      });
}

void HeadEndLink::on_open() {
  if (state_ != State::dialling) return;
  state_ = State::greeting;
  http_.emplace();
  p32::Message hello = inbox_.hello("");
  if (!core_.store.commit()) return;
  post({Sent::Kind::hello, 0, core_.now()}, p32::encode(hello));
}

void HeadEndLink::hang_up() {
  if (stream_ != 0) core_.wan.close(std::exchange(stream_, 0));
}

void HeadEndLink::on_closed() {
  stream_ = 0;
  fail();
}

void HeadEndLink::post(Sent sent, std::string_view xml) {
  send(sent, p32::http_request(core_.store.parameters().head_end_host, xml));
}

void HeadEndLink::send(Sent sent, std::string_view octets) {
  core_.counters.uplink_octets_up += octets.size();
  sent_.push_back(sent);
  out_ += octets;
  write();
  watch();
}

void HeadEndLink::write() {
  if (stream_ == 0 || out_.empty()) return;
  if (core_.wan.send(stream_, protocol::bytes_of(out_))) {
    out_.clear();
    return;
  }
  // Closed or full: the timeout of the oldest answer tells which.
  core_.agenda.cancel(write_timer_);
  write_timer_ = core_.agenda.at(core_.in_s(kWriteAgainS), [this] {
    write_timer_ = Agenda::kNone;
    write();
  });
}

// The oldest message not answered bounds how long a silent connection is believed.
void HeadEndLink::watch() {
  if (timer_ != Agenda::kNone && state_ != State::up) return;
  core_.agenda.cancel(timer_);
  const bool waits = !sent_.empty() || state_ == State::dialling || state_ == State::greeting;
  if (!waits) return;
  const UtcNs since = sent_.empty() ? core_.now() : sent_.front().at;
  const UtcNs until = since + std::int64_t{core_.store.parameters().ack_timeout_s} * kNsPerSecond;
  timer_ = core_.agenda.at(std::max(until, core_.now()), [this] {
    timer_ = Agenda::kNone;
    fail();
  });
}

void HeadEndLink::pump() {
  while (!extra_.empty()) {
    const std::string xml = std::move(extra_.front());
    extra_.pop_front();
    post({Sent::Kind::other, 0, core_.now()}, xml);
  }
  fetch_image();
  const auto is_report = [](const Sent& sent) { return sent.kind == Sent::Kind::report; };
  auto under_way = static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), is_report));
  if (under_way >= kReportsUnderWay) return;
  const UtcNs again = std::int64_t{core_.store.parameters().ack_timeout_s} * kNsPerSecond;
  for (const std::uint64_t seq : core_.store.mailbox().reports()) {
    if (under_way >= kReportsUnderWay) return;
    const auto tried = tried_.find(seq);
    if (tried != tried_.end() && core_.now() < tried->second + again) continue;
    if (send_report(seq)) ++under_way;
  }
}

bool HeadEndLink::send_report(std::uint64_t seq) {
  const auto report = core_.store.mailbox().report(seq);
  const auto xml = report ? p32::gunzip(report->xml, kReportOctetsMost) : std::nullopt;
  if (!xml) {  // a damaged page: what it held is gone
    core_.store.mailbox().drop_report(seq);
    return false;
  }
  const bool again = !tried_.emplace(seq, core_.now()).second;
  if (again) ++core_.counters.reports_repeated;
  tried_[seq] = core_.now();
  core_.observer.report_sent(core_.now(), p32::name_of(report->kind), seq,
                             static_cast<std::uint32_t>(report->xml.size()), again);
  post({Sent::Kind::report, seq, core_.now()}, *xml);
  return true;
}

bool HeadEndLink::under_way(Sent::Kind kind) const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [kind](const Sent& sent) { return sent.kind == kind; });
}

// One part at a time: reports and polls go in between.
void HeadEndLink::fetch_image() {
  if (under_way(Sent::Kind::image)) return;
  const auto ask = inbox_.images().next();
  if (!ask) return;
  send({Sent::Kind::image, 0, core_.now()},
       p32::http_get(core_.store.parameters().head_end_host, ask->path, ask->range));
}

void HeadEndLink::poll() {
  if (state_ != State::up || under_way(Sent::Kind::poll)) return;
  core_.agenda.cancel(poll_timer_);
  const p32::Message message{reporter_.envelope(), p32::Poll{}};
  if (!core_.store.commit()) return;
  post({Sent::Kind::poll, 0, core_.now()}, p32::encode(message));
}

void HeadEndLink::on_data(Bytes octets) {
  if (!http_) return;
  core_.counters.uplink_octets_down += octets.size();
  http_->feed(octets);
  while (http_) {
    const auto response = http_->next();
    if (!response) break;
    on_response(*response);
  }
  if (http_ && http_->failed()) {
    ++core_.counters.http_malformed;
    fail();
  }
}

void HeadEndLink::on_response(const p32::HttpResponse& response) {
  if (sent_.empty()) {  // nobody asked
    ++core_.counters.http_malformed;
    return fail();
  }
  const Sent sent = sent_.front();
  sent_.pop_front();
  if (state_ == State::greeting) {
    state_ = State::up;
    failures_ = 0;
    core_.store.note(Group::communication, event_code::kHeadEndUp, "");
  }
  if (sent.kind == Sent::Kind::poll) {
    poll_timer_ =
        core_.agenda.at(core_.in_s(core_.store.parameters().poll_period_s), [this] { poll(); });
  }
  if (sent.kind == Sent::Kind::image) {
    if (!inbox_.images().take(response)) return fail();
  } else if (!response.body.empty()) {
    const auto decoded = p32::decode(response.body);
    if (decoded) {
      ++core_.counters.messages_in;
      refuse_items(decoded.left_out());
      on_message(sent, decoded.message());
    } else {
      ++core_.counters.messages_malformed;
      core_.store.note(Group::access, event_code::kMalformedMessage, "");
      // Told where it is wrong; work comes again with every poll otherwise.
      if (sent.kind == Sent::Kind::poll) {
        const p32::Envelope envelope = reporter_.envelope(decoded.problem().id);
        extra_.push_back(p32::encode(p32::refusal(decoded.problem(), envelope)));
      }
    }
  }
  if (state_ != State::up) return;
  if (!response.keep_alive) return fail();
  core_.agenda.cancel(timer_);
  watch();
  const bool asks = core_.store.config().uplink == Uplink::gprs;
  if (sent.kind == Sent::Kind::hello && asks) poll();
  if (core_.store.commit()) pump();
}

void HeadEndLink::on_message(const Sent& sent, const p32::Message& message) {
  if (message.envelope.from != core_.store.config().head_end_id) {
    ++core_.counters.messages_malformed;
    return;
  }
  keep_time(sent, message.envelope.at);
  if (std::holds_alternative<p32::Ack>(message.body)) return on_ack(message.envelope.re);
  if (std::holds_alternative<p32::Work>(message.body)) return on_work(message);
  if (std::holds_alternative<p32::ErrorBody>(message.body)) return on_refused(sent, message);
  if (std::holds_alternative<p32::Hello>(message.body)) return;
  ++core_.counters.messages_malformed;
}

void HeadEndLink::keep_time(const Sent& sent, p32::UtcMs theirs) {
  const auto by = time_keeper_.on_answer(sent.at, core_.now(), p32::utc_ns_of_ms(theirs));
  if (!by) return;
  ++core_.counters.clock_steps;
  core_.clock.shift(*by);
  for (Sent& other : sent_) other.at += *by;
  core_.log.line(core_.now(), fmt::format("clock stepped by {} ms", *by / 1'000'000));
  core_.store.note(Group::standard, event_code::kClockStepped, fmt::format("{}", *by / 1'000'000));
}

// The seq in the id of a report that waits.
std::optional<std::uint64_t> HeadEndLink::report_of(const std::string& id) const {
  const std::string& own = core_.store.config().id;
  if (id.size() <= own.size() + 1 || id.compare(0, own.size(), own) != 0) return std::nullopt;
  std::uint64_t seq = 0;
  const char* const end = id.data() + id.size();
  const auto parsed = std::from_chars(id.data() + own.size() + 1, end, seq);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == end && id[own.size()] == '-';
  return whole && core_.store.mailbox().report(seq) ? std::optional(seq) : std::nullopt;
}

void HeadEndLink::on_ack(const std::string& re) {
  const auto seq = report_of(re);
  if (!seq) return;
  ++core_.counters.acks;
  core_.observer.report_acked(core_.now(), *seq, core_.store.mailbox().report(*seq)->created);
  core_.store.mailbox().drop_report(*seq);
  tried_.erase(*seq);
}

// Refused for good, unless the head-end has no room just now.
void HeadEndLink::on_refused(const Sent& sent, const p32::Message& message) {
  const auto& error = std::get<p32::ErrorBody>(message.body);
  if (sent.kind != Sent::Kind::report) return;
  if (error.failure.category == p32::ErrorCategory::resource) return;
  const auto seq = report_of(message.envelope.re);
  if (!seq || *seq != sent.seq) return;
  core_.store.note(Group::communication, event_code::kReportRefused, message.envelope.re);
  core_.log.line(core_.now(), fmt::format("report {} refused: {}", *seq, error.text));
  core_.store.mailbox().drop_report(*seq);
  tried_.erase(*seq);
}

// Items of a Work that are none: each is told why, the others are done.
void HeadEndLink::refuse_items(const std::vector<p32::Problem>& problems) {
  for (const p32::Problem& problem : problems) {
    ++core_.counters.messages_malformed;
    core_.store.note(Group::access, event_code::kMalformedMessage, problem.id);
    if (problem.id.empty() || extra_.size() >= kExtraMost) continue;
    extra_.push_back(p32::encode(p32::refusal(problem, reporter_.envelope(problem.id))));
  }
}

void HeadEndLink::on_work(const p32::Message& message) {
  const auto& work = std::get<p32::Work>(message.body);
  for (const p32::WorkItem& item : work.items) {
    p32::Message inside;
    inside.envelope = message.envelope;
    inside.envelope.id = item.id;
    inside.envelope.seq = item.seq;
    inside.envelope.at = item.at;
    inside.envelope.re.clear();
    std::visit([&](const auto& body) { inside.body = body; }, item.body);
    ++core_.counters.messages_in;
    inbox_.take(inside, [this](const p32::Message& answer) {
      if (state_ != State::up || extra_.size() >= kExtraMost) return;
      extra_.push_back(p32::encode(answer));
      core_.agenda.at(core_.now(), [this] { kick(); });
    });
  }
  if (work.more) {
    core_.agenda.cancel(poll_timer_);
    poll_timer_ = core_.agenda.at(core_.now(), [this] { poll(); });
  }
}

}  // namespace dcu::app
