// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/real_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "net/hub.hpp"
#include "os/program.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace hes {
namespace {

class RealTime final : StreamPort, ClockPort, TimerPort, RandomPort, net::Hub::Events {
 public:
  RealTime(const RealTimeOptions& options, const EngineConfig& config, const Inventory& inventory,
           const std::vector<TypeTemplate>& types, Store& store, LogPort& log, Observer& observer)
      : tls_(options.tls.any() ? net::tls_context(options.tls) : nullptr),
        hub_(net::Hub::make(*this)),
        system_random_(protocol::crypto::system_random()),
        crypto_(system_random_),
        engine_(config, inventory, types,
                Ports{*this, *this, *this, *this, log, crypto_,
                      options.vault == nullptr ? own_vault_ : *options.vault},
                store, observer) {
    port_ = hub_->listen(options.modules, tag_of(Door::wrapper));
    if (!inventory.concentrators().empty()) {
      p32_port_ = hub_->listen({options.modules.host, options.p32_port}, tag_of(Door::p32), tls_);
    }
  }

  void run(const RealTimeOptions& options) {
    engine_.start();
    for (const Order& order : options.orders) engine_.submit(order);
    if (options.listening) {
      options.listening(port_, p32_port_);
    } else {
      say(options.modules.host);
    }
    hub_->run();
    engine_.commit();
  }
  const EngineCounters& counters() const { return engine_.counters(); }

 private:
  static constexpr std::uint32_t tag_of(Door door) { return static_cast<std::uint32_t>(door); }

  void say(const std::string& host) const {
    std::printf("listening on %s:%u\n", host.c_str(), static_cast<unsigned>(port_));
    if (p32_port_ != 0) {
      std::printf("P3.2Ex on %s:%u, %s\n", host.c_str(), static_cast<unsigned>(p32_port_),
                  tls_ ? "mutual TLS" : "plain");
    }
    std::fflush(stdout);
  }

  void on_connected(ConnectionId id, std::uint32_t tag, std::string_view peer) override {
    engine_.on_open(id, static_cast<Door>(tag), peer);
  }
  void on_received(ConnectionId id, protocol::Bytes octets) override {
    engine_.on_data(id, octets);
  }
  void on_hung_up(ConnectionId id) override { engine_.on_closed(id); }
  void on_time() override { engine_.on_timer(); }
  void on_exhausted(const std::string& sentence) override {
    os::say("amitwin hes: " + sentence + "\n");
  }

  // The engine's ports.
  void send(ConnectionId id, protocol::Bytes octets) override { hub_->send(id, octets); }
  void close(ConnectionId id) override { hub_->close(id); }
  ConnectionId connect(std::string_view address, std::uint16_t port) override {
    return hub_->dial({std::string(address), port}, tag_of(Door::p32), tls_);
  }
  UtcNs now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    // A clock that is set back must not take the engine back in time.
    latest_ = std::max<UtcNs>(latest_,
                              std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
    return latest_;
  }
  void arm(UtcNs at) override { hub_->wake_at(at); }
  void fill(protocol::MutableBytes out) override { system_random_(out); }

  net::TlsContext tls_;
  std::unique_ptr<net::Hub> hub_;
  protocol::crypto::OpensslEngine::Random system_random_;
  protocol::crypto::OpensslEngine crypto_;
  mutable UtcNs latest_ = 0;
  KeysInMemory own_vault_;
  Engine engine_;
  std::uint16_t port_ = 0;
  std::uint16_t p32_port_ = 0;  // 0: no concentrators
};

}  // namespace

EngineCounters run_in_real_time(const RealTimeOptions& options, const EngineConfig& config,
                                const Inventory& inventory, const std::vector<TypeTemplate>& types,
                                Store& store, LogPort& log, Observer& observer) {
  RealTime shell(options, config, inventory, types, store, log, observer);
  shell.run(options);
  return shell.counters();
}

}  // namespace hes
