// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "meter/hal/table_of.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "protocol/prime/modem.hpp"

namespace rigs {

// The platform of one meter in virtual time: nothing but the contract of meter_hal.h, and a supply
// that can be cut in the middle of any flash operation.
class FakePlatform {
 public:
  explicit FakePlatform(const meter_firmware* firmware);
  FakePlatform(const FakePlatform&) = delete;
  FakePlatform& operator=(const FakePlatform&) = delete;
  ~FakePlatform();

  // ---- Power ----
  void power_on(meter_boot_reason reason);  // init and boot in fresh instance memory
  void construct();                         // init only: the production line
  void boot(meter_boot_reason reason) { firmware->boot(instance(), reason); }
  void power_off(bool announced);
  bool powered() const { return instance_ != nullptr; }
  void* instance() { return instance_.get(); }

  // ---- Time: microseconds since the test began ----
  std::int64_t now_us = 0;
  void run_until_us(std::int64_t until_us);
  void run_for_us(std::int64_t span_us) { run_until_us(now_us + span_us); }

  // ---- RTC ----
  std::int64_t rtc_now() const;
  void rtc_adjust(std::int64_t ticks);  // from outside: what the production line sets
  void rtc_lose();                      // its battery ran dry: counts from zero
  double rtc_ppm = 0.0;

  // ---- Sensors ----
  std::int32_t centi_celsius = 2500;
  std::uint32_t battery_mv = 3600;
  std::uint32_t levels = 0;                  // of the inputs; without telling anybody
  void turn(meter_input input, bool level);  // and the firmware is told, if it lives
  // Of the last window, each fitted channel's with its lead.
  std::array<std::vector<std::int32_t>, METER_CHANNELS> last_window;

  // ---- Program memory: its CRC behind it; empty: it cannot be read ----
  std::vector<std::uint8_t> program;

  // ---- Display ----
  std::array<std::uint8_t, METER_DISPLAY_BYTES> segments{};
  bool backlight = false;

  // When something happens by itself next; INT64_MAX: never.
  std::int64_t next_us() const;

  // ---- Power line: a modem whose microseconds are the test's ----
  void attach_plc(protocol::prime::ModemPort& modem);
  void hear(const protocol::prime::ReceivedFrame& frame);
  void hear(const protocol::prime::HeardBeacon* beacon);  // nullptr: lost
  // What one declared piece of work takes; answers over the power line wait for it.
  std::int64_t work_us = 0;

  // ---- What came out ----
  struct Frame {
    meter_uart port;
    std::vector<std::uint8_t> octets;
  };
  std::deque<Frame> frames;
  std::array<std::uint64_t, METER_PULSE_OUTPUTS> pulses{};
  struct Laid {
    std::int64_t at_us;
    std::int64_t first_us;
    std::int64_t last_us;
    std::uint64_t count;
  };
  std::array<Laid, METER_PULSE_OUTPUTS> laid{};              // the last ones of each output
  meter_pulse_output repeated_pulses = METER_PULSE_OUTPUTS;  // by the optical port
  std::array<std::uint64_t, METER_WORKS> work_calls{};
  std::array<std::uint64_t, METER_WORKS> work_bytes{};
  std::vector<std::array<std::uint8_t, 12>> sealed_ivs;
  std::vector<std::array<std::uint8_t, 16>> sealed_keys;  // with which key each
  std::vector<std::int64_t> rtc_upcalls;                  // ticks at each on_rtc
  std::uint64_t alarms = 0;
  std::uint64_t alarm_calls = 0;
  int relay_orders = 0;
  bool relay_closed = true;
  bool relay_stuck = false;
  void knock_relay(bool closed);  // somebody moves the contact
  int buffers_out = 0;
  int buffers_max = 4;

  // ---- Non-volatile memory ----
  std::vector<std::uint8_t> flash;
  alignas(16) std::array<std::uint8_t, METER_RETAINED_MAX_BYTES> retained{};
  std::uint64_t flash_operations = 0;
  std::array<std::uint32_t, METER_FLASH_PAGES> erases{};
  std::vector<std::uint32_t> failing_pages;
  // The supply dies within flash operation number `at` (1: the next one) after `octets` of it.
  void cut_at_operation(std::uint64_t at, std::uint32_t octets);
  bool cut_happened() const { return dead_; }

  // ---- Images: one slot, and a boot loader ----
  static constexpr std::uint32_t kSlotBytes = 256 * 1024;
  std::vector<std::uint8_t> slot;  // as far as it was ever written to
  // In the first octet of the slot's next write: bits that stay, and bits that it clears unasked.
  std::uint8_t slot_keeps = 0;
  std::uint8_t slot_clears = 0;
  // What the octets of a container stand for; none: they are not good.
  std::function<const meter_firmware*(std::span<const std::uint8_t>)> image_judge;
  int confirmations = 0;

  const meter_firmware* firmware;
  meter_hal hal{};

