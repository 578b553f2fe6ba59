// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What passes through the module: requests and answers, pushes.
#include <algorithm>
#include <utility>

#include "cm1/fw/module.hpp"
#include "cm1/fw/refusals.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/apdu.hpp"

namespace cm1::fw {
namespace {

using protocol::dlms::kManagementDevice;
using protocol::dlms::kPushClient;
using protocol::wrapper::kHeaderOctets;

constexpr std::int64_t kPollRetry_us = 60 * kUsPerSecond;
constexpr std::uint8_t kMaxPollRetries = 3;

}  // namespace

// ---- The line has ended an exchange ------------------------------------------------------------

void Module::on_line_answer(Bytes apdu) {
  switch (job_) {
    case Job::identity:
      identity_.on_answer(apdu, platform_.now_us());
      return identity_step_done();
    case Job::request:
      job_ = Job::none;
      return keep_answer(apdu);
    case Job::poll:
      job_ = Job::none;
      return keep_push(apdu);
    case Job::close:
    case Job::none:
      return;
  }
}

void Module::on_line_nothing() {
  switch (std::exchange(job_, Job::none)) {
    case Job::request:
      requests_.drop_front();
      ++counters_.unconfirmed;
      return;
    case Job::poll:
      return schedule_poll();
    case Job::identity:
    case Job::close:
    case Job::none:
      return;
  }
}

void Module::on_line_closed() {
  if (job_ != Job::identity) {
    job_ = Job::none;
    return;
  }
  identity_.on_closed();
  identity_step_done();
}

void Module::on_line_silent() {
  switch (job_) {
    case Job::identity:
      identity_.on_silent();
      return identity_step_done();
    case Job::request: {
      job_ = Job::none;
      const RequestQueue::Request request = requests_.front();
      requests_.drop_front();
      ++counters_.unanswered;
      return send_exception(request);
    }
    case Job::poll:
      job_ = Job::none;
      return poll_failed();
    case Job::close:
    case Job::none:
      job_ = Job::none;
  }
}

void Module::identity_step_done() {
  if (identity_.busy()) return;
  job_ = Job::none;
  if (!identity_.known()) {
    identity_at_us_ = platform_.now_us() + identity_backoff_.next_us(platform_);
    return;
  }
  uplink_.set_title(identity_.system_title());
  // What waited in the meter while the module was off comes first.
  if (provision_.poll_period_s != 0) poll_at_us_ = platform_.now_us();
}

// ---- Requests ----------------------------------------------------------------------------------

void Module::on_message(std::uint32_t connection, const protocol::wrapper::Message& message) {
  if (message.apdu.empty()) {
    ++counters_.malformed;
    return;
  }
  RequestQueue::Request request;
  request.connection = connection;
  request.client = message.source;
  request.server = message.destination;
  // The push client is the module itself.
  if (MeterLine::addressable(request.client, request.server) && request.client != kPushClient &&
      requests_.add(request, message.apdu)) {
    ++counters_.requests;
    return;
  }
  ++counters_.refused;
  send_exception(request);
}

// Only an AARQ opens an association, and only where nobody else has one.
bool Module::admit(const RequestQueue::Request& request, Bytes apdu) {
  const std::uint32_t holder = line_.holder(request.client, request.server);
  if (holder == request.connection) return true;
  if (apdu[0] != protocol::dlms::tag::kAarq) {
    ++counters_.strangers;
    send_exception(request);
    return false;
  }
  if (holder == MeterLine::kNobody && line_.has_room(request.client, request.server)) return true;
  ++counters_.busy;
  std::array<std::uint8_t, kMaxRefusal> message;
  static_cast<void>(
      uplink_.send(request.connection, write_busy(request.client, request.server, apdu, message)));
  return false;
}

// A notification in front of it goes to whoever asked, as it would on the meter's own line;
// unconfirmed, so it is lost where the stack has no room.
void Module::keep_answer(Bytes apdu) {
  const RequestQueue::Request request = requests_.front();
  const bool notification =
      is_unsolicited(apdu, requests_.front_apdu()) && requests_.notify_front() <= kMaxUnsolicited;
  std::copy(apdu.begin(), apdu.end(), answer_.begin() + kHeaderOctets);
  put_header(answer_, request.server, request.client, apdu.size());
  answer_size_ = kHeaderOctets + apdu.size();
  answer_connection_ = request.connection;
  if (notification) {
    send_answer();
    answer_size_ = 0;
    job_ = Job::request;
    return line_.request(request.client, request.server, {});
  }
  requests_.drop_front();
  if (apdu[0] == protocol::dlms::tag::kAare) {
    const auto aare = protocol::dlms::decode_aare(apdu);
    const bool accepted = aare && aare->result == protocol::dlms::AssociationResult::accepted;
    line_.hold(request.client, request.server, accepted ? request.connection : MeterLine::kNobody);
  }
  if (apdu[0] == protocol::dlms::tag::kRlre) {
    close_pending_ = true;
    close_client_ = request.client;
    close_server_ = request.server;
  }
  send_answer();
}

// All or nothing, as the hal offers it; until the stack has room no further request is begun.
void Module::send_answer() {
  if (answer_size_ == 0) return;
  if (uplink_.send(answer_connection_, Bytes(answer_).first(answer_size_))) {
    answer_size_ = 0;
    ++counters_.answers;
  } else if (!uplink_.alive(answer_connection_)) {
    answer_size_ = 0;
  }
}

void Module::send_exception(const RequestQueue::Request& request) {
  std::array<std::uint8_t, kMaxRefusal> message;
  static_cast<void>(
      uplink_.send(request.connection, write_exception(request.client, request.server, message)));
}

// ---- Pushes ------------------------------------------------------------------------------------

// In flash first: the next poll acknowledges it to the meter, which then forgets it.
void Module::keep_push(Bytes apdu) {
  poll_retries_ = 0;
  if (queue_.store(apdu)) {
    ++counters_.pushes;
    poll_at_us_ = platform_.now_us();  // there may be more
    return send_pushes();
  }
  ++counters_.flash_failures;
  line_.forget(kPushClient, kManagementDevice);  // not acknowledged: the meter offers it again
  poll_failed();
}

void Module::poll_failed() {
  ++counters_.failed_polls;
  if (++poll_retries_ > kMaxPollRetries) return schedule_poll();
  poll_at_us_ = platform_.now_us() + kPollRetry_us;
}

// The next instant of the poll grid: multiples of the period plus the offset, by the meter's clock
// if it is known, so that a poll falls behind the meter's capture wherever the module was started.
void Module::schedule_poll() {
  poll_retries_ = 0;
  const std::int64_t now_us = platform_.now_us();
  const std::int64_t period_us = provision_.poll_period_s * kUsPerSecond;
  const std::int64_t offset_us = provision_.poll_offset_s * kUsPerSecond;
  const std::int64_t phase_us =
      (identity_.utc_at_boot_us().value_or(0) + now_us - offset_us) % period_us;
  poll_at_us_ = now_us + period_us - (phase_us < 0 ? phase_us + period_us : phase_us);
}

void Module::send_pushes() {
  confirm_pushes();
  while (uplink_.connected() && in_flight_ < kMaxInFlight) {
    std::array<std::uint8_t, CM1_BUFFER_BYTES> message;
    const Bytes apdu = queue_.next_unsent(MutableBytes(message).subspan(kHeaderOctets));
    if (apdu.empty()) return;
    put_header(message, kManagementDevice, kPushClient, apdu.size());
    if (!uplink_.send_to_head_end(Bytes(message).first(kHeaderOctets + apdu.size()))) return;
    queue_.mark_sent();
    ends_[in_flight_++] = uplink_.sent();
  }
}

// Acknowledged by the far end's stack: only then the flash may forget it.
void Module::confirm_pushes() {
  std::size_t confirmed = 0;
  const std::uint64_t acknowledged = uplink_.acknowledged();
  while (confirmed < in_flight_ && ends_[confirmed] <= acknowledged) {
    queue_.confirm();
    ++confirmed;
  }
  std::copy(ends_.begin() + confirmed, ends_.begin() + in_flight_, ends_.begin());
  in_flight_ -= confirmed;
}

void Module::on_head_end_down() {
  in_flight_ = 0;
  queue_.rewind();
}

}  // namespace cm1::fw
