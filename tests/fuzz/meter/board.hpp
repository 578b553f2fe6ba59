// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tests/fuzz/meter/image.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace fuzz {

// A board with an image in its memory. Counts what the firmware asks of it: no upcall may go on
// for ever, nor call itself back at once for ever.
class Board final : public rigs::FakePlatform, public protocol::prime::ModemPort {
 public:
  explicit Board(const Image& image);

  // From power on to the end of boot.
  void start(meter_boot_reason reason);
  // Work since the last call was bounded.
  void check_work(const char* during);
  // Each invocation counter was used once with its key, and later than in the image.
  void check_counters() const;

  // ---- Clients ----
  protocol::dlms::ClientConfig reading() const { return rigs::reading_client(image_.provision); }
  protocol::dlms::ClientConfig management() const {
    return rigs::management_client(image_.provision, management_counter);
  }
  bool serves();  // the public client gets the object list, and it is the right one
  // What a reading client sees and a restart must not change; empty: it is not let in.
  std::vector<rigs::OptionalValue> state();
  // Of each log what the flash holds, in order.
  std::vector<Octets> rows(meter::fw::LogId id) const;
  std::uint32_t management_counter = 50'000;

  // ---- protocol::prime::ModemPort: a line that takes everything ----
  std::int64_t now_us() override { return rigs::FakePlatform::now_us; }
  bool send(protocol::Bytes mpdu, protocol::prime::Scheme, unsigned) override;
  bool busy() override { return false; }
  void set_filter(std::span<const protocol::prime::FilterRule>) override {}
  void search(bool) override {}
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override;
  void watch(const protocol::prime::BeaconWatch* watch) override { watching_ = watch != nullptr; }
  bool frame_time(protocol::prime::FrameTime& out) override;
  void set_beacon(const protocol::prime::BeaconPlan*) override {}
  std::vector<protocol::prime::HeardBeacon> beacons;
  std::vector<Octets> mpdus;  // sent

 private:
  const Image& image_;
  bool watching_ = false;
};

}  // namespace fuzz
