// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/meter/meter_fixture.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "protocol/calendar.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/meter/stored_setups.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace rigs {

std::int64_t utc_s(int year, unsigned month, unsigned day, int hour, int minute, int second) {
  return protocol::days_from_civil(year, month, day) * kDay_s + hour * kHour_s + minute * 60 +
         second;
}

meter_sums make_sums(const Terminal& terminal, const FrontEnd& front_end,
                     std::uint32_t n_elements) {
  constexpr double kPi = 3.14159265358979323846;
  const double volts_per_count = METER_ADC_V_FULL_SCALE_MV / 1000.0 / 8388608.0;
  const double amperes_per_count = METER_ADC_I_FULL_SCALE_MA / 1000.0 / 8388608.0;
  const double v = terminal.voltage_v * (1.0 + front_end.voltage_error);
  const double i = terminal.current_a * (1.0 + front_end.current_error);
  const double phi = (terminal.phase_deg - front_end.phase_error_deg) * kPi / 180.0;
  meter_sums sums{};
  const double periods = METER_WINDOW_CYCLES * METER_ADC_RATE_HZ / terminal.frequency_hz;
  sums.n_samples = static_cast<std::uint32_t>(std::lround(periods));
  sums.n_cycles = METER_WINDOW_CYCLES;
  sums.length_q16 = static_cast<std::uint32_t>(std::lround(periods * 65536.0));
  sums.n_elements = n_elements;
  for (std::uint32_t k = 0; k < n_elements; ++k) {
    const double n = sums.n_samples;
    sums.element[k].vv = n * v * v / (volts_per_count * volts_per_count);
    sums.element[k].ii = n * (i * i + front_end.current_noise_a * front_end.current_noise_a) /
                         (amperes_per_count * amperes_per_count);
    const double power = n / (volts_per_count * amperes_per_count);
    sums.element[k].vi = power * (v * i * std::cos(phi) + front_end.active_crosstalk_w);
    sums.element[k].vq = power * v * i * std::sin(phi);
  }
  return sums;
}

meter_provision make_provision() {
  meter_provision provision{};
  std::strcpy(provision.serial, "0000000042");
  std::strcpy(provision.logical_device_name, "AMT00000000042");
  const std::uint8_t title[8] = {'A', 'M', 'T', 0, 0, 0, 0, 42};
  std::memcpy(provision.system_title, title, sizeof title);
  for (std::uint8_t k = 0; k < 16; ++k) {
    provision.unicast_key[k] = static_cast<std::uint8_t>(0x10 + k);
    provision.authentication_key[k] = static_cast<std::uint8_t>(0xA0 + k);
    provision.master_key[k] = static_cast<std::uint8_t>(0x50 + k);
  }
  std::strcpy(provision.low_level_password, "readme42");
  provision.capture_period_s = 900;
  provision.push_period_s = 3600;
  provision.push_delay_s = 0;
  provision.time_zone_min = -60;
  provision.daylight_saving = 1;
  return provision;
}

MeterFixture::MeterFixture(std::int64_t start_utc_s, meter_provision given,
                           const meter_firmware* under_test)
    : FakePlatform(under_test), provision(given) {
  clock_from_outside(start_utc_s);
  construct();
  if (under_test->provision(instance(), &provision) != 0) throw std::runtime_error("provision");
  boot(METER_BOOT_FIRST);
}

void MeterFixture::run_to(std::int64_t at_utc_s) {
  const std::int64_t ticks = at_utc_s * METER_RTC_HZ - rtc_now();
  if (ticks > 0) run_for_us((ticks * kSecond_us + METER_RTC_HZ - 1) / METER_RTC_HZ);
}

void MeterFixture::set_clock(std::int64_t to_utc_s) {
  TestClient client(*this, management_client(provision, management_counter));
  std::vector<std::uint8_t> octets(protocol::cosem::kDateTimeValueOctets);
  protocol::Writer value{octets};
  protocol::cosem::put_date_time({to_utc_s, -60, 0, 0}, value);
  const protocol::cosem::Attribute time{protocol::cosem::classes::Clock::kId,
                                        protocol::cosem::obis(0, 0, 1, 0, 0), 2};
  if (!client.connect() || !client.associate() || !client.set(time, octets)) {
    throw std::runtime_error("the clock was not set");
  }
  management_counter = client.counter();
  client.disconnect();
}

// Windows up to an event are delivered before it, in one call each stretch.
void MeterFixture::consume(const Terminal& terminal, std::int64_t span_s) {
  const meter_sums window = make_sums(terminal);
  const double window_us = window.length_q16 * 1e6 / 65536.0 / METER_ADC_RATE_HZ;
  const std::int64_t begin_us = now_us;
  std::uint64_t done = 0;
  const std::int64_t step_us = 60 * kSecond_us;
  for (std::int64_t at = begin_us + step_us; at <= begin_us + span_s * kSecond_us; at += step_us) {
    const auto ended = static_cast<std::uint64_t>(static_cast<double>(at - begin_us) / window_us);
    if (ended > done) sums(window, static_cast<std::uint32_t>(ended - done));
    done = ended;
    run_until_us(at);
  }
}

std::vector<StoredRow> MeterFixture::rows(meter::fw::LogId id) const {
  const meter::fw::Hal platform(&hal);
  meter::fw::Journal journal;
  journal.open(platform, stored_setups(platform, provision.capture_period_s));
  const meter::fw::RowLog& log = journal.log(id);
  std::vector<StoredRow> all;
  for (std::uint32_t n = log.first_ordinal(); n < log.next_ordinal(); ++n) {
    StoredRow row;
    row.values.resize(log.value_octets() / 4);
    const protocol::MutableBytes octets{reinterpret_cast<std::uint8_t*>(row.values.data()),
                                        log.value_octets()};
    if (!log.read_ordinal(platform, n, row.head, octets)) {
      throw std::runtime_error("a counted row cannot be read");
    }
    all.push_back(row);
  }
  return all;
}

std::vector<std::uint8_t> MeterFixture::event_codes(meter::fw::LogId id) const {
  std::vector<std::uint8_t> codes;
  for (const StoredRow& row : rows(id)) codes.push_back(row.head.code);
  return codes;
}

}  // namespace rigs
