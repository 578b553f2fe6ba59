// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/lockstep/lockstep_server.hpp"

#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "hes-stub/lockstep/lockstep_message.hpp"

namespace hes {
namespace {

using protocol::Bytes;
using protocol::FieldReader;

// The simulator sends its own random octets ahead, so that they are the same as in one process.
class GivenRandom final : public RandomPort {
 public:
  void give(Bytes octets) { pool_.insert(pool_.end(), octets.begin(), octets.end()); }
  void fill(protocol::MutableBytes out) override {
    if (out.size() > pool_.size()) throw std::runtime_error("lockstep: out of random octets");
    for (std::uint8_t& octet : out) {
      octet = pool_.front();
      pool_.pop_front();
    }
    used_ += out.size();
  }
  std::uint64_t used() const { return used_; }

 private:
  std::deque<std::uint8_t> pool_;
  std::uint64_t used_ = 0;
};

// One simulator being served.
class Service final : public StreamPort {
 public:
  Service(net::Socket& control, net::Listener& data) : control_(control), data_(data) {}

  void hello(FieldReader& in, const Inventory& inventory, const std::vector<TypeTemplate>& types,
             Store& store, LogPort& log);
  void step(FieldReader& in);
  void finish();

  // StreamPort.
  void send(ConnectionId connection, Bytes octets) override;
  void close(ConnectionId connection) override;
  ConnectionId connect(std::string_view address, std::uint16_t port) override;

 private:
  struct Line {
    net::Socket socket;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };

  void take_time(UtcNs now);
  void event(FieldReader& in);
  void open(ConnectionId connection, std::uint16_t simulator_port, Door door);
  void receive(ConnectionId connection, std::uint64_t total);

