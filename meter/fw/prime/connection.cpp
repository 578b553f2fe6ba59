// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The one connection of a meter: IEC 61334-4-32 with ARQ to the base node.
#include "meter/fw/prime/inside.hpp"

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
constexpr std::int64_t kFlushHoldUs = 250'000;
constexpr std::int64_t kRetryUs = 2'000'000;  // a hop there and back, and the other end's hold

// A registration lives on keep-alives, which are short; a path that carries these and no data looks
// alive for ever. So many connections in a row that failed, or broke within this time: leave it.
constexpr std::uint8_t kBrokenConnections = 3;
constexpr std::int64_t kBrokenWithinUs = 600'000'000;

// Tries of one packet after which it is sent slower.
constexpr std::uint8_t kSlowerTry = 2;
constexpr std::uint8_t kSlowestTry = 4;

}  // namespace

void ServiceNode::connect_in(std::int64_t delay_us, std::int64_t spread_us) {
  connecting_ = false;
  tries_ = 0;
  connect_at_us_ = now_us() + delay_us + random_us(spread_us);
}

void ServiceNode::request_connection() {
  if (phase_ != Phase::registered || link_.is_open()) return;
  if (!connecting_) {  // a number of its own, so that nothing of an earlier one is taken for it
    next_lcid_ = (next_lcid_ + 1) & 0xFF;
    lcid_ = static_cast<std::uint16_t>(kFirstNodeLcid + next_lcid_);
    connecting_ = true;
  } else if (tries_ >= kMaxCtlReTx) {
    if (!leave_bad_path()) connect_in(kRefusedUs, kReconnectSpreadUs);
    return;
  }
  std::array<std::uint8_t, 1 + kMaxDeviceId> data;
  protocol::Writer out(data);
  const bool fits = encode_establish_request(config_.device_id, out);
  PROTOCOL_ASSERT(fits);
  Con con;
  con.lcid = lcid_;
  con.data = out.written();
  send_control(ControlType::con, con);
  ++tries_;
  connect_at_us_ = now_us() + kCtlReTxTimerUs + random_us(kConnectSpreadUs);
}

void ServiceNode::on_con(Bytes payload) {
  const auto con = decode_con(payload);
  if (!con) {
    ++counters_.malformed;
    return;
  }
  const bool ours = con->lcid == lcid_ && (connecting_ || link_.is_open());
  if (con->close) {
    if (con->lcid == closing_lcid_) {  // the answer to ours
      closing_lcid_ = 0;
      return;
    }
    send_close(con->lcid);
    if (!ours) return;
    const bool was_open = link_.is_open();
    close_connection(true);
    if (!was_open) {
      connect_in(kRefusedUs, kReconnectSpreadUs);
    } else if (!broke()) {
      connect_in(kReconnectUs, kReconnectSpreadUs);
    }
    return;
  }
  if (ours && link_.is_open()) return;  // said twice
  const auto address = decode_establish_response(con->data);
  if (!ours || !con->arq || con->type != ConnectionType::iec_432 || !address) {
    if (ours || !address) ++counters_.malformed;
    send_close(con->lcid);
    return;
  }
  connecting_ = false;
  tries_ = 0;
  connect_at_us_ = kNoDeadline;
  address_ = *address;
  ArqConfig arq;
  arq.flush_hold_us = kFlushHoldUs;
  arq.retry_us = kRetryUs * (1 + level_);
  link_.open(arq);
  opened_us_ = now_us();
  ++counters_.connections;
  owner_.on_connected(address_);
}

void ServiceNode::send_close(std::uint16_t lcid) {
  const std::int64_t now = now_us();
  if (lcid == answered_lcid_ && now < close_hold_until_us_) return;
  answered_lcid_ = lcid;
  close_hold_until_us_ = now + kCloseHoldUs;
  Con con;
  con.close = true;
  con.lcid = lcid;
  send_control(ControlType::con, con);
}

// `tell`: the owner hears that it is over.
void ServiceNode::close_connection(bool tell) {
  if (!link_.is_open()) return;
  address_ = k432None;
  link_.close(*this);
  if (tell) owner_.on_disconnected();
}

void ServiceNode::on_data_packet(const Packet& packet) {
  if (!link_.is_open() || packet.lcid != lcid_) {
    ++counters_.not_for_us;
    // The base node believes in a connection that is gone.
    if (packet.lcid >= kFirstNodeLcid && !connecting_) send_close(packet.lcid);
    return;
  }
  if (!link_.on_packet(now_us(), packet.payload, *this)) ++counters_.malformed;
  check_link();
}

void ServiceNode::on_sdu(Bytes sdu) {
  ++counters_.rx_data;
  deliver(sdu, false);
}

void ServiceNode::on_sdu_done(std::uint32_t cookie, bool delivered) {
  if (delivered) ++counters_.tx_data;
  owner_.on_sent(cookie, delivered);
}

void ServiceNode::check_link() {
  if (!link_.is_open() || !link_.failed()) return;
  closing_lcid_ = lcid_;
  Con con;
  con.close = true;
  con.lcid = lcid_;
  send_control(ControlType::con, con);
  close_connection(true);
  if (!broke()) connect_in(kReconnectUs, kReconnectSpreadUs);
}

// An open connection ended. True: it searches another switch now.
bool ServiceNode::broke() {
  if (now_us() - opened_us_ > kBrokenWithinUs) broken_ = 0;
  return leave_bad_path();
}

// True: it searches another switch now.
bool ServiceNode::leave_bad_path() {
  if (++broken_ < kBrokenConnections) return false;
  broken_ = 0;
  avoided_sid_ = sid_;
  search_again();
  return true;
}

bool ServiceNode::send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie) {
  if (!link_.is_open() || link_.queued() == kMaxQueuedSdus || lsdu.size() > kMaxLsduOctets) {
    return false;
  }
  const MutableBytes buffer = owner_.take_buffer();
  if (buffer.empty()) return false;
  protocol::Writer out(buffer);
  const bool taken =
      encode(Lpdu{d_lsap, s_lsap, lsdu}, out) && link_.send(buffer, out.size(), cookie);
  if (!taken) {
    owner_.give_buffer(buffer);
    return false;
  }
  if (!inside_) pump();
  return true;
}

// Hands the next packet of the connection to the transmitter; one at a time, so that each carries
// the newest acknowledgement.
void ServiceNode::pump() {
  const std::int64_t now = now_us();
  if (!link_.is_open() || data_queued_ || !link_.has_packet(now)) return;
  if (transmitter_.free_places() == 0) return;  // comes back with the next frame sent
  std::array<std::uint8_t, kMaxArqPayload> payload;
  protocol::Writer packet_out(payload);
  data_sent_ = link_.take_packet(now, packet_out);
  Packet packet;
  packet.lcid = lcid_;
  packet.sid = sid_;
  packet.lnid = lnid_;
  packet.payload = packet_out.written();
  std::array<std::uint8_t, kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  FrameOptions options;
  options.priority = kDataPriority;
  options.tag = kDataTag;
  if (data_sent_.try_count > kSlowerTry) uplink_.step_down();
  options.scheme = data_sent_.try_count >= kSlowestTry ? Scheme::dbpsk_f : uplink_.scheme();
  data_queued_ = encode_gpdu({false, level_}, packet, network_, out) &&
                 transmitter_.push(out.written(), options);
  PROTOCOL_ASSERT(data_queued_);
}

}  // namespace meter::fw::prime
