// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "hes-stub/lockstep/tcp.hpp"

namespace hes {

struct LockstepOptions {
  std::string data_host = "127.0.0.1";
  std::uint16_t data_port = 0;  // 0: any; told to the simulator
  std::string control_host = "127.0.0.1";
  std::uint16_t control_port = 0;
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
  TcpListener control_;
  TcpListener data_;
  const Inventory& inventory_;
  const std::vector<TypeTemplate>& types_;
  Store& store_;
  LogPort& log_;
};

}  // namespace hes