  net::Socket& control_;
  net::Listener& data_;
  GivenRandom random_;
  ObservationWriter observations_;
  std::optional<LocalHeadEnd> head_end_;
  Store* store_ = nullptr;
  std::map<ConnectionId, Line> lines_;
  std::map<std::uint16_t, net::Socket> accepted_;  // by the simulator's port, not yet asked for
  std::uint64_t dialled_ = 0;
  UtcNs now_ = 0;  // no step goes back behind it
  protocol::FieldWriter outputs_;
  ControlWriter reply_;
  std::vector<std::uint8_t> buffer_;
};

void Service::hello(FieldReader& in, const Inventory& inventory,
                    const std::vector<TypeTemplate>& types, Store& store, LogPort& log) {
  if (in.u16() != kLockstepVersion) throw std::runtime_error("lockstep: another version");
  const auto begin = in.next<UtcNs>();
  random_.give(in.sized());
  const auto text = in.next<std::string>();
  if (!in.at_end() || head_end_) throw std::runtime_error("lockstep: malformed hello");
  std::vector<std::string> faults;
  take_time(begin);
  const EngineConfig config = parse_config("lockstep", text, faults);
  if (!faults.empty()) throw std::runtime_error(faults.front());
  store_ = &store;
  head_end_.emplace(config, inventory, types, store, *this, log, random_, observations_, begin);
  reply_.begin(ControlType::welcome);
  reply_(kLockstepVersion, data_.port(), head_end_->next_deadline(),
         head_end_->engine().last_order());
  control_.write(reply_.finish());
}

void Service::step(FieldReader& in) {
  if (!head_end_) throw std::runtime_error("lockstep: step before hello");
  const auto now = in.next<UtcNs>();
  const bool deadlines = in.next<bool>();
  random_.give(in.sized());
  while (in.ok() && !in.at_end()) event(in);
  if (!in.ok()) throw std::runtime_error("lockstep: malformed step");
  take_time(now);
  outputs_.clear();
  deadlines ? head_end_->advance(now) : head_end_->deliver(now);
  reply_.begin(ControlType::idle);
  reply_(head_end_->next_deadline(), random_.used(), outputs_.octets());
  observations_.move_to(reply_);
  control_.write(reply_.finish());
}

void Service::take_time(UtcNs now) {
  if (now < now_ || now > kLastTime) throw std::runtime_error("lockstep: time runs backwards");
  now_ = now;
}

void Service::event(FieldReader& in) {
  const auto kind = in.next<StepEvent>();
  if (kind == StepEvent::order) {
    const Order order = take_order(in);
    if (in.ok()) head_end_->submit(order);
    return;
  }
  const auto connection = in.next<ConnectionId>();
  switch (kind) {
    case StepEvent::open: {
      const std::uint16_t port = in.u16();
      const auto door = static_cast<Door>(in.u8() & 1);
      if (in.ok()) open(connection, port, door);
      return;
    }
    case StepEvent::data: {
      const std::uint64_t total = in.u64();
      if (in.ok()) receive(connection, total);
      return;
    }
    case StepEvent::closed:
      if (!in.ok()) return;
      lines_.erase(connection);
      head_end_->closed(connection);
      return;
    case StepEvent::order:
      break;
  }
  throw std::runtime_error("lockstep: unknown event");
}

void Service::open(ConnectionId connection, std::uint16_t simulator_port, Door door) {
  while (accepted_.find(simulator_port) == accepted_.end()) {
    net::Socket socket = data_.accept_unless(control_);
    const std::uint16_t port = socket.remote_port();
    accepted_[port] = std::move(socket);
  }
  const auto [opened, fresh] = lines_.try_emplace(connection);
  if (!fresh) throw std::runtime_error("lockstep: a connection opened twice");
  Line& line = opened->second;
  line.socket = std::move(accepted_[simulator_port]);
  accepted_.erase(simulator_port);
  head_end_->open(connection, door);
}

void Service::receive(ConnectionId connection, std::uint64_t total) {
  const auto found = lines_.find(connection);
  if (found == lines_.end()) return;  // closed by us; the simulator did not know yet
  Line& line = found->second;
  if (total < line.received || total - line.received > kMaxControlOctets) {
    throw std::runtime_error("lockstep: octets that run backwards");
  }
  buffer_.resize(total - line.received);
  line.socket.read(buffer_);
  line.received = total;
  head_end_->data(connection, buffer_);
}

void Service::send(ConnectionId connection, Bytes octets) {
  const auto found = lines_.find(connection);
  if (found == lines_.end()) return;
  found->second.socket.write(octets);
  found->second.sent += octets.size();
  outputs_(StepOutput::sent, connection, found->second.sent);
}

void Service::close(ConnectionId connection) {
  outputs_(StepOutput::closed, connection);
  lines_.erase(connection);
}

ConnectionId Service::connect(std::string_view address, std::uint16_t port) {
  const ConnectionId connection = kFirstDialled + dialled_++;
  outputs_(StepOutput::connect, connection, port, address);
  return connection;
}

void Service::finish() {
  if (!head_end_) throw std::runtime_error("lockstep: finish before hello");
  head_end_->finish();
  reply_.begin(ControlType::finished);
  reply_(store_->rows(), store_->duplicates());
  control_.write(reply_.finish());
}

}  // namespace

LockstepServer::LockstepServer(const LockstepOptions& options, const Inventory& inventory,
                               const std::vector<TypeTemplate>& types, Store& store, LogPort& log)
    : control_(options.control),
      data_(options.data),
      inventory_(inventory),
      types_(types),
      store_(store),
      log_(log) {}

bool LockstepServer::serve() {
  net::Socket control = control_.accept();
  Service service(control, data_);
  std::vector<std::uint8_t> message;
  try {
    while (read_control(control, message)) {
      FieldReader in(message);
      switch (in.next<ControlType>()) {
        case ControlType::hello:
          service.hello(in, inventory_, types_, store_, log_);
          break;
        case ControlType::step:
          service.step(in);
          break;
        case ControlType::finish:
          service.finish();
          return true;
        default:
          throw std::runtime_error("lockstep: unknown message");
      }
    }
  } catch (const std::runtime_error& error) {
    store_.commit();
    ControlWriter failed;
    failed.begin(ControlType::failed);
    failed(std::string_view(error.what()));
    try {
      control.write(failed.finish());
    } catch (const std::runtime_error&) {  // nobody there to be told
    }
    throw std::runtime_error(error.what());
  }
  store_.commit();
  return false;
}

}  // namespace hes
