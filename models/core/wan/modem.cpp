// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/wan/modem.hpp"

#include <algorithm>
#include <string>

#include "kernel/assert.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "models/core/wan/stream.hpp"

namespace models::wan {

namespace {

constexpr std::uint64_t kDrawsPerAttempt = 4;
constexpr std::uint64_t kLossDraws = std::uint64_t{1} << 40;  // apart from the attempts
constexpr std::uint8_t kRssiUnknown = 99;

kernel::TimeNs between(kernel::TimeNs low, kernel::TimeNs high, double uniform) {
  return low + static_cast<kernel::TimeNs>(uniform * static_cast<double>(high - low));
}

}  // namespace

Modem::Modem(kernel::Agenda& agenda, Cell& cell, std::uint32_t module, kernel::EntityId id)
    : agenda_(agenda),
      cell_(cell),
      module_(module),
      link_(draw_link(cell.config_.radio, cell.config_.seed, module)),
      procedure_timer_(agenda, *this, id, kProcedure),
      loss_timer_(agenda, *this, id, kLoss),
      lifetime_timer_(agenda, *this, id, kLifetime) {
  cell.add(*this);
}

Modem::~Modem() { cell_.remove(*this); }

double Modem::draw(std::uint64_t index) {
  const auto words = kernel::philox4x32(link_.seed, module_, kernel::kPurposeWanModem, index);
  return static_cast<double>(words[0]) * (1.0 / 4294967296.0);
}

// ---- The AT interface ----

void Modem::power(bool on) {
  const kernel::TimeNs now = agenda_.now();
  if (on == (state_ != ModemState::kOff)) return;
  wanted_ = false;
  if (on) {
    const ModemConfig& config = cell_.config_.modem;
    state_ = ModemState::kSearching;
    procedure_ = Procedure::kBoot;
    procedure_timer_.arm(now + between(config.boot_min_ns, config.boot_max_ns,
                                       draw(kDrawsPerAttempt * attempts_++)));
    return;
  }
  state_ = ModemState::kOff;
  procedure_ = Procedure::kNone;
  procedure_timer_.disarm();
  loss_timer_.disarm();
  lifetime_timer_.disarm();
  listen_port_ = 0;
  link_.ready_until_ns = -1;
  link_.tbf_until_ns = {-1, -1};
  drop_streams(false);
}

void Modem::connect(std::string_view) {
  if (state_ == ModemState::kOff || state_ == ModemState::kOnline) return;
  wanted_ = true;
  if (procedure_ == Procedure::kNone) start_next(agenda_.now());
}

void Modem::disconnect() {
  if (state_ == ModemState::kOff || procedure_ == Procedure::kBoot) return;
  wanted_ = false;
  procedure_ = Procedure::kDetach;
  procedure_timer_.arm(agenda_.now() + cell_.config_.modem.detach_ns);
}

std::uint8_t Modem::rssi() {
  const bool heard = state_ != ModemState::kOff && procedure_ != Procedure::kBoot &&
                     cell_.in_service(agenda_.now());
  return heard ? link_.csq : kRssiUnknown;
}

int Modem::open(Protocol protocol, std::string_view host, std::uint16_t port) {
  if (state_ != ModemState::kOnline) return kNoSocket;
  if (std::ranges::find(sockets_, nullptr) == sockets_.end()) return kNoSocket;
  Stream& stream = cell_.open_stream(*this, protocol, std::string(host), port, false);
  const int socket = take_socket(stream);
  stream.set_socket(socket);
  stream.begin();
  return socket;
}

bool Modem::listen(std::uint16_t port) {
  if (state_ != ModemState::kOnline) return false;
  listen_port_ = port;
  return true;
}

bool Modem::send(int socket, std::span<const std::uint8_t> octets) {
  Stream* const stream = stream_of(socket);
  return stream != nullptr && stream->send(Direction::kUp, octets);
}

std::uint32_t Modem::unacknowledged(int socket) {
  const Stream* const stream = stream_of(socket);
  return stream == nullptr ? 0 : stream->unacknowledged(Direction::kUp);
}

void Modem::close(int socket) {
  Stream* const stream = stream_of(socket);
  if (stream == nullptr) return;
  free_socket(socket);
  stream->close(Direction::kUp);
}

Stream* Modem::stream_of(int socket) const {
  if (socket < 0 || socket >= kModemSockets) return nullptr;
  return sockets_[static_cast<std::size_t>(socket)];
}

int Modem::take_socket(Stream& stream) {
  const auto free = std::ranges::find(sockets_, nullptr);
  if (free == sockets_.end()) return kNoSocket;
  *free = &stream;
  return static_cast<int>(free - sockets_.begin());
}

void Modem::free_socket(int socket) { sockets_[static_cast<std::size_t>(socket)] = nullptr; }

// ---- Procedures ----

void Modem::on_time(kernel::TimeNs now, std::uint32_t what) {
  switch (what) {
    case kProcedure:
      step_procedure(now);
      break;
    case kLoss:
      if (cell_.in_service(now) || state_ < ModemState::kAttached) break;
      procedure_ = Procedure::kNone;
      procedure_timer_.disarm();
      leave(ModemState::kSearching);
      break;
    case kLifetime:
      if (state_ == ModemState::kOnline) leave(ModemState::kAttached);
      break;
    default:
      TWIN_ASSERT(false, what);
  }
}

void Modem::step_procedure(kernel::TimeNs now) {
  const Procedure done = procedure_;
  procedure_ = Procedure::kNone;
  switch (done) {
    case Procedure::kBoot:
      tell();
      break;
    case Procedure::kAttach:
      attach_over(now);
      break;
    case Procedure::kPdp:
      pdp_over(now);
      break;
    case Procedure::kDetach:
      leave(std::min(state_, ModemState::kAttached));
      return;
    case Procedure::kNone:
      return;
  }
  if (wanted_ && procedure_ == Procedure::kNone) start_next(now);
}

// The next step towards a context.
void Modem::start_next(kernel::TimeNs now) {
  const ModemConfig& config = cell_.config_.modem;
  if (state_ == ModemState::kSearching) {
    cell_.traffic_.add(now, Direction::kUp, Octets::kSignalling, config.attach_octets_up);
    cell_.traffic_.add(now, Direction::kDown, Octets::kSignalling, config.attach_octets_down);
    start_signalling(now, Procedure::kAttach, config.attach_accesses, config.attach_min_ns,
                     config.attach_max_ns, config.attach_failure);
  } else if (state_ == ModemState::kAttached) {
    cell_.traffic_.add(now, Direction::kUp, Octets::kSignalling, config.pdp_octets_up);
    cell_.traffic_.add(now, Direction::kDown, Octets::kSignalling, config.pdp_octets_down);
    start_signalling(now, Procedure::kPdp, config.pdp_accesses, config.pdp_min_ns,
                     config.pdp_max_ns, config.pdp_failure);
  }
}

void Modem::start_signalling(kernel::TimeNs now, Procedure procedure, int accesses,
                             kernel::TimeNs min_ns, kernel::TimeNs max_ns, double failure) {
  const std::uint64_t index = kDrawsPerAttempt * attempts_++;
  procedure_ = procedure;
  started_ns_ = now;
  if (!cell_.in_service(now)) {
    failed_ = true;
    procedure_timer_.arm(now + cell_.config_.modem.search_ns);
    return;
  }
  const Access access = cell_.radio_.request_access(link_, now, accesses);
  if (!access.granted) {
    failed_ = true;
    procedure_timer_.arm(access.at_ns);
    return;
  }
  failed_ = draw(index) < failure;
  procedure_timer_.arm(access.at_ns + between(min_ns, max_ns, draw(index + 1)));
}

void Modem::attach_over(kernel::TimeNs now) {
  HourTraffic& hour = cell_.traffic_.at(now);
  if (failed_ || cell_.dark(started_ns_, now)) {
    ++hour.attach_failures;
    wanted_ = false;
    return tell();
  }
  ++hour.attaches;
  state_ = ModemState::kAttached;
  tell();
}

void Modem::pdp_over(kernel::TimeNs now) {
  HourTraffic& hour = cell_.traffic_.at(now);
  if (failed_ || cell_.dark(started_ns_, now)) {
    ++hour.pdp_failures;
    wanted_ = false;
    state_ = ModemState::kSearching;  // the stack starts from the attach again
    return tell();
  }
  ++hour.pdp_activations;
  state_ = ModemState::kOnline;
  wanted_ = false;
  link_.ready_until_ns = now + cell_.config_.radio.ready_timer_ns;
  const kernel::TimeNs lifetime_ns = cell_.config_.modem.pdp_lifetime_ns;
  lifetime_timer_.arm(lifetime_ns == 0 ? kernel::kNever : now + lifetime_ns);
  tell();
}

// Out of the context, and perhaps off the network.
void Modem::leave(ModemState state) {
  wanted_ = false;
  listen_port_ = 0;
  lifetime_timer_.disarm();
  state_ = state;
  drop_streams(true);
  if (state_ == state) tell();
}

void Modem::tell() { client_->on_modem(state_); }

void Modem::drop_streams(bool tell_client) {
  for (int socket = 0; socket < kModemSockets; ++socket) {
    Stream* const stream = stream_of(socket);
    if (stream == nullptr) continue;
    free_socket(socket);
    stream->vanish();
    if (tell_client) client_->on_socket_closed(socket, CloseReason::kNetwork);
  }
}

// Service ended; the modem will notice after a while, if it does not come back before.
void Modem::service_lost(kernel::TimeNs now, std::uint64_t outage) {
  if (state_ < ModemState::kAttached) return;
  const ModemConfig& config = cell_.config_.modem;
  loss_timer_.arm(now + between(config.loss_detect_min_ns, config.loss_detect_max_ns,
                                draw(kLossDraws + outage)));
}

}  // namespace models::wan
