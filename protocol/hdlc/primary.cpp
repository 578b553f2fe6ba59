// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/primary.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "protocol/hdlc/scanner.hpp"

namespace protocol::hdlc {

namespace {
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
}

Primary::Primary(const PrimaryConfig& config, MutableBytes send_buffer, MutableBytes receive_buffer,
                 PrimaryOwner& owner)
    : config_(config), send_buffer_(send_buffer), receive_buffer_(receive_buffer), owner_(owner) {}

// ---- Operations --------------------------------------------------------------------------------

void Primary::begin(Phase phase, std::int64_t now_us) {
  PROTOCOL_ASSERT(idle());
  phase_ = phase;
  due_ = Due::answer;
  resting_ = false;
  received_ = 0;
  progress(now_us);
}

void Primary::open(std::int64_t now_us) {
  begin(Phase::opening, now_us);
  transmit_current(now_us);
}

bool Primary::send(std::int64_t now_us, Bytes apdu, bool confirmed) {
  PROTOCOL_ASSERT(phase_ == Phase::open);
  if (apdu.empty() || apdu.size() + kLlcOctets > send_buffer_.size()) return false;
  begin(Phase::exchanging, now_us);
  if (!confirmed) due_ = Due::nothing;
  std::memmove(send_buffer_.data() + kLlcOctets, apdu.data(), apdu.size());
  std::copy(kLlcCommand.begin(), kLlcCommand.end(), send_buffer_.begin());
  sender_.load(Bytes(send_buffer_).first(kLlcOctets + apdu.size()));
  transmit_current(now_us);
  return true;
}

void Primary::poll(std::int64_t now_us) {
  PROTOCOL_ASSERT(phase_ == Phase::open);
  begin(Phase::exchanging, now_us);
  due_ = Due::push;
  transmit_current(now_us);
}

void Primary::await(std::int64_t now_us) {
  PROTOCOL_ASSERT(phase_ == Phase::open);
  begin(Phase::exchanging, now_us);
  transmit_current(now_us);
}

void Primary::close(std::int64_t now_us) {
  begin(Phase::closing, now_us);
  transmit_current(now_us);
}

void Primary::reset() { finish(Phase::closed); }

// ---- Input -------------------------------------------------------------------------------------

void Primary::on_bytes(std::int64_t now_us, Bytes chunk) {
  Scanner scanner(chunk);
  while (const std::optional<Frame> frame = scanner.next()) on_frame(now_us, *frame);
  counters_.damaged += scanner.damaged();
}

void Primary::on_frame(std::int64_t now_us, const Frame& frame) {
  if (frame.destination != config_.client || frame.source != config_.server || idle()) {
    ++counters_.ignored;
    return;
  }
  ++counters_.frames_in;
  phase_ == Phase::exchanging ? on_exchange_frame(now_us, frame)
                              : on_unnumbered_answer(now_us, frame);
}

void Primary::on_time(std::int64_t now_us) {
  if (now_us < deadline_us_) return;
  if (resting_) {
    if (now_us >= give_up_at_us_) {
      finish(sender_.loaded() ? Phase::closed : Phase::open);
      return owner_.on_failed(LinkFailure::no_answer);
    }
    return transmit_current(now_us);
  }
  if (tries_ >= config_.tries) {
    if (phase_ == Phase::closing) {  // the meter closes it by itself after its inactivity timeout
      finish(Phase::closed);
      return owner_.on_closed();
    }
    return fail(LinkFailure::timeout);
  }
  ++counters_.retransmitted;
  transmit_current(now_us);
}

void Primary::on_unnumbered_answer(std::int64_t now_us, const Frame& frame) {
  static_cast<void>(now_us);
  if (phase_ == Phase::closing && (frame.kind == FrameKind::ua || frame.kind == FrameKind::dm)) {
    finish(Phase::closed);
    return owner_.on_closed();
  }
  if (phase_ == Phase::opening && frame.kind == FrameKind::dm) return fail(LinkFailure::refused);
  if (phase_ != Phase::opening || frame.kind != FrameKind::ua) {
    ++counters_.ignored;
    return;
  }
  const Result<Parameters> granted = decode_parameters(frame.information);
  if (!granted) {
    ++counters_.malformed;
    return;  // the timeout asks again
  }
  const Parameters proposed = config_.propose ? config_.proposal : Parameters{};
  parameters_ = negotiate(proposed, *granted);
  sender_.reset(parameters_.max_information_transmit, parameters_.window_transmit);
  vr_ = 0;
  finish(Phase::open);
  owner_.on_opened();
}

void Primary::on_exchange_frame(std::int64_t now_us, const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::dm:
      return fail(LinkFailure::refused);
    case FrameKind::frmr:
      return fail(LinkFailure::rejected);
    case FrameKind::information:
    case FrameKind::receive_ready:
    case FrameKind::receive_not_ready:
      break;
    default:
      ++counters_.ignored;
      return;
  }
  const std::uint8_t oldest_before = sender_.oldest();
  if (!sender_.acknowledge(frame.nr)) {
    ++counters_.malformed;
    return;
  }
  if (sender_.oldest() != oldest_before) progress(now_us);
  if (sender_.all_acknowledged()) sender_.unload();
  frame.kind == FrameKind::information ? on_information(now_us, frame) : on_ready(now_us, frame);
}

