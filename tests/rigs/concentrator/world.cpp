// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/concentrator/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dcu_test {
namespace {

constexpr UtcNs kNsPerMs = 1'000'000;
constexpr std::int64_t kWanMs = 150;

}  // namespace

World::World(const Setup& setup)
    : disk(setup.disk_pages),
      crypto([this](protocol::MutableBytes out) { fill(out); }),
      draws_(setup.seed) {
  commission.id = head_end.peer;
  commission.eui48 = {0x02, 0x41, 0x44, 0, 0, 1};
  commission.system_title = {'A', 'M', 'T', 'D', 0, 0, 0, 1};
  commission.head_end_key = head_end.signer.public_key();
  commission.transport_key.fill(0x77);
  commission.uplink = setup.uplink;
  commission.tasks = setup.tasks;
  for (unsigned k = 0; k < setup.meters; ++k) {
    meters.push_back(std::make_unique<FakeMeter>(k));
    CommissionedMeter given;
    given.serial = FakeMeter::serial_of(k);
    given.model = "AD11A";
    given.system_title = meters.back()->title;
    given.keys = meters.back()->concentrator_keys;
    commission.meters.push_back(given);
    const auto last = static_cast<std::uint8_t>(k);
    nodes_.push_back({{0x02, 0x41, 0x4D, 0, 0, last}, fw::kNoAddress, given.serial});
    meters.back()->live_until(kStartS - 3600);
  }
  if (setup.change) setup.change(commission);
  dcu::app::commission(disk, commission);
  boot();
}

World::~World() = default;

void World::boot() {
  ++life_;
  armed_ = kNever;
  application_ = std::make_unique<Application>(
      Ports{*this, disk, *this, *this, *this, crypto, no_modem_}, *this, *this);
  if (!application_->open()) return;
  application_->start();
  settle();
  for (unsigned k = 0; k < nodes_.size() && application_; ++k) {
    at(3000 + static_cast<std::int64_t>(draws_.below(4000)), [this, k] { join(k); });
  }
}

void World::kill(std::int64_t off_s) {
  if (!application_) return;
  ++kills;
  application_.reset();
  ++life_;
  armed_ = kNever;
  uplink_ = 0;
  head_end.hang_up();
  for (Node& node : nodes_) node.address = fw::kNoAddress;
  events_.emplace(now_ + off_s * kNsPerSecond, [this] {
    disk.dead = false;
    disk.cut_at_write = 0;
    boot();
  });
}

void World::settle() {
  if (!application_) return;
  application_->settle();
  armed_ = application_->deadline();
  if (disk.dead || application_->stopped()) kill();
}

void World::at(std::int64_t after_ms, std::function<void()> what) {
  const std::uint64_t life = life_;
  events_.emplace(now_ + after_ms * kNsPerMs, [this, life, what = std::move(what)] {
    if (life != life_ || !application_) return;
    what();
    settle();
  });
}

void World::step(UtcNs until) {
  while (true) {
    const UtcNs event = events_.empty() ? kNever : events_.begin()->first;
    const UtcNs next = std::min(event, application_ ? std::max(armed_, now_) : kNever);
    if (next > until) break;
    now_ = next;
    if (event == next) {
      const auto what = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      what();
    } else {
      settle();
    }
  }
  now_ = until;
}

void World::run_for(std::int64_t seconds) { step(now_ + seconds * kNsPerSecond); }

void World::join(unsigned number) {
  Node& node = node_of(number);
  if (!application_ || node.address != fw::kNoAddress) return;
  node.address = next_address_++;
  const auto* serial = reinterpret_cast<const std::uint8_t*>(node.serial.data());
  application_->on_joined(node.address, node.eui48, {serial, node.serial.size()});
  settle();
}

void World::leave(unsigned number) {
  Node& node = node_of(number);
  if (!application_ || node.address == fw::kNoAddress) return;
  const fw::Address address = std::exchange(node.address, fw::kNoAddress);
  application_->on_left(address, node.eui48, fw::LeaveReason::silent);
  settle();
}

void World::inject(unsigned number, std::uint8_t d_lsap, const Octets& apdu) {
  application_->on_data(node_of(number).address, 1, d_lsap, apdu);
  settle();
}

FakeMeter* World::meter_at(fw::Address address) {
  for (unsigned k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].address == address && k < meters.size()) return meters[k].get();
  }
  return nullptr;
}

