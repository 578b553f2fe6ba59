// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/lockstep/lockstep_client.hpp"

#include <algorithm>
#include <stdexcept>

namespace hes {
namespace {

using protocol::Bytes;
using protocol::FieldReader;

// Random octets that the head-end holds in advance: 8 a meter at its start, 16 an association.
constexpr std::size_t kRandomAhead = 64 * 1024;
constexpr std::size_t kRandomPerMeter = 8;
// In one step no more than a socket's buffer takes: nobody reads while we write.
constexpr std::size_t kMaxStepOctets = 64 * 1024;

}  // namespace

LockstepClient::LockstepClient(const std::string& host, std::uint16_t control_port,
                               const EngineConfig& config, const Known& known, StreamPort& stream,
                               RandomPort& random, Observer& observer, UtcNs begin)
    : control_(net::Socket::connect({host, control_port})),
      data_{host, 0},
      stream_(stream),
      random_{random},
      known_(known),
      observer_(observer) {
  step_.begin(ControlType::hello);
  step_(kLockstepVersion, begin, random_.more(kRandomAhead + known.meters * kRandomPerMeter),
        to_json(config));
  control_.write(step_.finish());
  FieldReader in = await(ControlType::welcome);
  if (in.u16() != kLockstepVersion) throw std::runtime_error("lockstep: another version");
  in(data_.port, idle_until_, last_order_);
  if (!in.at_end()) throw std::runtime_error("lockstep: malformed reply");
}

std::vector<std::uint8_t> LockstepClient::RandomAhead::more(std::size_t octets) {
  std::vector<std::uint8_t> result(octets);
  port.fill(result);
  given += octets;
  return result;
}

FieldReader LockstepClient::await(ControlType type) {
  if (!read_control(control_, reply_)) throw std::runtime_error("the head-end's process is gone");
  FieldReader in(reply_);
  const auto got = in.next<ControlType>();
  if (got == ControlType::failed) throw std::runtime_error("head-end: " + in.next<std::string>());
  if (got != type) throw std::runtime_error("lockstep: unexpected reply");
  return in;
}

void LockstepClient::begin_step(UtcNs now, bool deadlines) {
  step_.begin(ControlType::step);
  const std::uint64_t left = random_.left();
  step_(now, deadlines, random_.more(left < kRandomAhead / 2 ? kRandomAhead - left : 0));
}

void LockstepClient::step(UtcNs now, bool deadlines) {
  const Noted noted = take_noted();
  std::size_t written = 0;
  for (std::size_t i = 0; i < noted.events.size(); ++i) {
    const Noted::Event& event = noted.events[i];
    if (i == 0 || (written > 0 && written + event.size > kMaxStepOctets)) {
      if (i > 0) end_step();
      begin_step(now, false);
      written = 0;
    }
    put_event(event, noted);
    written += event.size;
  }
  if (!noted.events.empty()) end_step();
  if (!deadlines) return;
  begin_step(now, true);
  end_step();
}

ConnectionId LockstepClient::far_number(ConnectionId connection) const {
  const auto found = dialled_by_ours_.find(connection);
  return found == dialled_by_ours_.end() ? connection : found->second;
}

void LockstepClient::put_event(const Noted::Event& event, const Noted& noted) {
  const auto found = lines_.find(event.connection);
  const ConnectionId number = far_number(event.connection);
  switch (event.kind) {
    case Noted::Kind::open: {
      Line& line = lines_[event.connection];
      line.socket = net::Socket::connect(data_);
      step_(StepEvent::open, number, line.socket.local_port(), event.door);
      return;
    }
    case Noted::Kind::data: {
      if (found == lines_.end()) return;  // closed by the head-end in between
      Line& line = found->second;
      line.socket.write(Bytes(noted.octets).subspan(event.begin, event.size));
      line.sent += event.size;
      step_(StepEvent::data, number, line.sent);
      return;
    }
    case Noted::Kind::closed: {
      // One that was dialled may end before it was open.
      const bool dialled = dialled_by_ours_.erase(event.connection) != 0;
      if (found == lines_.end() && !dialled) return;
      if (found != lines_.end()) lines_.erase(found);
      ours_by_dialled_.erase(number);
      step_(StepEvent::closed, number);
      return;
    }
    case Noted::Kind::order:
      step_(StepEvent::order);
      put_order(noted.orders[event.begin], step_);
      return;
  }
}

void LockstepClient::end_step() {
  control_.write(step_.finish());
  FieldReader in = await(ControlType::idle);
  const std::uint64_t used_before = random_.used;
  in(idle_until_, random_.used);
  const Bytes outputs = in.sized();
  const bool sensible = random_.used >= used_before && random_.used <= random_.given;
  if (!in.ok() || !sensible) throw std::runtime_error("lockstep: malformed reply");
  if (!replay_observations(in, known_, observer_)) {
    throw std::runtime_error("lockstep: malformed observations");
  }
  take_outputs(outputs);
}

void LockstepClient::connect(ConnectionId dialled, const std::string& address, std::uint16_t port) {
  const ConnectionId ours = stream_.connect(address, port);
  if (ours == kNoConnection) return;  // the head-end gives up by itself
  dialled_by_ours_[ours] = dialled;
  ours_by_dialled_[dialled] = ours;
}

void LockstepClient::take_outputs(Bytes outputs) {
  FieldReader in(outputs);
  while (in.ok() && !in.at_end()) {
    const auto kind = in.next<StepOutput>();
    const auto number = in.next<ConnectionId>();
    if (kind > StepOutput::connect) throw std::runtime_error("lockstep: malformed outputs");
    if (kind == StepOutput::connect) {
      const std::uint16_t port = in.u16();
      const auto address = in.next<std::string>();
      if (!in.ok()) throw std::runtime_error("lockstep: malformed outputs");
      connect(number, address, port);
      continue;
    }
    const auto ours = ours_by_dialled_.find(number);
    const ConnectionId connection = ours == ours_by_dialled_.end() ? number : ours->second;
    const auto found = lines_.find(connection);
    if (kind == StepOutput::closed) {
      if (found != lines_.end()) lines_.erase(found);
      const bool never_dialled = number >= kFirstDialled && ours == ours_by_dialled_.end();
      dialled_by_ours_.erase(connection);
      ours_by_dialled_.erase(number);
      if (!never_dialled) stream_.close(connection);
      continue;
    }
    const std::uint64_t total = in.u64();
    if (!in.ok() || found == lines_.end() || total < found->second.received ||
        total - found->second.received > kMaxControlOctets) {
      throw std::runtime_error("lockstep: malformed outputs");
    }
    buffer_.resize(total - found->second.received);
    found->second.socket.read(buffer_);
    found->second.received = total;
    stream_.send(connection, buffer_);
  }
}

void LockstepClient::finish() {
  step_.begin(ControlType::finish);
  control_.write(step_.finish());
  FieldReader in = await(ControlType::finished);
  in(rows_, duplicates_);
  if (!in.at_end()) throw std::runtime_error("lockstep: malformed reply");
}

}  // namespace hes
