// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/concentrator/site.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"

namespace sim::run {
namespace {

constexpr std::uint32_t kDiskPages = 4096;  // 16 MiB
// What a socket's buffer takes at once.
constexpr std::size_t kChunkOctets = 1024;
constexpr const char* kHeadEndHost = "head-end.amitwin.example";
constexpr const char* kApn = "amitwin.example";

}  // namespace

ConcentratorSite::ConcentratorSite(kernel::Agenda& agenda, const Scenario& scenario,
                                   std::uint32_t number, plc::Modem& plc,
                                   models::wan::ModemPort& uplink)
    : agenda_(agenda),
      scenario_(scenario),
      row_(scenario.concentrators.at(number - 1)),
      identity_(concentrator_identity(number)),
      meters_(row_.meters.list(static_cast<std::uint32_t>(scenario.meters.count))),
      start_utc_ns_(scenario.general.start_utc_s * kernel::kNsPerSecond),
      plc_modem_(plc),
      plc_(agenda, plc),
      uplink_(uplink),
      disk_(kDiskPages),
      random_(static_cast<std::uint64_t>(scenario.general.seed), number,
              kernel::kPurposeConcentrator),
      crypto_([this](protocol::MutableBytes out) { fill(out); }),
      supply_timer_(agenda, *this, concentrator_entity(number, 0), kSupply),
      boot_timer_(agenda, *this, concentrator_entity(number, 0), kBoot),
      program_timer_(agenda, *this, concentrator_entity(number, 0), kProgram),
      network_timer_(agenda, *this, concentrator_entity(number, 0), kNetwork),
      observer_(&nobody_) {
  uplink.set_client(*this);
}

ConcentratorSite::~ConcentratorSite() = default;

// ---- Supply ----

void ConcentratorSite::power(kernel::TimeNs at, bool on) {
  const auto place =
      std::upper_bound(switches_.begin(), switches_.end(), at,
                       [](kernel::TimeNs time, const Switch& known) { return time < known.at; });
  switches_.insert(place, {at, on});
  supply_timer_.arm(switches_.front().at);
}

void ConcentratorSite::tear_write(std::uint64_t n, std::size_t octets, kernel::TimeNs off_ns) {
  disk_.cut_at_write(n, octets, [this, off_ns] {
    power(agenda_.now(), false);
    power(agenda_.now() + off_ns, true);
  });
}

void ConcentratorSite::on_time(kernel::TimeNs now, std::uint32_t what) {
  if (what == kBoot) {
    boot();
  } else if (what == kProgram) {
    if (program_) program_->on_timer();
  } else if (what == kNetwork) {
    uplink_.connect(kApn);
    network_timer_.arm(now + kReconnectNs);
  } else {
    while (!switches_.empty() && switches_.front().at <= now) {
      const bool on = switches_.front().on;
      switches_.erase(switches_.begin());
      if (on != powered_) switch_supply(on);
    }
    if (!switches_.empty()) supply_timer_.arm(switches_.front().at);
  }
}

void ConcentratorSite::switch_supply(bool on) {
  powered_ = on;
  if (on) {
    disk_.restore();
    plc_modem_.power(true);
    uplink_.power(true);
    uplink_.connect(kApn);
    network_timer_.arm(agenda_.now() + kReconnectNs);
    boot_timer_.arm(agenda_.now() + kBootNs);
    return;
  }
  past_counters_ = counters();
  // It takes what it knows with it; whoever looks on must not believe the nodes are still in.
  for (const dcu::app::NodeInfo& node : nodes()) {
    if (node.connected) observer_->node_left(now(), node);
  }
  plc_.set_client(nullptr);
  program_.reset();
  program_timer_.disarm();
  boot_timer_.disarm();
  network_timer_.disarm();
  lines_ = {};
  waiting_ = {};
  online_ = false;
  plc_modem_.power(false);
  uplink_.power(false);
}

void ConcentratorSite::boot() {
  ++boots_;
  program_ = std::make_unique<dcu::app::Concentrator>(
      dcu::app::Ports{*this, disk_, *this, *this, *this, crypto_, plc_}, *observer_);
  plc_.set_client(&program_->modem_client());
  TWIN_ASSERT(program_->boot(), identity_.number);
}

// ---- Clock, random, log ----

dcu::app::UtcNs ConcentratorSite::now() const { return start_utc_ns_ + agenda_.now(); }

void ConcentratorSite::arm(dcu::app::UtcNs at) {
  program_timer_.arm(at == dcu::app::kNever ? kernel::kNever : at - start_utc_ns_);
}

void ConcentratorSite::fill(protocol::MutableBytes out) {
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(random_.next_u32());
}

void ConcentratorSite::line(dcu::app::UtcNs /*at*/, std::string_view /*text*/) {}

// ---- Uplink ----

int ConcentratorSite::socket_of(dcu::app::StreamId stream) const {
  for (std::size_t socket = 0; socket < lines_.size(); ++socket) {
    if (stream != 0 && lines_[socket].stream == stream) return static_cast<int>(socket);
  }
  return models::wan::kNoSocket;
}

dcu::app::StreamId ConcentratorSite::dial() {
  if (!online_) return 0;
  const int socket = uplink_.open(models::wan::Protocol::kTcp, kHeadEndHost,
                                  static_cast<std::uint16_t>(scenario_.hes.p32_port));
  if (socket == models::wan::kNoSocket) return 0;
  lines_[static_cast<std::size_t>(socket)] = {next_stream_, dcu::app::Door::p32, false};
  return next_stream_++;
}

bool ConcentratorSite::send(dcu::app::StreamId stream, protocol::Bytes octets) {
  const int socket = socket_of(stream);
  if (socket == models::wan::kNoSocket) return false;
  auto& waiting = waiting_[static_cast<std::size_t>(socket)];
  const bool idle = waiting.empty();
  waiting.insert(waiting.end(), octets.begin(), octets.end());
  if (idle) on_socket_drained(socket);
  return true;
}

void ConcentratorSite::close(dcu::app::StreamId stream) {
  const int socket = socket_of(stream);
  if (socket == models::wan::kNoSocket) return;
  lines_[static_cast<std::size_t>(socket)] = {};
  waiting_[static_cast<std::size_t>(socket)].clear();
  uplink_.close(socket);
}

void ConcentratorSite::on_modem(models::wan::ModemState state) {
  const bool online = state == models::wan::ModemState::kOnline;
  if (online && !online_) {
    if (row_.uplink == Uplink::ethernet) uplink_.listen(kConcentratorPort);
    uplink_.listen(kGatewayPort);
  }
  online_ = online;
  if (online) {
    network_timer_.disarm();
  } else if (powered_ && network_timer_.at() == kernel::kNever) {
    network_timer_.arm(agenda_.now() + kReconnectNs);
  }
}

void ConcentratorSite::on_socket_open(int socket, bool incoming) {
  Line& line = lines_.at(static_cast<std::size_t>(socket));
  if (incoming) {
    const bool p32 = uplink_.port_of(socket) == kConcentratorPort;
    line = {next_stream_++, p32 ? dcu::app::Door::p32 : dcu::app::Door::gateway, false};
  }
  line.open = true;
  if (program_) {
    program_->on_stream_open(line.stream, line.door);
  } else {
    close(line.stream);  // nobody at home yet
  }
}

void ConcentratorSite::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  const Line& line = lines_.at(static_cast<std::size_t>(socket));
  if (program_ && line.stream != 0) program_->on_stream_data(line.stream, octets);
}

void ConcentratorSite::on_socket_closed(int socket, models::wan::CloseReason /*reason*/) {
  const Line line = std::exchange(lines_.at(static_cast<std::size_t>(socket)), {});
  waiting_[static_cast<std::size_t>(socket)].clear();
  if (program_ && line.stream != 0) program_->on_stream_closed(line.stream);
}

// The stack's buffer has room: the next octets of a long message.
void ConcentratorSite::on_socket_drained(int socket) {
  auto& waiting = waiting_.at(static_cast<std::size_t>(socket));
  std::size_t sent = 0;
  while (sent < waiting.size()) {
    const std::size_t n = std::min(kChunkOctets, waiting.size() - sent);
    if (!uplink_.send(socket, std::span(waiting).subspan(sent, n))) break;
    sent += n;
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(sent));
}

// ---- Reports about the simulation ----

std::vector<dcu::app::NodeInfo> ConcentratorSite::nodes() const {
  return program_ ? program_->nodes() : std::vector<dcu::app::NodeInfo>{};
}

dcu::app::Counters ConcentratorSite::counters() const {
  dcu::app::Counters all = past_counters_;
  if (program_) all += program_->counters().value_or(dcu::app::Counters{});
  return all;
}

}  // namespace sim::run
