// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Both ends of lockstep mode against a peer that says anything. The first octet says which end;
// what follows is a list of messages, each a type, a length and so many octets of body, in which
// the ports of open connections stand as they must. Whatever was said: the end serves, or ends
// with a sentence (std::runtime_error), and hands nothing on that its own side could not name.
#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "hes-stub/lockstep/lockstep_server.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace {

using protocol::Bytes;

constexpr std::size_t kMeters = 2;
constexpr std::size_t kDataSockets = 2;
constexpr std::size_t kMessagesMost = 16;

void require(bool condition) {
  if (!condition) std::abort();
}

// What an observer indexes by is within its tables.
class Strict final : public hes::Observer {
 public:
  void row_stored(hes::MeterIndex meter, const hes::Obis&, const hes::Row& row,
                  hes::UtcNs) override {
    require(meter < kMeters);
    require(row.n_values <= hes::kMaxValues);
  }
  void order_finished(const hes::OrderResult& result) override {
    require(result.outcome <= hes::OrderOutcome::invalid);
    require(result.order.kind <= hes::OrderKind::read);
  }
  void session_opened(hes::MeterIndex meter, hes::ConnectionId, hes::UtcNs) override {
    require(meter < kMeters);
  }
  void session_closed(hes::MeterIndex meter, hes::ConnectionId, hes::UtcNs) override {
    require(meter < kMeters);
  }
  void message(const hes::Message& message) override {
    require(static_cast<std::size_t>(message.kind) < hes::kMessageKinds);
    require(message.meter < kMeters || message.meter == hes::kNoMeter);
  }
  void clock_checked(hes::MeterIndex, hes::UtcNs, hes::UtcNs) override {}
  void report_received(const hes::ReportNote& note) override {
    require(note.concentrator == 0 && note.kind < protocol::p32::kReportKinds);
  }
};

class Deaf final : public hes::StreamPort {
 public:
  void send(hes::ConnectionId, Bytes) override {}
  void close(hes::ConnectionId) override {}
  hes::ConnectionId connect(std::string_view, std::uint16_t) override { return ++last_; }

 private:
  hes::ConnectionId last_ = 1000;
};

// The messages of the input. "PORT" followed by a number in a body is the port of that data socket.
std::vector<std::vector<std::uint8_t>> messages_of(protocol::Reader in,
                                                   const std::vector<std::uint16_t>& ports) {
  std::vector<std::vector<std::uint8_t>> messages;
  while (in.remaining() > 0 && messages.size() < kMessagesMost) {
    const auto type = static_cast<hes::ControlType>(in.u8());
    const Bytes body = in.take(std::min<std::size_t>(in.u16(), in.remaining()));
    hes::ControlWriter out;
    out.begin(type);
    for (std::size_t i = 0; i < body.size(); ++i) {
      const bool port = !ports.empty() && i + 1 < body.size() && body[i] == 'P' &&
                        body[i + 1] >= '0' && body[i + 1] < '4';
      if (port) {
        out(ports[static_cast<std::size_t>(body[++i] - '0') % ports.size()]);
      } else {
        out(body[i]);
      }
    }
    const Bytes message = out.finish();
    messages.emplace_back(message.begin(), message.end());
  }
  return messages;
}

// An end that waits for what never comes is left alone then.
constexpr std::int64_t kPatienceMs = 25;

// Takes the next whole message off the line: what is left unread when it closes would reset it.
bool heard(net::Socket& line, std::vector<std::uint8_t>& pending) {
  constexpr std::size_t kLengthOctets = 4;
  for (;;) {
    const std::size_t whole =
        pending.size() < kLengthOctets ? SIZE_MAX : kLengthOctets + protocol::Reader(pending).u32();
    if (pending.size() >= whole) {
      pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(whole));
      return true;
    }
    const std::vector<std::uint8_t> more = line.receive(kPatienceMs);
    if (more.empty()) return false;
    pending.insert(pending.end(), more.begin(), more.end());
  }
}

void serve(protocol::Reader in) {
  const hes::Inventory inventory = hes_test::fake_inventory(kMeters);
  const std::vector<hes::TypeTemplate> types{hes_test::fake_type()};
  hes::Store store(hes::StoreOptions{":memory:", false, false});
  hes_test::SilentLog log;
  hes::LockstepServer server({}, inventory, types, store, log);
  std::thread peer([&] {
    try {
      net::Socket control = net::Socket::connect({"127.0.0.1", server.control_port()});
      std::array<net::Socket, kDataSockets> data;
      std::vector<std::uint16_t> ports;
      std::vector<std::uint8_t> pending;
      hes_test::FakeMeter meter(0);
      for (net::Socket& socket : data) {
        socket = net::Socket::connect({"127.0.0.1", server.data_port()});
        ports.push_back(socket.local_port());
        socket.write(meter.announce());
        socket.write(meter.heartbeat());
      }
      for (const auto& message : messages_of(in, ports)) {
        control.write(message);
        if (!heard(control, pending)) return;
      }
    } catch (const std::runtime_error&) {  // the server had enough
    }
  });
  try {
    server.serve();
  } catch (const std::runtime_error& error) {
    require(*error.what() != '\0');
  }
  peer.join();
  require(!store.dirty());
}

void be_simulated(hes::LockstepClient& client, hes::UtcNs now) {
  constexpr hes::UtcNs kMinute = 60 * hes::kNsPerSecond;
  hes_test::FakeMeter meter(0);
  client.open(1);
  client.data(1, meter.announce());
  client.deliver(now);
  hes::Order order;
  order.meter = 0;
  client.submit(order);
  for (int k = 1; k <= 8; ++k) {
    client.data(1, meter.heartbeat());
    if (k == 4) client.open(1001, hes::Door::p32);
    if (k == 6) client.closed(1001);
    client.advance(now + k * kMinute);
  }
  client.closed(1);
  client.deliver(now + 9 * kMinute);
  client.finish();
}

// Answers as the input says, message by message; on data connections a few octets stand ready.
void answer(net::Listener& control, net::Listener& data, protocol::Reader in) {
  std::vector<net::Socket> lines;
  std::atomic<bool> over = false;
  std::thread accepting([&] {
    while (!over) {
      lines.push_back(data.accept());
      if (!over) lines.back().write(hes_test::Octets(64, 0x55));
    }
  });
  try {
    net::Socket line = control.accept();
    std::vector<std::uint8_t> pending;
    for (const auto& message : messages_of(in, {data.port()})) {
      if (!heard(line, pending)) break;
      line.write(message);
    }
  } catch (const std::runtime_error&) {  // the client had enough
  }
  over = true;
  net::Socket::connect({"127.0.0.1", data.port()});
  accepting.join();
}

void be_served(protocol::Reader in) {
  net::Listener control({"127.0.0.1", 0});
  net::Listener data({"127.0.0.1", 0});
  std::thread peer([&] { answer(control, data, in); });
  Strict seen;
  Deaf stream;
  hes_test::SeededRandom random(1);
  try {
    hes::LockstepClient client("127.0.0.1", control.port(), hes::EngineConfig{}, {kMeters, 1},
                               stream, random, seen, hes_test::World::kBegin);
    be_simulated(client, hes_test::World::kBegin);
  } catch (const std::runtime_error& error) {
    require(*error.what() != '\0');
  }
  peer.join();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const protocol::Reader in({data + 1, size - 1});
  (data[0] & 1) == 0 ? serve(in) : be_served(in);
  return 0;
}