void Primary::on_information(std::int64_t now_us, const Frame& frame) {
  // Sent again although we have it: our timeout was faster than the meter. Asking for more would
  // start a second conversation next to the first; the timeout will ask if it must.
  if (frame.ns != vr_) {
    ++counters_.ignored;
    return;
  }
  vr_ = next_sequence(vr_);
  progress(now_us);
  Bytes whole;
  if (!append(frame, whole)) return fail(LinkFailure::too_long);
  if (!frame.segmented) {
    finish(Phase::open);
    if (whole.size() > kLlcOctets &&
        std::equal(kLlcResponse.begin(), kLlcResponse.end(), whole.begin())) {
      return owner_.on_apdu(whole.subspan(kLlcOctets));
    }
    ++counters_.malformed;
    return owner_.on_apdu({});
  }
  if (frame.poll_final) transmit_current(now_us);
}

void Primary::on_ready(std::int64_t now_us, const Frame& frame) {
  if (!frame.poll_final) return;
  const bool busy = frame.kind == FrameKind::receive_not_ready;
  const bool ended = due_ == Due::push || (due_ == Due::nothing && !sender_.loaded());
  if (!busy && ended && received_ == 0) {
    finish(Phase::open);
    return owner_.on_nothing();
  }
  if (!busy && sender_.loaded() && tries_ < config_.tries) {
    return transmit_current(now_us);  // the next segments, or those that did not arrive
  }
  // The meter is there but not ready: that is no failed try, its patience limit is another.
  if (busy || !sender_.loaded()) tries_ = 0;
  resting_ = true;
  deadline_us_ = now_us + config_.repoll_us;
}

// Collects the segments of an answer; one that came in a single frame is not copied. A segment
// without octets would let an answer go on for ever.
bool Primary::append(const Frame& frame, Bytes& whole) {
  if (received_ == 0 && !frame.segmented) {
    whole = frame.information;
    return true;
  }
  if (frame.segmented && frame.information.empty()) return false;
  if (frame.information.size() > receive_buffer_.size() - received_) return false;
  std::memcpy(receive_buffer_.data() + received_, frame.information.data(),
              frame.information.size());
  received_ += frame.information.size();
  whole = Bytes(receive_buffer_).first(received_);
  return true;
}

// ---- Output ------------------------------------------------------------------------------------

// What the state calls for: the link command, the unacknowledged segments, or a poll.
void Primary::transmit_current(std::int64_t now_us) {
  const bool busy_poll = std::exchange(resting_, false) && sender_.loaded();
  ++tries_;
  deadline_us_ = now_us + config_.response_timeout_us;
  if (phase_ == Phase::opening) {
    std::array<std::uint8_t, 32> information;
    Writer out(information);
    if (config_.propose) encode_parameters(config_.proposal, out);
    return send_unnumbered(FrameKind::snrm, out.written());
  }
  if (phase_ == Phase::closing) return send_unnumbered(FrameKind::disconnect);
  // After RNR a poll asks first whether the meter has room again.
  if (!sender_.loaded() || busy_poll) return send_receive_ready();
  sender_.rewind();
  send_segments();
}

void Primary::send_segments() {
  while (sender_.can_send()) {
    const Sender::Segment segment = sender_.next();
    Frame frame;
    frame.kind = FrameKind::information;
    frame.poll_final = !sender_.can_send();
    frame.segmented = segment.more;
    frame.ns = segment.ns;
    frame.nr = vr_;
    frame.information = segment.information;
    transmit(frame);
  }
}

void Primary::send_unnumbered(FrameKind kind, Bytes information) {
  Frame frame;
  frame.kind = kind;
  frame.poll_final = true;
  frame.information = information;
  transmit(frame);
}

void Primary::send_receive_ready() {
  Frame frame;
  frame.kind = FrameKind::receive_ready;
  frame.poll_final = true;
  frame.nr = vr_;
  transmit(frame);
}

void Primary::transmit(const Frame& frame) {
  Frame addressed = frame;
  addressed.destination = config_.server;
  addressed.source = config_.client;
  std::array<std::uint8_t, kMaxFrameOctets> octets;
  Writer out(octets);
  const bool encoded = encode(addressed, out);
  PROTOCOL_ASSERT(encoded);  // max_information keeps every frame inside the format
  ++counters_.frames_out;
  owner_.send_frame(out.written());
}

void Primary::progress(std::int64_t now_us) {
  tries_ = 0;
  give_up_at_us_ = now_us + config_.answer_timeout_us;
}

void Primary::finish(Phase phase) {
  phase_ = phase;
  deadline_us_ = kNever;
  due_ = Due::answer;
  resting_ = false;
  received_ = 0;
  sender_.unload();
}

void Primary::fail(LinkFailure why) {
  finish(Phase::closed);
  owner_.on_failed(why);
}

}  // namespace protocol::hdlc
