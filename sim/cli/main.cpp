// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <sstream>

#include "hes-stub/program/hes_main.hpp"
#include "os/build.hpp"
#include "os/program.hpp"
#include "sim/cli/command.hpp"
#include "sim/drive/firmware_guard.hpp"

namespace sim::cli {

Command run_command();
Command check_command();
Command inventory_command();
Command template_command();
Command digest_command();
Command diff_command();
Command export_command();
Command report_command();
Command read_command();
Command debug_command();
Command lcd_command();
Command lint_command();
Command sign_key_command();
Command typetest_command();
Command image_command();

namespace {

// In the order of --help.
constexpr Command (*kCommands[])() = {
    run_command,   check_command,  inventory_command, template_command, digest_command,
    diff_command,  export_command, report_command,    read_command,     lcd_command,
    debug_command, lint_command,   sign_key_command,  typetest_command, image_command,
};

// Adds the command, below its group if it has one; `p32` is the only group.
CLI::App* add(CLI::App& app, const Command& command) {
  const std::string name = command.name;
  const std::size_t space = name.find(' ');
  if (space == std::string::npos) return app.add_subcommand(name, command.help);
  const std::string group = name.substr(0, space);
  const auto groups =
      app.get_subcommands([&](const CLI::App* each) { return each->get_name() == group; });
  CLI::App* parent = groups.empty() ? nullptr : groups.front();
  if (parent == nullptr) {
    parent = app.add_subcommand(group, "P3.2Ex, between concentrator and head-end");
    parent->require_subcommand(1);
  }
  return parent->add_subcommand(name.substr(space + 1), command.help);
}

constexpr const char* kExitCodes =
    "Exit codes: 0 good; 1 an expectation fails, results differ, or a meter says no; 2 bad input;\n"
    "3 a firmware crashed or looped; 4 the machine cannot keep the pace; 5 the environment: disk,\n"
    "full output, ports, a peer that is not there or silent; 130 interrupted.";

std::string version_text() {
  const os::Build& build = os::build();
  return fmt::format("amitwin {}, commit {}\n{}, {}", build.version, build.commit, build.compiler,
                     build.flags);
}

int program(int argc, char** argv) {
  run::guard_firmware();
  CLI::App app(
      "amitwin: a digital twin and load-test simulator for smart metering.\n"
      "Real meter firmware, DLMS/COSEM, 2G and a head-end in one reproducible run.");
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text());
  app.footer(kExitCodes);
  std::vector<std::pair<CLI::App*, std::function<int()>>> commands;
  for (auto* const make : kCommands) {
    const Command command = make();
    CLI::App* const added = add(app, command);
    commands.emplace_back(added, command.declare(*added));
  }
  app.add_subcommand("hes", "The head-end stub by itself, on real sockets (hes --help)");

  const auto called = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc >= 2 && argv[1][0] != '-' && app.get_subcommands(called).empty()) {
    os::say(fmt::format("amitwin: {}: no such command; amitwin --help lists them\n", argv[1]));
    return kBadInput;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::ostringstream ignored, complaint;
    app.exit(error, ignored, complaint);
    os::say(complaint.str());
    return kBadInput;
  }
  for (const auto& [command, run] : commands) {
    if (*command) return run();
  }
  return kBadInput;
}

}  // namespace
}  // namespace sim::cli

int main(int argc, char** argv) {
  const std::string first = argc >= 2 && argv[1][0] != '-' ? argv[1] : "";
  const std::string name = first.empty() ? "amitwin" : "amitwin " + first;
  os::begin_program(name);
  int code = os::kEnvironment;
  try {
    // The head-end is a program of its own with its own options.
    code = first == "hes" ? hes::hes_main(argc - 1, argv + 1) : sim::cli::program(argc, argv);
  } catch (const std::exception& error) {
    // Of standard output, end_program() knows.
    if (std::ferror(stdout) == 0) os::say(name + ": " + error.what() + "\n");
  }
  return os::end_program(name, code);
}
