// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/csma.hpp"

#include <algorithm>

namespace protocol::prime {

Transmitter::Transmitter(ModemPort& modem, std::span<OutgoingFrame> places, TransmitterOwner& owner)
    : modem_(modem), places_(places), owner_(owner) {
  for (OutgoingFrame& place : places_) place.used = false;
}

void Transmitter::set_period(unsigned beacon_slots, unsigned cfp_symbols) {
  PROTOCOL_ASSERT(beacon_slots <= kMaxBeaconSlots && cfp_symbols <= kFrameSymbols);
  beacon_slots_ = static_cast<std::uint8_t>(beacon_slots);
  cfp_symbols_ = static_cast<std::uint16_t>(cfp_symbols);
}

Transmitter::Period Transmitter::period_of(const FrameTime& frame) const {
  const unsigned end = (cfp_symbols_ != 0 ? cfp_symbols_ : kFrameSymbols) - kGuardSymbols;
  return {frame.start_us + beacon_slots_ * kBeaconSlotSymbols * kSymbolUs,
          frame.start_us + end * kSymbolUs};
}

std::int64_t Transmitter::scp_us() const {
  const Period period = period_of({});
  return std::max<std::int64_t>(0, period.end_us - period.begin_us);
}

std::size_t Transmitter::waiting() const {
  return static_cast<std::size_t>(
      std::count_if(places_.begin(), places_.end(), [](const auto& place) { return place.used; }));
}

bool Transmitter::push(Bytes mpdu, const FrameOptions& options) {
  PROTOCOL_ASSERT(options.priority <= 3 && options.rounds > 0 && is_coded(options.scheme));
  const auto place =
      std::find_if(places_.begin(), places_.end(), [](const auto& one) { return !one.used; });
  const bool fits = mpdu.size() <= kMaxFrameOctets && mpdu.size() > kHeaderMpduOctets;
  if (place == places_.end() || !fits) {
    ++counters_.no_room;
    return false;
  }
  place->used = true;
  place->attempts = 0;
  place->size = static_cast<std::uint16_t>(mpdu.size());
  place->order = next_order_++;
  place->options = options;
  std::copy(mpdu.begin(), mpdu.end(), place->mpdu.begin());
  // A more urgent frame overtakes one that has not begun to sense.
  const bool overtakes = phase_ == Phase::deferred && options.priority < current_->options.priority;
  if (phase_ == Phase::idle || overtakes) begin(modem_.now_us());
  return true;
}

void Transmitter::clear() {
  for (OutgoingFrame& place : places_) {
    if (phase_ == Phase::sending && &place == current_) {
      place.options.tag = 0;
    } else {
      place.used = false;
    }
  }
  if (phase_ == Phase::sending) return;
  current_ = nullptr;
  phase_ = Phase::idle;
  deadline_us_ = kNoDeadline;
}

OutgoingFrame* Transmitter::most_urgent() {
  OutgoingFrame* best = nullptr;
  for (OutgoingFrame& place : places_) {
    if (!place.used) continue;
    const bool better =
        best == nullptr || place.options.priority < best->options.priority ||
        (place.options.priority == best->options.priority &&
         static_cast<std::int32_t>(place.order - best->order) < 0);  // the count may wrap
    if (better) best = &place;
  }
  return best;
}

// Draws the backoff of the most urgent frame and waits for its first sense, or, without room for it
// in this contention period, for the next one.
void Transmitter::begin(std::int64_t earliest_us) {
  current_ = most_urgent();
  phase_ = Phase::idle;
  deadline_us_ = kNoDeadline;
  if (current_ == nullptr) return;
  const FrameOptions& options = current_->options;
  senses_left_ = static_cast<std::uint8_t>(options.priority + kSenseOffset);
  const std::int64_t busy_us =
      (senses_left_ - 1) * kSenseUs + airtime_us(current_->size, options.scheme);
  const std::int64_t range = std::min<std::int64_t>(
      (1ll << (options.priority + current_->attempts)) + 1, scp_us() / 2 / kSymbolUs);
  const auto draw =
      static_cast<std::int64_t>(owner_.random() % static_cast<std::uint32_t>(range + 1));
  std::int64_t start_us = earliest_us;
  FrameTime frame;
  if (modem_.frame_time(frame)) {
    if (busy_us > scp_us()) {
      phase_ = Phase::hopeless;
      deadline_us_ = earliest_us;
      return;
    }
    // `earliest` may lie in a later frame than now.
    while (frame.start_us + kFrameUs <= earliest_us) frame.start_us += kFrameUs;
    const Period period = period_of(frame);
    start_us = std::max(start_us, period.begin_us);
    if (start_us + draw * kSymbolUs + busy_us > period.end_us) {
      phase_ = Phase::deferred;
      deadline_us_ = period.begin_us + kFrameUs;
      return;
    }
  }
  phase_ = Phase::sensing;
  deadline_us_ = start_us + draw * kSymbolUs;
}

void Transmitter::on_time(std::int64_t now_us) {
  while (deadline_us_ <= now_us) step(now_us);
}

void Transmitter::step(std::int64_t now_us) {
  switch (phase_) {
    case Phase::idle:
      deadline_us_ = kNoDeadline;
      return;
    case Phase::deferred:
      begin(now_us);
      return;
    case Phase::sensing:
      sense(now_us);
      return;
    case Phase::sending:
      finish(true);
      return;
    case Phase::hopeless:
      finish(false);
      return;
  }
}

void Transmitter::sense(std::int64_t now_us) {
  if (modem_.busy()) {
    back_off(now_us);
    return;
  }
  if (--senses_left_ > 0) {
    deadline_us_ = now_us + kSenseUs;
    return;
  }
  const Bytes mpdu = Bytes(current_->mpdu).first(current_->size);
  const Scheme scheme = current_->options.scheme;
  if (!modem_.send(mpdu, scheme, current_->options.power)) {
    back_off(now_us);
    return;
  }
  ++counters_.frames;
  phase_ = Phase::sending;
  deadline_us_ = now_us + airtime_us(mpdu.size(), scheme);
}

void Transmitter::back_off(std::int64_t now_us) {
  ++counters_.channel_busy;
  if (++current_->attempts < kScpMaxTxAttempts) {
    begin(now_us + kSenseUs);
    return;
  }
  ++counters_.csma_failed;
  current_->attempts = 0;
  if (--current_->options.rounds == 0) {
    finish(false);
    return;
  }
  // Anywhere in the first half of the next contention period, so that those who failed together do
  // not meet again.
  const auto half = static_cast<std::uint32_t>(std::max<std::int64_t>(1, scp_us() / 2));
  FrameTime frame;
  const std::int64_t from_us =
      modem_.frame_time(frame) ? period_of(frame).begin_us + kFrameUs : now_us + kFrameUs;
  phase_ = Phase::deferred;
  deadline_us_ = from_us + owner_.random() % half;
}

void Transmitter::finish(bool sent) {
  if (!sent) ++counters_.given_up;
  const std::uint32_t tag = current_->options.tag;
  current_->used = false;
  current_ = nullptr;
  phase_ = Phase::idle;
  deadline_us_ = kNoDeadline;
  if (tag != 0) owner_.on_transmitted(tag, sent);
  if (phase_ == Phase::idle) begin(modem_.now_us());
}

}  // namespace protocol::prime
