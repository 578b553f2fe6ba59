// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/connection.hpp"

#include <algorithm>

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

constexpr std::int64_t kConnectSpreadUs = 3'000'000;
// After a connection broke or was closed, and after the base node did not want one.
constexpr std::int64_t kReconnectUs = 5'000'000;
constexpr std::int64_t kReconnectSpreadUs = 10'000'000;
constexpr std::int64_t kRefusedUs = 60'000'000;
// The same CON_CLS is answered once in this time: two ends that answer each other must come to
// rest.
constexpr std::int64_t kCloseHoldUs = 5'000'000;

// An answer of the application comes after its service time of 50 to 200 ms and takes the
// acknowledgement along.
constexpr std::int32_t kFlushHoldUs = 250'000;
constexpr std::int32_t kRetryUs = 2'000'000;  // a hop there and back, and the other end's hold

// So many connections in a row that failed, or broke within this time: leave the path.
constexpr std::uint8_t kBrokenConnections = 3;
constexpr std::int64_t kBrokenWithinUs = 600'000'000;

// Tries of one packet after which it is sent slower.
constexpr std::uint8_t kSlowerTry = 2;
constexpr std::uint8_t kSlowestTry = 4;

}  // namespace

void Connection::start() { number_ = static_cast<std::uint8_t>(core_.owner.random()); }

void Connection::end(bool tell) {
  close(tell);
  connect_at_us_ = kNoDeadline;
  tries_ = 0;
  data_queued_ = false;
}

std::uint16_t Connection::lcid() const {
  return static_cast<std::uint16_t>(kFirstNodeLcid + number_);
}

std::int64_t Connection::deadline_us() const {
  return std::min(connect_at_us_, arq_.deadline_us());
}

bool Connection::on_time(std::int64_t now_us) {
  if (connect_at_us_ <= now_us) {
    connect_at_us_ = kNoDeadline;
    if (request()) return true;
  }
  arq_.on_time(now_us);
  return check();
}

// ---- Opening ----

void Connection::connect_in(std::int64_t delay_us, std::int64_t spread_us) {
  tries_ = 0;
  connect_at_us_ = core_.now_us() + delay_us + core_.random_us(spread_us);
}

void Connection::connect_soon() { connect_in(0, kConnectSpreadUs); }

bool Connection::request() {
  if (core_.phase != Phase::registered || arq_.is_open()) return false;
  if (!connecting()) {  // a number of its own, so that nothing of an earlier one is taken for it
    ++number_;
  } else if (tries_ >= kMaxCtlReTx) {
    if (is_path_bad()) return true;
    connect_in(kRefusedUs, kReconnectSpreadUs);
    return false;
  }
  std::array<std::uint8_t, 1 + kMaxDeviceId> data;
  protocol::Writer out(data);
  const bool fits = encode_establish_request(core_.config.device_id, out);
  PROTOCOL_ASSERT(fits);
  Con con;
  con.lcid = lcid();
  con.data = out.written();
  core_.tell(ControlType::con, con);
  ++tries_;
  connect_at_us_ = core_.now_us() + kCtlReTxTimerUs + core_.random_us(kConnectSpreadUs);
  return false;
}

bool Connection::on_con(Bytes payload) {
  const auto con = decode_con(payload);
  if (!con) {
    ++core_.counters.malformed;
    return false;
  }
  if (con->close) return on_close(con->lcid);
  const bool ours = con->lcid == lcid() && (connecting() || arq_.is_open());
  if (ours && arq_.is_open()) return false;  // said twice
  const auto address = decode_establish_response(con->data);
  if (!ours || !con->arq || con->type != ConnectionType::iec_432 || !address) {
    if (ours || !address) ++core_.counters.malformed;
    send_close(con->lcid);
    return false;
  }
  tries_ = 0;
  connect_at_us_ = kNoDeadline;
  address_ = *address;
  ArqConfig arq;
  arq.flush_hold_us = kFlushHoldUs;
  arq.retry_us = kRetryUs * (1 + core_.level);
  arq_.open(arq);
  opened_us_ = core_.now_us();
  ++core_.counters.connections;
  core_.owner.on_connected(address_);
  return false;
}

// ---- Closing ----

