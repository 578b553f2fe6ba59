// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Doors to the outside: addresses, ports that end or meet, what stands behind them.
#include <algorithm>

#include "net/socket.hpp"
#include "sim/scenario/written.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kHighestPort = 65'535;
// Linux hands out the ports from here up to connections that ask for any (ip_local_port_range).
constexpr std::int64_t kFirstEphemeralPort = 32'768;

// The port of HOST:PORT, 0 for any; -1: it is something else.
std::int64_t port_of(const std::string& text) {
  const auto endpoint = net::parse_endpoint(text);
  return endpoint ? endpoint->port : -1;
}

// The ports that a key of [expose] opens.
struct Door {
  const char* path;
  std::int64_t first = 0;  // 0 and below: none that is known
  std::int64_t count = 0;
  std::int64_t last() const { return first + count - 1; }
};

std::string range_text(const Door& door) {
  return std::to_string(door.first) + (door.count > 1 ? " to " + std::to_string(door.last()) : "");
}

void check_address(Written& written, const char* path, const std::string& text,
                   std::int64_t lowest_port = 0) {
  if (!text.empty() && port_of(text) < lowest_port) {
    written.complain_at(path, "not an address and a port", "such as \"127.0.0.1:4060\"");
  }
}

// Every door has its ports for itself.
void check_ports(const Scenario& scenario, Written& written) {
  const ExposeKeys& expose = scenario.expose;
  const auto n_concentrators = static_cast<std::int64_t>(scenario.concentrators.size());
  const Door doors[] = {{"expose.listen", port_of(expose.listen), scenario.meters.count},
                        {"expose.hdlc_port", expose.hdlc_port, 1},
                        {"expose.gateway", port_of(expose.gateway), n_concentrators},
                        {"expose.p32", port_of(expose.p32), n_concentrators}};
  for (const Door& door : doors) {
    if (door.first <= 0 || door.count == 0) continue;
    if (door.last() > kHighestPort) {
      written.complain_at(door.path,
                          std::to_string(door.count) + " ports from here end above 65535",
                          "a port up to " + std::to_string(kHighestPort + 1 - door.count));
      continue;
    }
    for (const Door& other : doors) {
      if (&other == &door) break;
      const bool meet = other.first > 0 && other.count != 0 && door.first <= other.last() &&
                        other.first <= door.last();
      if (!meet) continue;
      written.complain_at(
          door.path, std::string(other.path) + " listens on " + range_text(other),
          std::to_string(door.count) + (door.count == 1 ? " port" : " ports") + " outside of it");
      break;
    }
    if (scenario.sim.mode == Mode::paced && door.last() >= kFirstEphemeralPort) {
      written.warn_at(door.path,
                      "from port 32768 up the system may have given a port to somebody else, lower "
                      "ones are safe");
    }
  }
}

void check_doors(const Scenario& scenario, Written& written) {
  const ExposeKeys& expose = scenario.expose;
  check_address(written, "expose.listen", expose.listen);
  check_address(written, "expose.gateway", expose.gateway);
  check_address(written, "expose.p32", expose.p32);
  check_address(written, "expose.head_end", expose.head_end, 1);
  if (expose.hdlc_port != 0 && written.good("meters.detailed") &&
      !scenario.meters.detailed.contains(static_cast<std::uint32_t>(expose.hdlc_meter))) {
    written.complain_at(
        written.seen("expose.hdlc_meter") ? "expose.hdlc_meter" : "expose.hdlc_port",
        "the meter behind the HDLC port is not detailed", "a meter of meters.detailed");
  }
  const std::pair<const char*, const std::string*> doors[] = {
      {"expose.gateway", &expose.gateway},
      {"expose.p32", &expose.p32},
      {"expose.head_end", &expose.head_end}};
  for (const auto& [path, text] : doors) {
    if (text->empty()) continue;
    if (scenario.concentrators.empty()) {
      written.complain_at(path, "there is no concentrator", "with [[concentrator]] rows");
    } else if (text != &expose.gateway &&
               (expose.tls_certificate.empty() || expose.tls_key.empty() ||
                expose.tls_authority.empty())) {
      written.complain_at(path, "P3.2Ex on real sockets needs TLS",
                          "with tls_certificate, tls_key and tls_authority");
    }
  }
  if (written.good("meters.count")) check_ports(scenario, written);
}

void check_trace(const Scenario& scenario, Written& written) {
  const TraceKeys& trace = scenario.trace;
  if (trace.meter != 0 && written.good("meters.detailed") &&
      !scenario.meters.detailed.contains(static_cast<std::uint32_t>(trace.meter))) {
    written.complain_at("trace.meter", "not a detailed meter", "a meter of meters.detailed");
  }
  if (written.good("trace.from_s") && trace.to_s < trace.from_s) {
    written.complain_at(written.seen("trace.to_s") ? "trace.to_s" : "trace.from_s",
                        "the trace ends before it starts", "trace.to_s from trace.from_s up");
  }
}

}  // namespace

void check_expose(const Scenario& scenario, Written& written) {
  check_doors(scenario, written);
  check_trace(scenario, written);
}

}  // namespace sim::run