fw::SendHandle World::send(fw::Address address, std::uint8_t, std::uint8_t s_lsap,
                           protocol::Bytes lsdu, fw::Priority) {
  if (meter_at(address) == nullptr) return fw::kNotSent;
  const fw::SendHandle handle = next_handle_++;
  Octets apdu(lsdu.begin(), lsdu.end());
  // What was sent arrives, also when the sender is no more.
  events_.emplace(now_ + line_ms * kNsPerMs, [this, address, s_lsap, handle, life = life_,
                                              to = meter_at(address), apdu = std::move(apdu)] {
    const bool lives = life == life_ && application_;
    if (lives) application_->on_sent(handle, meter_at(address) != nullptr);
    if (lives && meter_at(address) == nullptr) return settle();
    to->live_until(now_s());
    Octets reply = to->answer(s_lsap, apdu);
    if (!lives) return;
    if (!reply.empty() && spoil_up) spoil_up(reply);
    if (!reply.empty()) {
      at(line_ms, [this, address, s_lsap, reply = std::move(reply)] {
        if (meter_at(address) != nullptr) application_->on_data(address, 1, s_lsap, reply);
      });
    }
    settle();
  });
  return handle;
}

bool World::find(const fw::Eui48& eui48, fw::NodeView& out) const {
  for (const Node& node : nodes_) {
    if (node.eui48 != eui48 || node.address == fw::kNoAddress) continue;
    out = {};
    out.eui48 = eui48;
    out.state = fw::NodeState::terminal;
    out.connected = true;
    out.address = node.address;
    out.sid = 0;
    out.lnid = node.address;
    return true;
  }
  return false;
}

void World::forget(const fw::Eui48& eui48) {
  for (unsigned k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].eui48 == eui48) at(0, [this, k] { leave(k); });
  }
}

std::vector<fw::NodeView> World::nodes() const {
  std::vector<fw::NodeView> views;
  for (const Node& node : nodes_) {
    fw::NodeView view;
    if (find(node.eui48, view)) views.push_back(view);
  }
  return views;
}

StreamId World::dial() {
  if (!network) return 0;
  uplink_ = next_stream_++;
  at(kWanMs, [this, stream = uplink_] {
    head_end.hang_up();
    if (stream == uplink_) application_->on_stream_open(stream, Door::p32);
  });
  return uplink_;
}

bool World::send(StreamId stream, protocol::Bytes octets) {
  if (stream != uplink_) {
    if (hung_up[stream]) return false;
    heard[stream].insert(heard[stream].end(), octets.begin(), octets.end());
    return true;
  }
  Octets copy(octets.begin(), octets.end());
  at(kWanMs, [this, stream, copy = std::move(copy)] {
    if (stream != uplink_ || !network) return;
    head_end.now = protocol::p32::utc_ms_of_ns(now_);
    std::string answer = head_end.serve(copy);
    if (spoil_http) spoil_http(answer);
    if (answer.empty()) return;
    at(kWanMs, [this, stream, answer = std::move(answer)] {
      if (stream != uplink_) return;
      application_->on_stream_data(
          stream, {reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
    });
  });
  return true;
}

void World::close(StreamId stream) {
  if (stream == uplink_) uplink_ = 0;
  hung_up[stream] = true;
}

void World::drop_uplink() {
  if (uplink_ == 0 || !application_) return;
  application_->on_stream_closed(std::exchange(uplink_, 0));
  settle();
}

void World::fill(protocol::MutableBytes out) {
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(draws_.next());
}

StreamId World::call(Door door) {
  const StreamId stream = next_stream_++;
  application_->on_stream_open(stream, door);
  settle();
  return stream;
}
void World::say(StreamId stream, protocol::Bytes octets) {
  application_->on_stream_data(stream, octets);
  settle();
}
void World::hang_up(StreamId stream) {
  application_->on_stream_closed(stream);
  settle();
}

std::uint64_t World::count(std::uint64_t dcu::app::Counters::*counter) const {
  return application_ ? application_->counters().*counter : 0;
}

std::vector<protocol::p32::ProfileRow> World::reported(unsigned number,
                                                       protocol::p32::ReportKind kind) const {
  std::vector<protocol::p32::ProfileRow> rows;
  for (const protocol::p32::Message& message : head_end.reports) {
    const auto& report = std::get<protocol::p32::Report>(message.body);
    if (report.kind() != kind || report.cause != protocol::p32::Cause::schedule) continue;
    for (const auto& meter : std::get<protocol::p32::ProfileReport>(report.body).meters) {
      if (meter.id != FakeMeter::serial_of(number)) continue;
      rows.insert(rows.end(), meter.rows.begin(), meter.rows.end());
    }
  }
  return rows;
}

}  // namespace dcu_test
