// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/cli/commands.hpp"

namespace {

using namespace sim::cli;

void add_scenario(CLI::App& command, ScenarioOptions& options) {
  command.add_option("scenario", options.file, "Scenario file (TOML)")->required();
  command.add_option("--set", options.overrides, "Override a key, e.g. meters.count=10")
      ->type_name("KEY=VALUE")
      ->take_all();
}

CLI::App* add_run(CLI::App& app, RunCommand& options) {
  CLI::App* run = app.add_subcommand("run", "Run a scenario and judge it");
  add_scenario(*run, options.scenario);
  run->add_option("--out", options.out, "Folder for the results (default: out/NAME)")
      ->type_name("DIR");
  run->add_option("--seed", options.seed, "Seed of every draw")->type_name("N");
  run->add_option("--mode", options.mode, "free, lockstep or paced")->type_name("MODE");
  run->add_option("--speed", options.speed, "Paced mode: simulated seconds a second")
      ->type_name("K");
  run->add_option("--until", options.until, "Stop early, after HH:MM:SS of simulated time");
  run->add_flag("--quiet", options.quiet, "No progress, no summary");
  return run;
}

CLI::App* add_inventory(CLI::App& app, InventoryCommand& options) {
  CLI::App* inventory =
      app.add_subcommand("inventory", "Serials, names, titles, addresses of all meters");
  add_scenario(*inventory, options.scenario);
  inventory->add_option("--format", options.format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  inventory->add_flag("--with-keys", options.with_keys, "Also keys and passwords");
  return inventory;
}

CLI::App* add_read(CLI::App& app, ReadCommand& command) {
  ReadOptions& options = command.options;
  CLI::App* read = app.add_subcommand("read", "Read a living meter over TCP");
  read->add_option("address", command.address, "HOST:PORT")->required();
  read->add_option("--client", options.client, "Client address (SAP)")->capture_default_str();
  read->add_option("--server", options.server, "Server address (SAP)")->capture_default_str();
  read->add_option("--auth", options.authentication, "none, lls or hls5")
      ->check(CLI::IsMember({"none", "lls", "hls5"}))
      ->capture_default_str();
  read->add_option("--password-file", options.password_file, "First line: LLS password");
  read->add_option("--keys", options.keys_file, "Keys, or the JSON inventory with keys");
  read->add_flag("--hdlc,!--wrapper", options.hdlc, "HDLC over TCP instead of the wrapper");
  read->add_option("--timeout", options.timeout_ms, "Milliseconds to wait for an answer")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  auto* what = read->add_option_group("what", "What to read");
  what->add_flag("--list", options.list, "The object list of this client");
  what->add_option("--object", options.object, "OBIS[:ATTRIBUTE], attribute 2 by default");
  what->add_option("--profile", options.profile, "OBIS of a profile");
  what->require_option(1);
  read->add_option("--from", options.from, "First row, RFC 3339");
  read->add_option("--to", options.to, "Last row, RFC 3339");
  read->add_flag("--json", options.json, "Answer as JSON");
  return read;
}

CLI::App* add_debug(CLI::App& app, DebugCommand& options) {
  CLI::App* debug = app.add_subcommand("debug", "Run to a time, then stop in a meter's firmware");
  add_scenario(*debug, options.scenario);
  debug->add_option("--meter", options.meter, "Number of the meter, from 1")->required();
  debug->add_option("--until", options.until, "HH:MM:SS of simulated time")->required();
  return debug;
}

}  // namespace

int main(int argc, char** argv) {
  // The head-end is a program of its own with its own options.
  if (argc >= 2 && std::string(argv[1]) == "hes") return head_end(argc - 1, argv + 1);

  CLI::App app(
      "amitwin: a digital twin and load-test simulator for smart metering.\n"
      "Real meter firmware, DLMS/COSEM, 2G and a head-end in one reproducible run.");
  app.require_subcommand(1);
  RunCommand run_options;
  InventoryCommand inventory_options;
  ReadCommand read_options;
  DebugCommand debug_options;
  ScenarioOptions check_options;
  std::string firmware, result, other;

  CLI::App* run = add_run(app, run_options);
  CLI::App* check = app.add_subcommand("check", "Validate a scenario and its load file");
  add_scenario(*check, check_options);
  CLI::App* inventory = add_inventory(app, inventory_options);
  CLI::App* describe = app.add_subcommand("template", "Object list and scalers of a firmware");
  describe->add_option("firmware", firmware, "ad11a, ad13a or a shared object")->required();
  CLI::App* digest = app.add_subcommand("digest", "Hash of a result, total and by table");
  digest->add_option("result", result, "RESULT.h5")->required();
  CLI::App* diff = app.add_subcommand("diff", "First difference of two results");
  diff->add_option("a", result, "A.h5")->required();
  diff->add_option("b", other, "B.h5")->required();
  CLI::App* report = app.add_subcommand("report", "Write report.html beside a result");
  report->add_option("result", result, "RESULT.h5")->required();
  CLI::App* read = add_read(app, read_options);
  CLI::App* debug = add_debug(app, debug_options);
  CLI::App* p32 = app.add_subcommand("p32", "P3.2Ex, between concentrator and head-end");
  p32->require_subcommand(1);
  CLI::App* lint = p32->add_subcommand("lint", "Check a message: XML, gzip or HTTP around it");
  lint->add_option("file", result, "FILE, or - for standard input")->required();
  CLI::App* sign_key =
      p32->add_subcommand("sign-key", "The head-end's private key for orders (PEM)");
  add_scenario(*sign_key, check_options);
  app.add_subcommand("hes", "The head-end stub by itself, on real sockets (hes --help)");

  const auto called = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc >= 2 && argv[1][0] != '-' && app.get_subcommands(called).empty()) {
    fmt::print(stderr, "amitwin: {}: no such command; amitwin --help lists them\n", argv[1]);
    return kBadInput;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kBadInput;
  }
  if (*run) return run_command(run_options);
  if (*check) return check_command(check_options);
  if (*inventory) return inventory_command(inventory_options);
  if (*describe) return template_command(firmware);
  if (*digest) return digest_command(result);
  if (*diff) return diff_command(result, other);
  if (*report) return report_command(result);
  if (*read) return read_command(read_options);
  if (*lint) return lint_command(result);
  if (*sign_key) return sign_key_command(check_options);
  if (*debug) return debug_command(debug_options);
  return kBadInput;
}