 private:
  // The parts that the firmware sees; each has the methods of its peripheral (meter_hal.h).
  struct Part {
    FakePlatform& p;
  };
  struct Clock : Part {
    std::int64_t uptime_us();
    void alarm_us(std::int64_t at);
  };
  struct Rtc : Part {
    std::int64_t ticks() { return p.rtc_now(); }
    void set(std::int64_t ticks);
    void match(std::int64_t ticks) { p.rtc_match_ = ticks; }
    int lost() { return p.rtc_lost_ ? 1 : 0; }
    bool trim(std::int32_t ppb);
  };
  struct Flash : Part {
    bool read(std::uint32_t address, std::span<std::uint8_t> out);
    bool write(std::uint32_t address, std::span<const std::uint8_t> data);
    bool erase(std::uint32_t page);
  };
  struct Uarts : Part {
    bool send(meter_uart port, std::span<const std::uint8_t> frame);
  };
  struct Cpu : Part {
    void work(meter_work kind, std::uint32_t bytes);
    std::int64_t done_us();
  };
  struct Buffers : Part {
    std::uint8_t* take();
    void give(std::uint8_t* buffer);
  };
  struct Relay : Part {
    void drive(bool close);
    int closed() { return p.relay_closed ? 1 : 0; }
  };
  struct Pulses : Part {
    void lay(meter_pulse_output output, std::uint64_t count, std::int64_t first_us,
             std::int64_t last_us) {
      p.pulses[output] += count;
      p.laid[output] = {p.now_us, first_us, last_us, count};
    }
    void repeat(meter_pulse_output output) { p.repeated_pulses = output; }
  };
  struct Crypto : Part {
    using Key = std::span<const std::uint8_t, 16>;
    using In = std::span<const std::uint8_t>;
    using Out = std::span<std::uint8_t>;
    bool gcm_seal(Key key, In iv, In aad, In text, Out out, Out tag);
    bool gcm_open(Key key, In iv, In aad, In text, In tag, Out out);
    bool key_unwrap(Key kek, In wrapped, Out out);
    void random(Out out);
  };
  struct Plc : Part {
    bool send(std::span<const std::uint8_t> mpdu, std::uint8_t scheme, std::uint8_t level);
    int busy();
    void filter(std::span<const meter_plc_rule> rules);
    void search(bool on);
    std::uint32_t heard(std::span<meter_plc_beacon> out);
    void watch(const meter_plc_watch* watch);
    bool frame_time(std::int64_t* start_us, std::uint32_t* sequence);
    void beacon(const meter_plc_plan* plan);
    meter_plc_beacon told(const protocol::prime::HeardBeacon& beacon) const;
  };
  struct Thermometer : Part {
    std::int32_t centi_celsius() { return p.centi_celsius; }
  };
  struct Battery : Part {
    std::uint32_t voltage_mv() { return p.battery_mv; }
  };
  struct Display : Part {
    bool write(std::uint32_t first, std::span<const std::uint8_t> octets);
    void backlight(bool on) { p.backlight = on; }
  };
  struct Inputs : Part {
    std::uint32_t fitted() { return (1u << METER_INPUTS) - 1; }
    std::uint32_t levels() { return p.levels; }
  };
  struct Samples : Part {
    std::uint32_t read(meter_channel channel, std::int32_t first, std::span<std::int32_t> counts);
  };
  struct Program : Part {
    std::uint32_t octets() { return static_cast<std::uint32_t>(p.program.size()); }
    bool read(std::uint32_t offset, std::span<std::uint8_t> out);
  };
  struct Images : Part {
    std::uint32_t slots() { return 1; }
    std::uint32_t slot_bytes() { return kSlotBytes; }
    bool erase(std::uint32_t slot);
    bool write(std::uint32_t slot, std::uint32_t offset, std::span<const std::uint8_t> data);
    bool read(std::uint32_t slot, std::uint32_t offset, std::span<std::uint8_t> out);
    bool verify(std::uint32_t slot, std::uint32_t n);
    bool activate(std::uint32_t slot);
    void confirm();
  };
  struct Board {
    Clock clock;
    Rtc rtc;
    Flash flash;
    Uarts uarts;
    Cpu cpu;
    Buffers buffers;
    Relay relay;
    Pulses pulses;
    Crypto crypto;
    Plc plc;
    Thermometer thermometer;
    Battery battery;
    Inputs inputs;
    Display display;
    Samples samples;
    Program program;
    Images images;
  };
  bool dies_now(std::uint32_t n, std::uint32_t& applied);
  bool fails(std::uint32_t page) const;
  std::int64_t rtc_due_us() const;
  meter_boot_reason choose_image(meter_boot_reason otherwise);

  Board board_;
  std::unique_ptr<std::uint8_t[], void (*)(std::uint8_t*)> instance_;
  protocol::prime::ModemPort* modem_ = nullptr;
  std::int64_t cpu_free_us_ = 0;
  std::int64_t powered_at_us_ = 0;
  std::int64_t alarm_at_us_ = INT64_MAX;
  std::int64_t rtc_base_ticks_ = 0;
  std::int64_t rtc_base_us_ = 0;
  std::int64_t rtc_match_ = INT64_MAX;
  bool rtc_lost_ = false;
  std::int32_t rtc_trim_ppb_ = 0;
  std::int64_t relay_due_us_ = INT64_MAX;
  bool relay_target_ = true;
  std::uint64_t cut_countdown_ = 0;
  std::uint32_t cut_octets_ = 0;
  bool dead_ = false;
  std::array<std::uint8_t, METER_RETAINED_MAX_BYTES> retained_at_cut_{};
  std::uint32_t random_state_ = 1;
  std::uint32_t image_octets_ = 0;                // verified
  const meter_firmware* image_next_ = nullptr;    // activated: from the next reset on
  const meter_firmware* image_before_ = nullptr;  // of one that is not confirmed
  std::vector<std::unique_ptr<std::uint8_t[]>> buffers_;
  protocol::crypto::OpensslEngine crypto_;
};

}  // namespace rigs
