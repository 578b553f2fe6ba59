// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/read.hpp"

#include <CLI/CLI.hpp>

#include "net/socket.hpp"
#include "os/program.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

struct ReadOptions {
  std::string address;
  reader::ReadOptions read;
};

void add_read(CLI::App& app, ReadOptions& command) {
  reader::ReadOptions& options = command.read;
  app.add_option("address", command.address, "HOST:PORT")->required();
  app.add_option("--client", options.client, "Client address (SAP)")
      ->check(CLI::Range(0, 65'535))
      ->capture_default_str();
  app.add_option("--server", options.server, "Server address (SAP); over HDLC the upper one")
      ->capture_default_str();
  app.add_option("--auth", options.authentication, "none, lls or hls5")
      ->check(CLI::IsMember({"none", "lls", "hls5"}))
      ->capture_default_str();
  app.add_option("--password-file", options.password_file, "First line: LLS password");
  app.add_option("--keys", options.keys_file, "Keys, or the JSON inventory with keys");
  auto* hdlc =
      app.add_flag("--hdlc,!--wrapper", options.hdlc, "HDLC over TCP instead of the wrapper");
  app.add_option("--physical", options.physical, "Physical (lower) HDLC address of the server")
      ->needs(hdlc);
  app.add_option("--hdlc-octets", options.hdlc_octets,
                 "Octets of the HDLC server address; as few as hold it by default")
      ->check(CLI::IsMember({1, 2, 4}))
      ->needs(hdlc);
  app.add_option("--timeout", options.timeout_ms, "Milliseconds to wait for an answer")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  auto* what = app.add_option_group("what", "What to read");
  what->add_flag("--list", options.list, "The object list of this client");
  what->add_option("object,--object", options.object,
                   "[CLASS/]OBIS[:ATTRIBUTE], attribute 2 by default; without a class the object "
                   "list is asked for it");
  what->add_option("--profile", options.profile, "OBIS of a profile");
  what->require_option(1);
  app.add_option("--from", options.from, "First row, RFC 3339");
  app.add_option("--to", options.to, "Last row, RFC 3339");
  app.add_flag("--json", options.json, "Answer as JSON");
  app.footer(
      "Exit status: 0 read; 1 the meter said no; 2 bad input; 5 nobody there, or silent.\n"
      "  amitwin read 127.0.0.1:4059 8/0.0.1.0.0:2\n"
      "  amitwin read 127.0.0.1:4059 --client 2 --auth lls --password-file p --object 1.0.1.8.0\n"
      "  amitwin read 127.0.0.1:4059 --hdlc --server 1 --physical 2836 3/1.0.1.8.0");
}

void say(const std::string& what) { os::say("amitwin read: " + what + "\n"); }

int complain(const std::string& what, int status) {
  say(what);
  return status;
}

// At once: what was read is there also when the meter is never heard again.
void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  if (!text.ends_with('\n')) std::fputc('\n', stdout);
  std::fflush(stdout);
}

int read_meter(const ReadOptions& command) {
  const reader::ReadOptions& options = command.read;
  const auto address = net::parse_endpoint(command.address);
  if (!address || address->port == 0) {
    return complain(command.address + ": allowed is HOST:PORT, e.g. 127.0.0.1:4059", kBadInput);
  }
  try {
    reader::wanted_of(options);  // before anything is sent
    const protocol::hdlc::Address server =
        options.hdlc ? reader::hdlc_address(options) : protocol::hdlc::Address{};
    const auto stream = reader::make_tcp_stream(*address);
    const auto link = options.hdlc ? reader::make_hdlc_link(*stream, server, options.timeout_ms)
                                   : reader::make_wrapper_link(*stream, options.server);
    protocol::crypto::OpensslEngine engine(protocol::crypto::system_random());
    reader::read_over(*link, engine, options, print, say);
    return kGood;
  } catch (const reader::InputError& error) {
    return complain(error.what(), kBadInput);
  } catch (const reader::Silence& error) {
    return complain(command.address + ": " + error.what(), kEnvironment);
  } catch (const std::runtime_error& error) {
    return complain(error.what(), kFailed);
  }
}

}  // namespace

Command read_command() {
  return command("read", "Read a living meter over TCP", add_read, read_meter);
}

}  // namespace sim::cli
