// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "net/socket.hpp"

namespace hes {

struct LockstepOptions {
  net::Endpoint data{"127.0.0.1", 0};  // port 0: any; told to the simulator
  net::Endpoint control{"127.0.0.1", 0};
};

// The head-end on real sockets, but in a simulator's time: it reads exactly the octets that the
// simulator says it has sent, lives up to the moment it is told, and says what it has written.
class LockstepServer {
 public:
  LockstepServer(const LockstepOptions& options, const Inventory& inventory,
                 const std::vector<TypeTemplate>& types, Store& store, LogPort& log);
  std::uint16_t control_port() const { return control_.port(); }
  std::uint16_t data_port() const { return data_.port(); }
  // Serves one simulator to its end. True when it said so, false when it went away; the store is
  // written either way. Throws std::runtime_error when the channel makes no sense.
  bool serve();

 private:
  net::Listener control_;
  net::Listener data_;
  const Inventory& inventory_;
  const std::vector<TypeTemplate>& types_;
  Store& store_;
  LogPort& log_;
};

}  // namespace hes
