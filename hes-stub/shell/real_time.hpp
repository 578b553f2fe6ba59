// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hes-stub/engine/engine.hpp"

namespace hes {

struct RealTimeOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4059;
  std::vector<Order> orders;  // submitted at the start
  // Told the port once it is open; by default a line on standard output.
  std::function<void(std::uint16_t port)> listening;
};

// The head-end on real sockets and the wall clock, until SIGINT or SIGTERM; then connections are
// closed and the store is written. Throws std::runtime_error when the port cannot be had.
EngineCounters run_in_real_time(const RealTimeOptions& options, const EngineConfig& config,
                                const Inventory& inventory, const std::vector<TypeTemplate>& types,
                                Store& store, LogPort& log, Observer& observer);

}  // namespace hes
