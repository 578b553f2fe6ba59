// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "net/endpoint.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/read.hpp"

namespace sim::cli {
namespace {

struct Options {
  std::string address;
  ReadOptions read;
};

void add(CLI::App& app, Options& command) {
  ReadOptions& options = command.read;
  app.add_option("address", command.address, "HOST:PORT")->required();
  app.add_option("--client", options.client, "Client address (SAP)")->capture_default_str();
  app.add_option("--server", options.server, "Server address (SAP)")->capture_default_str();
  app.add_option("--auth", options.authentication, "none, lls or hls5")
      ->check(CLI::IsMember({"none", "lls", "hls5"}))
      ->capture_default_str();
  app.add_option("--password-file", options.password_file, "First line: LLS password");
  app.add_option("--keys", options.keys_file, "Keys, or the JSON inventory with keys");
  app.add_flag("--hdlc,!--wrapper", options.hdlc, "HDLC over TCP instead of the wrapper");
  app.add_option("--timeout", options.timeout_ms, "Milliseconds to wait for an answer")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  auto* what = app.add_option_group("what", "What to read");
  what->add_flag("--list", options.list, "The object list of this client");
  what->add_option("--object", options.object, "OBIS[:ATTRIBUTE], attribute 2 by default");
  what->add_option("--profile", options.profile, "OBIS of a profile");
  what->require_option(1);
  app.add_option("--from", options.from, "First row, RFC 3339");
  app.add_option("--to", options.to, "Last row, RFC 3339");
  app.add_flag("--json", options.json, "Answer as JSON");
}

int run(const Options& command) {
  ReadOptions options = command.read;
  const auto address = net::parse_endpoint(command.address);
  if (!address || address->port == 0) {
    fmt::print(stderr, "amitwin read: {}: allowed is HOST:PORT, e.g. 127.0.0.1:4059\n",
               command.address);
    return kBadInput;
  }
  options.host = address->host;
  options.port = address->port;
  return read_meter(options);
}

}  // namespace

Command read_command() { return command("read", "Read a living meter over TCP", add, run); }

}  // namespace sim::cli
