// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/device.hpp"
#include "protocol/hdlc/frame.hpp"

namespace sim::run {

// A meter's optical port (115 200 bit/s, 8N1) with one probe head on it: octets of whoever holds it
// go to the meter frame by frame, and the meter's frames come back, each when its last octet and
// the idle time that ends a frame have passed. A frame that stays unfinished for the inter-octet
// time-out of 6 s goes as it is, and the meter drops it. One holder at a time. When he goes his
// HDLC links are disconnected, and their associations with them; a silent one is sent away after
// two minutes.
class OpticalPort final : private models::SerialLineEnd, private kernel::Entity {
 public:
  using Holder = std::uint64_t;
  class Events {
   public:
    virtual void on_frames(Holder holder, protocol::Bytes octets) = 0;
    // Silent for too long, or sends what is no HDLC. end() has been done.
    virtual void on_sent_away(Holder holder) = 0;

   protected:
    ~Events() = default;
  };

  // id, number: of its timers, the number below 2^28.
  OpticalPort(kernel::Agenda& agenda, models::MeterNode& meter, kernel::EntityId id,
              std::uint32_t number, Events& events);

  // False: somebody else has his head on.
  bool begin(Holder holder);
  void end(Holder holder);
  // From outside simulated time. Nobody but the holder is heard.
  void receive(Holder holder, protocol::Bytes octets);

 private:
  // In the number of a timer.
  enum : std::uint32_t {
    kIdle = 0x3000'0000u,
    kFromMeter = 0x4000'0000u,
    kToMeter = 0x8000'0000u,
    kWhat = 0xF000'0000u
  };
  struct Link {
    protocol::hdlc::Address client;
    protocol::hdlc::Address server;
    friend bool operator==(const Link&, const Link&) = default;
  };
  bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override;
  void silence() override { outgoing_.clear(); }
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void note_links();
  void hand_over();

  kernel::Agenda& agenda_;
  models::MeterNode& meter_;
  Events& events_;
  kernel::Timer to_meter_;
  kernel::Timer from_meter_;
  kernel::Timer idle_;
  Holder holder_ = 0;
  std::vector<std::uint8_t> incoming_;
  std::vector<std::uint8_t> outgoing_;
  std::vector<Link> opened_;        // by the holder
  std::size_t farewells_ = 0;       // answers to our DISCs, still to come
  kernel::TimeNs farewell_ns_ = 0;  // and until when
  kernel::TimeNs line_free_ns_ = 0;
};

}  // namespace sim::run
