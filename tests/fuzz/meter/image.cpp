// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/meter/image.hpp"

#include <cstring>

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/stored_setups.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace fuzz {
namespace {

namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::cosem::obis;
using rigs::kDay_s;
using rigs::MeterFixture;

const std::int64_t kStart = rigs::utc_s(2026, 3, 26, 9);  // the clocks go forward on the 29th

meter_provision provision_of(unsigned which) {
  meter_provision provision = rigs::make_plc_provision();
  if (which == 1) provision.capture_period_s = 300;
  return provision;
}

// The module takes what the meter pushes, so that invocation counters are in use.
void take_pushes(MeterFixture& meter) {
  rigs::TestClient module(meter, rigs::push_client());
  for (int k = 0; k < 100 && !module.poll().empty(); ++k) {
  }
  module.disconnect();
}

void manage(MeterFixture& meter, bool change_period) {
  rigs::TestClient client(meter,
                          rigs::management_client(meter.provision, meter.management_counter));
  require(client.connect() && client.associate(), "a whole meter lets its client in");
  const auto relay = obis(0, 0, 96, 3, 10);
  const auto zero = rigs::encoded([](auto& out) { protocol::axdr::put_integer(0, out); });
  static_cast<void>(client.action({classes::DisconnectControl::kId, relay, 1}, zero));
  meter.run_for_us(rigs::kSecond_us);
  static_cast<void>(client.action({classes::DisconnectControl::kId, relay, 2}, zero));
  const auto hour =
      rigs::encoded([](auto& out) { protocol::axdr::put_double_long_unsigned(3600, out); });
  if (change_period) {
    require(client.set({classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 4}, hour),
            "the period can be changed");
  }
  meter.management_counter = client.counter();
  client.disconnect();
}

void live(MeterFixture& meter, unsigned which) {
  meter.consume({240.0, 7.5, 20.0, 50.0}, 6 * rigs::kHour_s);
  manage(meter, which == 3);
  for (unsigned day = 1; day <= (which == 2 ? 70u : 2u); ++day) {
    meter.run_to(kStart + day * kDay_s);
    take_pushes(meter);
    if (day % 20 != 1) continue;
    meter.power_off(day % 2 == 1);
    meter.run_for_us(rigs::kHour_s * rigs::kSecond_us);
    meter.power_on(METER_BOOT_POWER);
    meter.set_clock(kStart + day * kDay_s + rigs::kHour_s);
  }
  meter.consume({231.0, 2.0, 0.0, 50.0}, 2 * rigs::kHour_s);
}

Image make_image(unsigned which) {
  const meter_firmware* const firmware =
      which == 1 ? meter_ad13a_firmware() : meter_ad11a_firmware();
  MeterFixture meter(kStart, provision_of(which), firmware);
  live(meter, which);
  meter.power_off(true);
  Image image;
  image.firmware = firmware;
  image.provision = meter.provision;
  image.flash = meter.flash;
  image.retained = meter.retained;
  image.utc_s = meter.rtc_now() / METER_RTC_HZ;
  if (which == 3) image.provision.capture_period_s = 3600;
  for (std::size_t k = 0; k < meter.sealed_ivs.size(); ++k) {
    std::uint32_t& most = image.sealed_with[meter.sealed_keys[k]];
    most = std::max(most, counter_of(meter.sealed_ivs[k]));
  }
  const meter::fw::Hal hal(&meter.hal);
  meter::fw::Journal journal;
  journal.open(hal, rigs::stored_setups(hal, image.provision.capture_period_s));
  for (std::size_t id = 0; id < image.rows.size(); ++id) {
    const meter::fw::RowLog& log = journal.log(static_cast<LogId>(id));
    Octets values(log.value_octets());
    for (std::uint32_t n = 0; n < log.next_ordinal(); ++n) {
      meter::fw::RowHead head;
      if (log.read_ordinal(hal, n, head, values)) image.rows[id].insert(row_key(head, values));
    }
    const auto always = {LogId::load, LogId::closing, LogId::standard_events, LogId::relay_events};
    require(!image.rows[id].empty() ||
                std::ranges::find(always, static_cast<LogId>(id)) == always.end(),
            "a life leaves rows");
  }
  return image;
}

}  // namespace

Octets row_key(const meter::fw::RowHead& head, protocol::Bytes values) {
  Script key;
  key.u32(head.utc_s).u16(static_cast<std::uint16_t>(head.deviation_min));
  key.u8(head.status).u8(head.code).raw(values);
  return key.octets;
}

std::uint32_t counter_of(const std::array<std::uint8_t, 12>& iv) {
  return protocol::Reader(protocol::Bytes(iv).last(4)).u32();
}

const Image& image(unsigned which) {
  static const std::array<Image, kImages> images{make_image(0), make_image(1), make_image(2),
                                                 make_image(3)};
  return images[which % kImages];
}

}  // namespace fuzz
