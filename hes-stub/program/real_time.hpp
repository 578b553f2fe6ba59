// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hes-stub/engine.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace hes {

struct RealTimeOptions {
  net::Endpoint modules{"127.0.0.1", 4059};
  // P3.2Ex, on the same host; only when there are concentrators. Without TLS files it is plain
  // HTTP, for loopback and closed networks.
  std::uint16_t p32_port = protocol::p32::kHeadEndPort;
  net::TlsFiles tls;
  std::vector<Order> orders;  // submitted at the start
  KeyVault* vault = nullptr;  // none: changed keys end with the head-end
  // Told the ports once they are open (p32: 0 without concentrators); by default a line on standard
  // output.
  std::function<void(std::uint16_t port, std::uint16_t p32_port)> listening;
};

// The head-end on real sockets and the wall clock, until SIGINT, SIGTERM or SIGHUP; then
// connections are closed and the store is written. Throws std::runtime_error when a port or a TLS
// file cannot be had.
EngineCounters run_in_real_time(const RealTimeOptions& options, const EngineConfig& config,
                                const Inventory& inventory, const std::vector<TypeTemplate>& types,
                                Store& store, LogPort& log, Observer& observer);

}  // namespace hes
