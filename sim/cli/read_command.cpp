// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include <CLI/CLI.hpp>

#include "hes-stub/inventory/json_reader.hpp"
#include "net/socket.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/read.hpp"

namespace sim::cli {

std::string read_password(const std::string& file) {
  if (file.empty()) throw InputError("--auth lls needs --password-file");
  std::ifstream in(file);
  std::string password;
  if (!in || !std::getline(in, password)) {
    throw InputError(fmt::format("--password-file = {}: cannot be read", file));
  }
  if (password.empty() || password.size() > protocol::dlms::kMaxPasswordOctets) {
    throw InputError(fmt::format("--password-file = {}: allowed are 1 to {} characters", file,
                                 protocol::dlms::kMaxPasswordOctets));
  }
  return password;
}

// Messages name a key, never its value.
protocol::dlms::Keys read_keys(const std::string& file, const std::string& logical_device_name) {
  if (file.empty()) throw InputError("--auth hls5 needs --keys");
  std::string text;
  std::vector<std::string> faults;
  if (!hes::read_text_file(file, text, faults)) throw InputError("--keys = " + faults.front());
  hes::JsonReader reader(file, text);
  protocol::dlms::Keys keys{};
  hes::JsonNode entry = reader.root();
  if (entry.has("meters")) {
    const auto meters = entry.objects("meters");
    const auto found = std::ranges::find_if(meters, [&](const hes::JsonNode& meter) {
      return meter.optional_text("logical_device_name") == logical_device_name;
    });
    if (found == meters.end()) {
      throw InputError(
          fmt::format("--keys = {}: no meter {} in this inventory", file, logical_device_name));
    }
    entry = *found;
  }
  entry.hex("unicast_key", keys.unicast);
  entry.hex("authentication_key", keys.authentication);
  if (!reader.faults().empty()) throw InputError("--keys = " + reader.faults().front());
  return keys;
}

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
