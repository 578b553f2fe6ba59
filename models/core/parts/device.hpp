// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "kernel/agenda.hpp"
#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/time.hpp"
#include "models/core/node_id.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "models/core/parts/flash.hpp"
#include "models/core/parts/oscillator.hpp"
#include "protocol/crypto/engine.hpp"

namespace models {

// What all devices of a fleet share. Everything outlives the devices.
struct NodeServices {
  kernel::Agenda& agenda;
  protocol::crypto::Engine& crypto;
  BufferPool& buffers;
  std::uint64_t seed;
};

// Whoever is fed from the meter's 12 V rail.
class SupplyListener {
 public:
  virtual void on_supply(kernel::TimeNs now, bool on) = 0;

 protected:
  ~SupplyListener() = default;
};

// What all parts of one device must know of it.
struct DeviceLife {
  kernel::Agenda& agenda;
  const Flash& flash;
  bool running = false;             // the firmware lives; on the production line it does not
  bool asleep = false;              // it lives on the battery: no windows, no lines, no relay
  std::uint32_t bad_downcalls = 0;  // arguments no hardware would accept

  kernel::TimeNs now() const { return agenda.now(); }
  // An injected cut of the flash takes the whole device down with it.
  bool alive() const { return running && !asleep && !flash.power_cut(); }
  bool refuse() {
    ++bad_downcalls;
    return false;
  }
};

// Upcalls never nest; and a firmware that is called very often at one instant makes no progress any
// more, which is its watchdog's business.
class UpcallWatch {
 public:
  void restart() { at_instant_ = 0; }
  // An upcall that counts.
  void begin(kernel::TimeNs now) {
    at_instant_ = now == last_ns_ ? at_instant_ + 1 : 0;
    last_ns_ = now;
    ++upcalls_;
    enter();
  }
  void enter() {
    TWIN_ASSERT(!inside_);
    inside_ = true;
  }
  void leave() { inside_ = false; }
  bool stuck() const { return at_instant_ >= kStuck; }
  std::uint64_t upcalls() const { return upcalls_; }

 private:
  static constexpr std::uint32_t kStuck = 10'000;

  kernel::TimeNs last_ns_ = -1;
  std::uint64_t upcalls_ = 0;
  std::uint32_t at_instant_ = 0;
  bool inside_ = false;
};

// Memory of one firmware instance: 16-byte aligned, zeroed again at every power on.
class InstanceMemory {
 public:
  explicit InstanceMemory(std::size_t bytes)
      : blocks_(std::make_unique<Block[]>((bytes + sizeof(Block) - 1) / sizeof(Block))),
        bytes_(bytes) {}

  void* get() { return blocks_.get(); }
  std::size_t bytes() const { return bytes_; }
  void clear() { std::memset(static_cast<void*>(blocks_.get()), 0, bytes_); }

 private:
  struct alignas(16) Block {
    std::byte octets[16];
  };
  std::unique_ptr<Block[]> blocks_;
  std::size_t bytes_;
};

// A device's own random octets, the same in every run.
class RandomSource {
 public:
  RandomSource(std::uint64_t seed, std::uint32_t device, std::uint32_t purpose)
      : stream_(seed, device, purpose) {}

  void fill(std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size(); i += 4) {
      const std::uint32_t word = stream_.next_u32();
      std::memcpy(out.data() + i, &word, std::min<std::size_t>(4, out.size() - i));
    }
  }

 private:
  kernel::KeyedStream stream_;
};

// The processor's microseconds and its one alarm.
class McuClock {
 public:
  McuClock(const DeviceLife& life, kernel::Entity& entity, kernel::EntityId id, std::uint32_t what,
           std::int32_t deviation_ppb)
      : life_(life), alarm_(life.agenda, entity, id, what), oscillator_(kUptimeHz, deviation_ppb) {}

  // ---- hal: clock ----
  std::int64_t uptime_us() const { return oscillator_.count_at(life_.now()); }
  void alarm_us(std::int64_t at_us) {
    if (!life_.running) return;  // on the production line nothing runs by itself
    alarm_.arm(at_us == INT64_MAX ? kernel::kNever : oscillator_.time_of(at_us));
  }

  void restart() { oscillator_.set(life_.now(), 0); }
  void stop() { alarm_.disarm(); }
  const Oscillator& oscillator() const { return oscillator_; }

 private:
  static constexpr std::int64_t kUptimeHz = 1'000'000;

  const DeviceLife& life_;
  kernel::Timer alarm_;
  Oscillator oscillator_;
};

// What a device sees of a serial line: it hands over frames and is told of those that arrive.
// The line itself, or an adapter in front of it, implements SerialLineEnd; the device
// SerialReceiver.
class SerialLineEnd {
 public:
  // Takes one frame that may start at ready_ns or later. False when the queue is full.
  virtual bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) = 0;
  // The sender lost its supply: what it was sending ends here, what it had queued is gone.
  virtual void silence() = 0;

 protected:
  ~SerialLineEnd() = default;
};

class SerialReceiver {
 public:
  // A frame as idle-line detection cut it.
  virtual void on_frame(kernel::TimeNs now, std::span<const std::uint8_t> frame) = 0;

 protected:
  ~SerialReceiver() = default;
};

}  // namespace models
