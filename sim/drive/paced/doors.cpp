// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/paced/doors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "os/files.hpp"
#include "sim/assembly/identity/identity.hpp"

namespace sim::run {
namespace {

constexpr std::size_t kNamed = 12;  // more would fill the screen; doors.csv has all

bool any_port(const std::string& where) {
  const auto endpoint = net::parse_endpoint(where);
  return endpoint && endpoint->port == 0;
}

std::string fixed_text(const ExposeKeys& expose) {
  std::string text =
      expose.listen.empty()
          ? "no module listens (expose.listen is empty)"
          : fmt::format(
                "the module of meter n, if it has one, listens on {} + n - 1 (wrapper), as soon as "
                "it is on the network",
                expose.listen);
  if (!expose.gateway.empty()) {
    text += fmt::format(
        "; the gateway of concentrator n on {} + n - 1 (wrapper; `amitwin inventory` lists each "
        "meter's wPort as server_sap)",
        expose.gateway);
  }
  if (!expose.p32.empty()) {
    text += fmt::format("; P3.2Ex of concentrator n on {} + n - 1 (mutual TLS)", expose.p32);
  }
  return text;
}

std::string given_text(const std::vector<Door>& doors, const std::string& list) {
  std::string text = "the system gave the ports";
  for (std::size_t i = 0; i < doors.size() && i < kNamed; ++i) {
    text += fmt::format("\n  {} {} on {}", doors[i].kind, doors[i].number, to_string(doors[i].at));
  }
  if (doors.size() > kNamed) text += fmt::format("\n  and {} more", doors.size() - kNamed);
  return text + "\n  all of them in " + list;
}

}  // namespace

std::string doors_text(const Scenario& scenario, const std::vector<Door>& doors,
                       const std::string& list) {
  const ExposeKeys& expose = scenario.expose;
  const bool given = any_port(expose.listen) || any_port(expose.gateway) || any_port(expose.p32);
  std::string text = given ? given_text(doors, list) : fixed_text(expose);
  if (!expose.head_end.empty()) {
    text += fmt::format("; concentrators report to {} (mutual TLS)", expose.head_end);
  }
  if (!given && expose.hdlc_port > 0) {
    text += fmt::format("; meter {} on port {} (HDLC)", expose.hdlc_meter, expose.hdlc_port);
  }
  return text;
}

std::string doors_csv(const std::vector<Door>& doors) {
  std::string text = "door,number,host,port\n";
  for (const Door& door : doors) {
    text += fmt::format("{},{},{},{}\n", door.kind, door.number, door.at.host, door.at.port);
  }
  return text;
}

std::size_t count_doors(const Scenario& scenario) {
  const ExposeKeys& expose = scenario.expose;
  std::size_t doors = expose.hdlc_port > 0 ? 1 : 0;
  if (!expose.gateway.empty()) doors += scenario.concentrators.size();
  if (!expose.p32.empty()) doors += scenario.concentrators.size();
  if (expose.listen.empty()) return doors;
  for (std::uint32_t meter = 1; meter <= scenario.meters.count; ++meter) {
    bool on_line = false;
    for (const auto& row : scenario.concentrators) on_line = on_line || row.meters.contains(meter);
    if (!on_line) ++doors;
  }
  return doors;
}

net::TlsFiles tls_files(const Scenario& scenario, std::uint32_t concentrator) {
  const auto file = [&](std::string name) {
    const std::size_t at = name.find("{id}");
    if (at != std::string::npos)
      name.replace(at, 4, concentrator_identity(scenario, concentrator).id);
    return scenario.path_of(name);
  };
  const ExposeKeys& expose = scenario.expose;
  return {file(expose.tls_certificate), file(expose.tls_key), file(expose.tls_authority)};
}

bool needs_tls(const Scenario& scenario) {
  return scenario.sim.mode == Mode::paced &&
         (!scenario.expose.head_end.empty() || !scenario.expose.p32.empty());
}

std::vector<std::string> tls_faults(const Scenario& scenario) {
  // More of them than a lost folder of keys would fill the screen.
  constexpr std::size_t kMost = 10;
  std::vector<std::string> faults;
  std::set<std::string> seen;
  for (std::uint32_t number = 1; number <= scenario.concentrators.size(); ++number) {
    std::vector<std::string> of_this;
    net::tls_context(tls_files(scenario, number), of_this,
                     {"expose.tls_certificate", "expose.tls_key", "expose.tls_authority"});
    for (const std::string& fault : of_this) {
      if (faults.size() < kMost && seen.insert(fault).second) faults.push_back(fault);
    }
  }
  return faults;
}

std::string port_hint(std::uint16_t port) {
  const std::string range =
      os::read_file("/proc/sys/net/ipv4/ip_local_port_range", os::kMaxTextOctets).text;
  unsigned first = 0, last = 0;
  if (std::sscanf(range.c_str(), "%u %u", &first, &last) != 2) return {};
  if (port < first || port > last) return {};
  return fmt::format(
      "; this system gives ports {} to {} to whoever dials out: allowed are lower ones, or port 0 "
      "for any",
      first, last);
}

}  // namespace sim::run
