// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/socket.hpp"
#include "net/tls.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Where a paced run can be reached from outside: one listening port.
struct Door {
  const char* kind;      // "module", "gateway", "p32", "optical"
  std::uint32_t number;  // of the meter or concentrator
  net::Endpoint at;      // the port as the system gave it
};

// For people. With ports given by the system (PORT 0) each of the first is named, and the list that
// has all of them: the path of doors.csv.
std::string doors_text(const Scenario& scenario, const std::vector<Door>& doors,
                       const std::string& list);
// "door,number,host,port", a line each.
std::string doors_csv(const std::vector<Door>& doors);
// Doors a scenario opens; each is a descriptor, and so is each caller.
std::size_t count_doors(const Scenario& scenario);
// The PEM files of a concentrator (from 1), {id} of their names resolved.
net::TlsFiles tls_files(const Scenario& scenario, std::uint32_t concentrator);
// Whether the concentrators of a paced run speak TLS on real sockets.
bool needs_tls(const Scenario& scenario);
// What is wrong with these files, each with its key: "expose.tls_key = /x.key: ...".
std::vector<std::string> tls_faults(const Scenario& scenario);
// What else is to be said of a port that could not be had; empty: nothing.
std::string port_hint(std::uint16_t port);

}  // namespace sim::run