bool Connection::on_close(std::uint16_t closed_lcid) {
  if (closed_lcid == closing_lcid_) {  // the answer to ours
    closing_lcid_ = 0;
    return false;
  }
  const bool was_open = arq_.is_open();
  const bool ours = closed_lcid == lcid() && (connecting() || was_open);
  send_close(closed_lcid);
  if (!ours) return false;
  close(true);
  if (was_open && broke()) return true;
  connect_in(was_open ? kReconnectUs : kRefusedUs, kReconnectSpreadUs);
  return false;
}

void Connection::send_close(std::uint16_t closed_lcid) {
  const std::int64_t now = core_.now_us();
  if (closed_lcid == answered_lcid_ && now < close_hold_until_us_) return;
  answered_lcid_ = closed_lcid;
  close_hold_until_us_ = now + kCloseHoldUs;
  Con con;
  con.close = true;
  con.lcid = closed_lcid;
  core_.tell(ControlType::con, con);
}

void Connection::close(bool tell) {
  if (!arq_.is_open()) return;
  address_ = k432None;
  arq_.close(*this);
  if (tell) core_.owner.on_disconnected();
}

bool Connection::check() {
  if (!arq_.is_open() || !arq_.failed()) return false;
  closing_lcid_ = lcid();
  Con con;
  con.close = true;
  con.lcid = closing_lcid_;
  core_.tell(ControlType::con, con);
  close(true);
  if (broke()) return true;
  connect_in(kReconnectUs, kReconnectSpreadUs);
  return false;
}

// An open connection ended.
bool Connection::broke() {
  if (core_.now_us() - opened_us_ > kBrokenWithinUs) broken_ = 0;
  return is_path_bad();
}

bool Connection::is_path_bad() {
  if (++broken_ < kBrokenConnections) return false;
  broken_ = 0;
  return true;
}

// ---- Data ----

bool Connection::on_data(const Packet& packet) {
  if (!arq_.is_open() || packet.lcid != lcid()) {
    ++core_.counters.not_for_us;
    // The base node believes in a connection that is gone.
    if (packet.lcid >= kFirstNodeLcid && !connecting()) send_close(packet.lcid);
    return false;
  }
  if (!arq_.on_packet(core_.now_us(), packet.payload, *this)) ++core_.counters.malformed;
  return check();
}

void Connection::on_sdu(Bytes sdu) {
  ++core_.counters.rx_data;
  core_.deliver(sdu, false);
}

void Connection::on_sdu_done(std::uint32_t cookie, bool delivered) {
  if (delivered) ++core_.counters.tx_data;
  core_.owner.on_sent(cookie, delivered);
}

bool Connection::send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie) {
  if (!arq_.is_open() || arq_.queued() == kMaxQueuedSdus || lsdu.size() > kMaxLsduOctets) {
    return false;
  }
  const MutableBytes buffer = take_buffer();
  if (buffer.empty()) return false;
  protocol::Writer out(buffer);
  const bool taken =
      encode(Lpdu{d_lsap, s_lsap, lsdu}, out) && arq_.send(buffer, out.size(), cookie);
  if (!taken) give_buffer(buffer);
  return taken;
}

void Connection::on_transmitted(bool sent) {
  data_queued_ = false;
  arq_.on_transmitted(core_.now_us(), data_sent_, sent);
}

void Connection::pump() {
  const std::int64_t now = core_.now_us();
  if (!arq_.is_open() || data_queued_ || !arq_.has_packet(now)) return;
  if (core_.transmitter.free_places() == 0) return;  // comes back with the next frame sent
  std::array<std::uint8_t, kMaxArqPayload> payload;
  protocol::Writer packet_out(payload);
  data_sent_ = arq_.take_packet(now, packet_out);
  Packet packet;
  packet.lcid = lcid();
  packet.sid = core_.sid;
  packet.lnid = core_.lnid;
  packet.payload = packet_out.written();
  std::array<std::uint8_t, kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  FrameOptions options;
  options.priority = kDataPriority;
  options.tag = kDataTag;
  if (data_sent_.try_count > kSlowerTry) links_.step_down();
  options.scheme = data_sent_.try_count >= kSlowestTry ? Scheme::dbpsk_f : links_.uplink().scheme();
  data_queued_ = encode_gpdu({false, core_.level}, packet, core_.network, out) &&
                 core_.transmitter.push(out.written(), options);
  PROTOCOL_ASSERT(data_queued_);
}

}  // namespace meter::fw::prime
