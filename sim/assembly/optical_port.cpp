// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/optical_port.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/hdlc/scanner.hpp"

namespace sim::run {
namespace {

constexpr kernel::TimeNs kOctetNs =
    10 * kernel::kNsPerSecond / 115'200;  // data sheet, 10 bits an octet
constexpr kernel::TimeNs kIdleNs = 2 * kernel::kNsPerMs;
// Inter-octet time-out (IEC 62056-46, interface class 23: 25 ms by default, at most 6 s). The
// longest, as a network stands between head and client, and simulated time may run faster than it.
constexpr kernel::TimeNs kInterOctetNs = 6 * kernel::kNsPerSecond;
constexpr std::uint8_t kFlag = 0x7E;
constexpr std::size_t kMaxPending = 4096;
// The holder's silence; after it his links have rested as long as the meter keeps any (120 s).
constexpr kernel::TimeNs kIdleHolderNs = 120 * kernel::kNsPerSecond;
// A meter answers DISC within that.
constexpr kernel::TimeNs kFarewellNs = kernel::kNsPerSecond;
constexpr std::size_t kMaxLinks = 16;

// The rest of a frame may still come. A flag alone behind a frame is that frame's end.
bool is_unfinished(protocol::Bytes octets) {
  protocol::hdlc::Scanner scanner(octets, protocol::hdlc::Scanner::End::open);
  bool found = false;
  while (scanner.next()) found = true;
  return scanner.incomplete_from() + (found ? 1 : 0) < octets.size();
}

}  // namespace

OpticalPort::OpticalPort(kernel::Agenda& agenda, models::MeterNode& meter, kernel::EntityId id,
                         std::uint32_t number, Events& events)
    : agenda_(agenda),
      meter_(meter),
      events_(events),
      to_meter_(agenda, *this, id, kToMeter | number),
      from_meter_(agenda, *this, id, kFromMeter | number),
      idle_(agenda, *this, id, kIdle | number) {
  meter.board().uarts.attach(METER_UART_OPTICAL, *this);
}

// ---- Who holds it ------------------------------------------------------------------------------

bool OpticalPort::begin(Holder holder) {
  if (holder_ != 0) return false;
  holder_ = holder;
  idle_.arm(agenda_.now() + kIdleHolderNs);
  return true;
}

// What he began with the meter nobody else goes on with: DISC on every link that he opened.
void OpticalPort::end(Holder holder) {
  if (holder_ != holder || holder == 0) return;
  note_links();
  holder_ = 0;
  idle_.disarm();
  incoming_.clear();
  for (const Link& link : std::exchange(opened_, {})) {
    protocol::hdlc::Frame disc;
    disc.destination = link.server;
    disc.source = link.client;
    disc.kind = protocol::hdlc::FrameKind::disconnect;
    disc.poll_final = true;
    std::array<std::uint8_t, 32> octets;
    protocol::Writer out(octets);
    if (!encode(disc, out)) continue;
    incoming_.insert(incoming_.end(), octets.begin(), octets.begin() + out.size());
    ++farewells_;
  }
  outgoing_.clear();
  from_meter_.disarm();
  if (farewells_ == 0) return;
  farewell_ns_ = agenda_.now() + kFarewellNs;
  hand_over();
}

// ---- Octets ------------------------------------------------------------------------------------

void OpticalPort::receive(Holder holder, protocol::Bytes octets) {
  if (holder != holder_) return;
  idle_.arm(agenda_.now() + kIdleHolderNs);
  incoming_.insert(incoming_.end(), octets.begin(), octets.end());
  if (incoming_.size() > kMaxPending) {  // longer than any frame, and no flag ends it
    end(holder);
    return events_.on_sent_away(holder);
  }
  // TCP may cut anywhere; a serial line is idle after a frame, not inside it. What stays unfinished
  // goes to the meter as its line detection would cut it.
  if (incoming_.empty()) return;
  const kernel::TimeNs silence = is_unfinished(incoming_) ? kInterOctetNs : kIdleNs;
  to_meter_.arm(agenda_.now() + static_cast<kernel::TimeNs>(incoming_.size()) * kOctetNs + silence);
}

// SNRM says who wants a link with whom.
void OpticalPort::note_links() {
  protocol::hdlc::Scanner scanner(incoming_);
  while (const std::optional<protocol::hdlc::Frame> frame = scanner.next()) {
    const Link link{frame->source, frame->destination};
    if (frame->kind == protocol::hdlc::FrameKind::snrm && opened_.size() < kMaxLinks &&
        std::ranges::find(opened_, link) == opened_.end()) {
      opened_.push_back(link);
    }
  }
}

void OpticalPort::hand_over() {
  to_meter_.disarm();
  const std::vector<std::uint8_t> frames = std::exchange(incoming_, {});
  meter_.board().uarts.receiver(METER_UART_OPTICAL).on_frame(agenda_.now(), frames);
}

bool OpticalPort::transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) {
  if (farewells_ > 0 && agenda_.now() <= farewell_ns_) {
    --farewells_;
    return true;
  }
  farewells_ = 0;
  if (holder_ == 0) return true;
  const kernel::TimeNs start = std::max({ready_ns, agenda_.now(), line_free_ns_});
  line_free_ns_ = start + static_cast<kernel::TimeNs>(frame.size()) * kOctetNs + kIdleNs;
  outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
  from_meter_.arm(line_free_ns_);
  return true;
}

void OpticalPort::on_time(kernel::TimeNs, std::uint32_t what) {
  if ((what & kWhat) == kToMeter) {
    note_links();
    const bool flag = incoming_.back() == kFlag;  // may also open the next frame
    hand_over();
    if (flag) incoming_.push_back(kFlag);
  } else if ((what & kWhat) == kFromMeter) {
    const std::vector<std::uint8_t> frames = std::exchange(outgoing_, {});
    if (holder_ != 0) events_.on_frames(holder_, frames);
  } else {
    const Holder holder = holder_;
    end(holder);
    events_.on_sent_away(holder);
  }
}

}  // namespace sim::run
