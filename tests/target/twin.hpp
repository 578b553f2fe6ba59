// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <string>

#include "tests/target/target_meter.hpp"
#include "tests/target/transcript.hpp"

namespace target {

using TwinTables = meter::hal::Tables<meter::hal::Peripherals>;

// A host build on its platform with an image in its shadow. Every upcall goes to the host build
// first, which really acts; then to the image, whose every downcall must be the host's, in order,
// and gets the answer that the host got. Law 1 for whatever the platform does.
class Twin {
 public:
  Twin(const meter_firmware& host, const std::string& image, const meter_hal& platform);
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  void construct(void* host_instance);
  // `host` makes the same call on the host build. Gives the result, equal on both sides.
  int upcall(Kind kind, std::initializer_list<Bytes> payload, const std::function<int()>& host);

  struct Totals {
    std::uint64_t upcalls = 0;
    std::uint64_t downcalls = 0;
  };
  const Totals& totals() const { return totals_; }
  TargetMeter& image();
  void* host_instance() { return host_instance_; }
  const meter_firmware& host() const { return host_; }

 private:
  friend struct RecordBoard;
  friend struct ReplayBoard;
  friend struct TwinPart;
  friend meter_hal record_table(const meter_hal& platform, Twin* twin);
  friend meter_hal replay_table(const meter_hal& platform, Twin* twin);

  std::uint8_t token_of(const std::uint8_t* buffer) const;

  const meter_firmware& host_;
  std::string image_;
  const meter_hal& platform_;
  TwinTables record_tables_{};
  TwinTables replay_tables_{};
  meter_hal record_;  // what the host build sees
  meter_hal replay_;  // what serves the image
  TargetMeter* session_ = nullptr;
  void* host_instance_ = nullptr;
  Transcript transcript_;
  Totals totals_;
  std::array<std::uint8_t*, meter::port::kSlots> taken_{};  // the host build's buffers
  std::array<std::uint8_t, meter::port::kSlots> stand_ins_{};
  std::array<std::uint8_t, METER_RETAINED_MAX_BYTES> retained_{};  // the image's
  std::vector<std::uint8_t> cells_;  // flash as it was after the last write or erase replayed
  PageMap unreadable_{};
  std::int64_t rtc_ticks_ = 0;
  int rtc_lost_ = 0;
};

// Tables whose first half runs on `platform` and whose second half the other one answers.
meter_hal record_table(const meter_hal& platform, Twin* twin);
meter_hal replay_table(const meter_hal& platform, Twin* twin);

}  // namespace target
