// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/extended_register.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/selection.hpp"
#include "protocol/hdlc/primary.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/assembly/optical_port.hpp"
#include "sim/referee/judge.hpp"

namespace sim::run {
namespace {

using protocol::Bytes;
namespace dlms = protocol::dlms;
namespace hdlc = protocol::hdlc;
namespace cosem = protocol::cosem;

constexpr kernel::EntityId kAuditEntity = 3;
constexpr kernel::TimeNs kPatience = 10 * kernel::kNsPerMinute;  // for all meters together
constexpr std::size_t kRowOctets = 64;                           // encoded, generously

// The registers of rates and demand, in the order in which they are read.
constexpr std::size_t kRateReadings = kRates * kQuantities;
constexpr std::size_t kPeakReadings = kDemands * (1 + kRates) * 2;  // value and time
constexpr std::size_t kTariffReadings = kRateReadings + kPeakReadings;

cosem::Attribute tariff_reading(std::size_t k) {
  if (k < kRateReadings) {
    cosem::Obis name = cosem::kQuantityTable[k % kQuantities].obis;
    name.octets[4] = static_cast<std::uint8_t>(1 + k / kQuantities);
    return {cosem::classes::Register::kId, name, cosem::classes::Register::kValue};
  }
  using cosem::classes::ExtendedRegister;
  const std::size_t peak = (k - kRateReadings) / 2;
  const auto c = static_cast<unsigned>(1 + peak / (1 + kRates));
  const auto e = static_cast<unsigned>(peak % (1 + kRates));
  const bool time = (k - kRateReadings) % 2 != 0;
  return {ExtendedRegister::kId, cosem::obis(1, 0, c, 6, e),
          time ? ExtendedRegister::kCaptureTime : ExtendedRegister::kValue};
}
// False: no such value.
bool take_tariff_reading(std::size_t k, Bytes value, HeldTariff& held) {
  protocol::axdr::Cursor in(value);
  if (k < kRateReadings) {
    held.wh[k / kQuantities][k % kQuantities] = static_cast<std::uint32_t>(in.unsigned_number());
    return in.at_end();
  }
  const std::size_t at = (k - kRateReadings) / 2;
  HeldTariff::Peak& peak = held.peaks[at / (1 + kRates)][at % (1 + kRates)];
  if ((k - kRateReadings) % 2 == 0) {
    peak.power_w = static_cast<std::uint32_t>(in.unsigned_number());
    return in.at_end();
  }
  const auto time = cosem::decode_date_time(in.date_time());
  if (time.ok()) peak.utc_s = time->utc_s;
  return time.ok() && in.at_end();
}

constexpr cosem::Attribute kLoadProfileBuffer{cosem::classes::ProfileGeneric::kId,
                                              cosem::obis(1, 0, 99, 1, 0),
                                              cosem::classes::ProfileGeneric::kBuffer};

// A rows array as every built-in meter sends it: clock, status, registers, capture counter.
std::optional<std::vector<HeldRow>> decode_rows(Bytes value) {
  protocol::axdr::Cursor cursor(value);
  std::vector<HeldRow> rows;
  std::map<std::int64_t, std::uint16_t> ordinals;
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const std::uint32_t columns = cursor.structure();
    const bool numbered = columns == 3 + kQuantities;
    if (!numbered && columns != 2 + kQuantities) return std::nullopt;
    const auto clock = cosem::decode_date_time(cursor.date_time());
    if (!clock.ok()) return std::nullopt;
    HeldRow row;
    row.stamp_utc_s = clock->utc_s;
    row.deviation_min = clock->deviation_min;
    row.status = static_cast<std::uint8_t>(cursor.unsigned_number());
    for (std::uint32_t& each : row.registers) {
      each = static_cast<std::uint32_t>(cursor.unsigned_number());
    }
    if (numbered) row.capture_counter = static_cast<std::uint32_t>(cursor.unsigned_number());
    row.ordinal = ordinals[row.stamp_utc_s]++;
    rows.push_back(row);
  }
  if (!cursor.ok()) return std::nullopt;
  return rows;
}

// The hand-held unit on one meter's optical port.
class HandHeld final : private hdlc::PrimaryOwner,
                       private kernel::Entity,
                       private OpticalPort::Events {
 public:
  // No key of `crypto` is ever used: the reading client has a password.
  HandHeld(kernel::Agenda& agenda, Home& home, protocol::crypto::Engine& crypto,
           const cosem::Selection& selection, std::size_t max_rows, bool with_tariff)
      : agenda_(agenda),
        selection_(selection),
        with_tariff_(with_tariff),
        work_(max_rows * kRowOctets + 8192),
        timer_(agenda, *this, kAuditEntity, home.identity.number),
        port_(agenda, *home.meter, kAuditEntity, home.identity.number,
              static_cast<OpticalPort::Events&>(*this)),
        session_(client_config(home), crypto, work_),
        primary_(primary_config(), send_buffer_, receive_buffer_, *this) {
    port_.begin(kHolder);
    primary_.open(now_us());
    rearm();
  }

  bool over() const { return over_; }
  MeterReading reading() const {
    return {rows_, tariff_read_ == kTariffReadings ? std::optional(tariff_) : std::nullopt};
  }

 private:
  static constexpr OpticalPort::Holder kHolder = 1;

  static dlms::ClientConfig client_config(const Home& home) {
    dlms::ClientConfig config;
    config.client_sap = dlms::kReadingClient;
    config.authentication = dlms::Authentication::lls;
    const std::string& password = home.identity.low_level_password;
    config.password_octets = static_cast<std::uint8_t>(password.size());
    std::copy(password.begin(), password.end(), config.password.begin());
    return config;
  }
  static hdlc::PrimaryConfig primary_config() {
    hdlc::PrimaryConfig config;
    config.client = {dlms::kReadingClient, 0, 1};
    return config;
  }
  std::int64_t now_us() const { return agenda_.now() / kernel::kNsPerUs; }
  void rearm() {
    const std::int64_t deadline_us = primary_.deadline_us();
    timer_.arm(deadline_us > kernel::kNever / kernel::kNsPerUs ? kernel::kNever
                                                               : deadline_us * kernel::kNsPerUs);
  }

  void on_frames(OpticalPort::Holder, Bytes octets) override {
    primary_.on_bytes(now_us(), octets);
    rearm();
  }
  void on_sent_away(OpticalPort::Holder) override { over_ = true; }
  void send_frame(Bytes frame) override { port_.receive(kHolder, frame); }
  void on_time(kernel::TimeNs, std::uint32_t) override {
    primary_.on_time(now_us());
    rearm();
  }

  void on_opened() override { transmit_apdu(session_.associate()); }
  void on_apdu(Bytes apdu) override {
    const dlms::ClientEvent event = session_.on_apdu(apdu);
    switch (event.kind) {
      case dlms::ClientEvent::Kind::send:
        transmit_apdu(event.send);
        break;
      case dlms::ClientEvent::Kind::associated:
        transmit_apdu(session_.get(kLoadProfileBuffer, selection_));
        break;
      case dlms::ClientEvent::Kind::data:
        on_data(event.data);
        break;
      default:
        over_ = true;
        break;
    }
  }
  void on_data(Bytes value) {
    if (!rows_) {
      rows_ = decode_rows(value);
      over_ = !rows_ || !with_tariff_;
      tariff_.asked = agenda_.now();
    } else {
      over_ =
          !take_tariff_reading(tariff_read_, value, tariff_) || ++tariff_read_ == kTariffReadings;
      tariff_.answered = agenda_.now();
    }
    if (!over_) transmit_apdu(session_.get(tariff_reading(tariff_read_)));
  }
  void on_nothing() override { over_ = true; }
  void on_closed() override { over_ = true; }
  void on_failed(hdlc::LinkFailure) override { over_ = true; }
  void transmit_apdu(const protocol::Result<Bytes>& apdu) {
    if (!apdu.ok() || !primary_.send(now_us(), apdu.value())) over_ = true;
  }

  kernel::Agenda& agenda_;
  cosem::Selection selection_;
  bool with_tariff_;
  std::vector<std::uint8_t> work_;
  std::array<std::uint8_t, 2048> send_buffer_{};
  std::array<std::uint8_t, 2048> receive_buffer_{};
  kernel::Timer timer_;
  OpticalPort port_;
  dlms::ClientSession session_;
  hdlc::Primary primary_;
  std::optional<std::vector<HeldRow>> rows_;
  HeldTariff tariff_;
  std::size_t tariff_read_ = 0;  // readings
  bool over_ = false;
};

}  // namespace

