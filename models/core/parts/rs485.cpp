// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/rs485.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"

namespace models {

Rs485Line::Rs485Line(kernel::Agenda& agenda, kernel::EntityId id, const SerialRate& rate)
    : agenda_(agenda),
      rate_(rate),
      edge_timer_(agenda, *this, id, kEdge),
      deliver_timer_(agenda, *this, id, kDeliver) {
  for (unsigned side = 0; side < 2; ++side) {
    ends_[side].line_ = this;
    ends_[side].side_ = side;
  }
}

bool Rs485Line::transmit(unsigned side, kernel::TimeNs ready_ns,
                         std::span<const std::uint8_t> frame) {
  std::vector<Frame>& queue = queues_[side];
  if (frame.empty()) return true;
  if (queue.size() >= kQueueFrames) {
    ++totals_[side].refused;
    return false;
  }
  queue.push_back({std::max(ready_ns, agenda_.now()), {frame.begin(), frame.end()}});
  choose();
  return true;
}

// The line goes to whoever is ready first; a choice holds once the frame has begun.
void Rs485Line::choose() {
  const kernel::TimeNs now = agenda_.now();
  if (started(now)) return;
  on_air_ = kNoSide;
  kernel::TimeNs earliest = kernel::kNever;
  for (unsigned side = 0; side < 2; ++side) {
    if (queues_[side].empty()) continue;
    const kernel::TimeNs start = std::max({queues_[side].front().ready_ns, free_ns_, now});
    if (start >= earliest) continue;
    earliest = start;
    on_air_ = side;
  }
  if (on_air_ == kNoSide) {
    deliver_timer_.disarm();
    edge_timer_.disarm();
    return;
  }
  start_ns_ = earliest;
  end_ns_ = start_ns_ + rate_.octets_ns(queues_[on_air_].front().octets.size());
  deliver_timer_.arm(end_ns_ + rate_.idle_ns());
  if (observer_ != nullptr) edge_timer_.arm(start_ns_);
}

void Rs485Line::on_time(kernel::TimeNs now, std::uint32_t what) {
  if (what == kDeliver) {
    deliver(now);
    return;
  }
  TWIN_ASSERT(on_air_ != kNoSide && observer_ != nullptr, on_air_);
  const Frame& frame = queues_[on_air_].front();
  if (now == start_ns_) {
    observer_->on_line_busy(now, on_air_, frame.octets, end_ns_);
    edge_timer_.arm(end_ns_);
  } else {
    observer_->on_line_idle(now, on_air_, frame.octets.size());
  }
}

void Rs485Line::deliver(kernel::TimeNs now) {
  const unsigned side = on_air_;
  std::vector<Frame>& queue = queues_[side];
  Frame frame = std::move(queue.front());
  queue.erase(queue.begin());
  on_air_ = kNoSide;
  free_ns_ = now;
  Totals& totals = totals_[side];
  const std::uint64_t index = totals.frames++;
  totals.octets += frame.octets.size();
  const bool dropped = fault_ && fault_(side, index, frame.octets) == Verdict::kDrop;
  if (dropped) ++totals.dropped;
  SerialReceiver* const receiver = receivers_[1 - side];
  // The next frame is chosen afterwards: what the receiver answers takes part.
  if (!dropped && !frame.octets.empty() && receiver != nullptr) {
    receiver->on_frame(now, frame.octets);
  }
  choose();
}

void Rs485Line::silence(unsigned side) {
  const kernel::TimeNs now = agenda_.now();
  std::vector<Frame>& queue = queues_[side];
  if (queue.empty()) return;
  const bool sending = on_air_ == side && start_ns_ <= now && now < end_ns_;
  const bool sent = on_air_ == side && end_ns_ <= now;  // waits for the idle gap only
  queue.erase(queue.begin() + (sending || sent ? 1 : 0), queue.end());
  if (sending) {
    // The octet in the shift register is lost with the supply.
    const auto whole = static_cast<std::size_t>((now - start_ns_) / rate_.octets_ns(1));
    queue.front().octets.resize(std::min(whole, queue.front().octets.size()));
    ++totals_[side].cut;
    end_ns_ = now;
    deliver_timer_.arm(end_ns_ + rate_.idle_ns());
    if (observer_ != nullptr) {
      observer_->on_line_idle(now, side, queue.front().octets.size());
      edge_timer_.disarm();
    }
    return;
  }
  if (!sent) choose();
}

}  // namespace models
