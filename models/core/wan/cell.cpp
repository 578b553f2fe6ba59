// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/wan/cell.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"
#include "models/core/wan/modem.hpp"

namespace models::wan {

namespace {

// Before every module: service changes at an instant hold for what modules do at that instant.
constexpr kernel::EntityId kCellEntity = 0;

}  // namespace

Cell::Cell(kernel::Agenda& agenda, const CellConfig& config)
    : agenda_(agenda),
      config_(config),
      radio_(config.radio, traffic_),
      streams_(config.number),
      outage_timer_(agenda, *this, kCellEntity, 0) {
  const RadioConfig& radio = config.radio;
  TWIN_ASSERT(radio.n_pdch >= 1 && radio.n_pdch <= 64, radio.n_pdch);
  // GPRS multislot class 12: four slots either way, five together.
  TWIN_ASSERT(radio.multislot_up >= 1 && radio.multislot_up <= 4 && radio.multislot_down >= 1 &&
                  radio.multislot_down <= 4 && radio.multislot_up + radio.multislot_down <= 5,
              radio.multislot_up, radio.multislot_down);
}

Cell::~Cell() = default;

// ---- Network side ----

bool Cell::send(ConnectionId connection, std::span<const std::uint8_t> octets) {
  Stream* const stream = streams_.find(connection);
  return stream != nullptr && stream->send(Direction::kDown, octets);
}

std::uint32_t Cell::unacknowledged(ConnectionId connection) const {
  const Stream* const stream = streams_.find(connection);
  return stream == nullptr ? 0 : stream->unacknowledged(Direction::kDown);
}

void Cell::close(ConnectionId connection) {
  Stream* const stream = streams_.find(connection);
  if (stream != nullptr) stream->close(Direction::kDown);
}

ConnectionId Cell::connect(std::uint32_t module, std::uint16_t port) {
  Modem* const modem = find_modem(module);
  TWIN_ASSERT(modem != nullptr && peer_ != nullptr, module);
  Stream& stream = open_stream(*modem, Protocol::kTcp, {}, port, true);
  const ConnectionId id = stream.id();
  stream.begin();
  return id;
}

// ---- Streams ----

Stream& Cell::open_stream(Modem& modem, Protocol protocol, std::string host, std::uint16_t port,
                          bool incoming) {
  return streams_.add(agenda_.now(), [&](ConnectionId id) {
    return std::make_unique<Stream>(*this, modem, id, protocol, std::move(host), port, incoming);
  });
}

// ---- Modules ----

void Cell::add(Modem& modem) {
  const auto at = std::ranges::lower_bound(modems_, modem.module(), {}, &Modem::module);
  TWIN_ASSERT(at == modems_.end() || (*at)->module() != modem.module(), modem.module());
  modems_.insert(at, &modem);
}

void Cell::remove(Modem& modem) {
  modems_.erase(std::ranges::find(modems_, &modem));
  streams_.each([&](Stream& stream) { stream.forget(modem); });
}

Modem* Cell::find_modem(std::uint32_t module) {
  const auto at = std::ranges::lower_bound(modems_, module, {}, &Modem::module);
  return at != modems_.end() && (*at)->module() == module ? *at : nullptr;
}

// ---- Service ----

void Cell::set_outage(kernel::TimeNs from, kernel::TimeNs to) {
  TWIN_ASSERT(from >= agenda_.now() && to > from, from, to);
  const auto at =
      std::ranges::lower_bound(outages_.begin() + static_cast<std::ptrdiff_t>(next_outage_),
                               outages_.end(), from, {}, &Outage::from);
  outages_.insert(at, {from, to});
  outage_timer_.arm(outages_[next_outage_].from);
}

void Cell::on_time(kernel::TimeNs now, std::uint32_t) {
  while (next_outage_ < outages_.size() && outages_[next_outage_].from <= now) {
    for (Modem* modem : modems_) modem->service_lost(now, next_outage_);
    ++next_outage_;
  }
  if (next_outage_ < outages_.size()) outage_timer_.arm(outages_[next_outage_].from);
}

bool Cell::dark(kernel::TimeNs from, kernel::TimeNs to) const {
  for (const Outage& outage : outages_) {
    if (outage.from > to) break;
    if (outage.to > from) return true;
  }
  return false;
}

}  // namespace models::wan
