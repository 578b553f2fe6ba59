// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/parts/device.hpp"

namespace models {

struct SerialRate {
  std::int64_t baud = 19'200;        // RS-485 port, data sheet: up to 19 200 bit/s
  std::int64_t bits_per_octet = 10;  // 8N1
  // End of frame: three octet times of idle line, at least 2 ms (timer granularity).
  std::int64_t idle_octets = 3;
  kernel::TimeNs idle_min_ns = 2 * kernel::kNsPerMs;

  kernel::TimeNs octets_ns(std::size_t n) const {
    return static_cast<kernel::TimeNs>(n) * bits_per_octet * kernel::kNsPerSecond / baud;
  }
  kernel::TimeNs idle_ns() const {
    const kernel::TimeNs idle = octets_ns(static_cast<std::size_t>(idle_octets));
    return idle < idle_min_ns ? idle_min_ns : idle;
  }
};

// Who watches a line, for traces and captures.
class LineObserver {
 public:
  // The first start bit is on the wire; end_ns is when the last stop bit will be, unless the sender
  // loses its supply.
  virtual void on_line_busy(kernel::TimeNs now, unsigned side, std::span<const std::uint8_t> frame,
                            kernel::TimeNs end_ns) = 0;
  // The last octet has passed, or the sender has gone silent in the middle.
  virtual void on_line_idle(kernel::TimeNs now, unsigned side, std::size_t octets_sent) = 0;

 protected:
  ~LineObserver() = default;
};

// Half-duplex line between two ends (side 0: meter, side 1: module), 19 200 8N1. Whoever has a
// frame ready waits until the line is idle, so frames never collide; one agenda event a frame, at
// the instant the receiver's idle-line detection ends it. Propagation and driver turn-round are
// below one bit time and neglected.
class Rs485Line final : private kernel::Entity {
 public:
  static constexpr std::size_t kQueueFrames = 8;  // a sender's queue, hal: uart_send returns -1

  enum class Verdict { kDeliver, kDrop };
  // May change or shorten the frame, or drop it. index counts the frames of that side from 0.
  using Fault =
      std::function<Verdict(unsigned side, std::uint64_t index, std::vector<std::uint8_t>& frame)>;
  struct Totals {
    std::uint64_t frames = 0;
    std::uint64_t octets = 0;
    std::uint64_t dropped = 0;  // by the fault hook
    std::uint64_t cut = 0;      // sender lost its supply
    std::uint64_t refused = 0;  // queue full
  };

  Rs485Line(kernel::Agenda& agenda, kernel::EntityId id, const SerialRate& rate = {});

  SerialLineEnd& end(unsigned side) { return ends_[side]; }
  // Who hears what the other side sends.
  void attach(unsigned side, SerialReceiver& receiver) { receivers_[side] = &receiver; }
  void set_fault(Fault fault) { fault_ = std::move(fault); }
  // Costs one more event a frame: traces want the edges, simulations do not.
  void observe(LineObserver& observer) { observer_ = &observer; }

  const Totals& totals(unsigned side) const { return totals_[side]; }
  const SerialRate& rate() const { return rate_; }

 private:
  class End final : public SerialLineEnd {
   public:
    bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override {
      return line_->transmit(side_, ready_ns, frame);
    }
    void silence() override { line_->silence(side_); }

   private:
    friend class Rs485Line;
    Rs485Line* line_ = nullptr;
    unsigned side_ = 0;
  };
  struct Frame {
    kernel::TimeNs ready_ns;
    std::vector<std::uint8_t> octets;
  };
  enum : std::uint32_t { kEdge, kDeliver };  // agenda: what
  static constexpr unsigned kNoSide = 2;

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  bool transmit(unsigned side, kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame);
  void silence(unsigned side);
  void choose();
  void deliver(kernel::TimeNs now);
  bool started(kernel::TimeNs now) const { return on_air_ != kNoSide && start_ns_ <= now; }

  kernel::Agenda& agenda_;
  SerialRate rate_;
  kernel::Timer edge_timer_;  // start and end, only when observed
  kernel::Timer deliver_timer_;
  std::array<End, 2> ends_;
  std::array<SerialReceiver*, 2> receivers_{};
  std::array<std::vector<Frame>, 2> queues_;
  std::array<Totals, 2> totals_;
  Fault fault_;
  LineObserver* observer_ = nullptr;
  kernel::TimeNs start_ns_ = 0;
  kernel::TimeNs end_ns_ = 0;
  kernel::TimeNs free_ns_ = 0;  // nobody may start earlier
  unsigned on_air_ = kNoSide;   // whose head frame is next or on the wire
};

}  // namespace models