std::vector<MeterReading> read_all_meters(World& world, const Scenario& scenario,
                                          kernel::TimeNs until) {
  double moved_s = 0;
  for (const Event& event : scenario.events) moved_s += std::fabs(event.shift_s);
  const auto most_s = until / kernel::kNsPerSecond + static_cast<std::int64_t>(moved_s);
  // From 0: a clock set back writes rows from before the start; one set forward, behind the end.
  const cosem::Selection selection = dlms::rows_between(0, scenario.general.start_utc_s + most_s);
  protocol::crypto::OpensslEngine crypto(protocol::crypto::system_random());
  std::vector<std::unique_ptr<HandHeld>> units;
  for (auto& home : world.homes()) {
    const auto max_rows = static_cast<std::size_t>(
        until / kernel::kNsPerSecond / home->settings.capture_period_s + 200);
    units.push_back(std::make_unique<HandHeld>(world.agenda_of(*home), *home, crypto, selection,
                                               max_rows,
                                               has_tariff(scenario, home->identity.number)));
  }
  const kernel::TimeNs give_up = world.now() + kPatience;
  const auto waiting = [&] {
    return std::ranges::any_of(units, [](const auto& unit) { return !unit->over(); });
  };
  while (waiting() && world.now() < give_up) world.run_until(world.now() + kernel::kNsPerSecond);
  std::vector<MeterReading> readings;
  for (const auto& unit : units) readings.push_back(unit->reading());
  return readings;
}

}  // namespace sim::run
