// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "os/files.hpp"
#include "os/program.hpp"
#include "protocol/hosted/p32/lint.hpp"
#include "sim/assembly/identity/identity.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

// With HTTP around it; the codec itself takes less.
constexpr std::size_t kMaxMessageOctets = std::size_t{64} << 20;

void add_file(CLI::App& app, std::string& path) {
  app.add_option("file", path, "FILE, or - for standard input")->required();
}

// 0 good, 1 breaks the rules, 2 not readable.
int lint(const std::string& path) {
  const os::Input input = os::read_file(path, kMaxMessageOctets, os::Dash::is_standard_input);
  const std::string name = path == "-" ? "standard input" : path;
  if (!input.error.empty() || input.text.empty()) {
    os::say((input.error.empty() ? name + ": is empty" : input.error) +
            "; allowed: a P3.2Ex message\n");
    return kBadInput;
  }
  const protocol::p32::LintReport report = protocol::p32::lint(input.text);
  fmt::print("{}", report.text(name));
  return report.exit_code();
}

// A secret, asked for by name.
int print_sign_key(const ScenarioOptions& options) {
  const auto scenario = load_or_complain(options);
  if (!scenario) return kBadInput;
  const auto seed = static_cast<std::uint64_t>(scenario->general.seed);
  const auto octets = run::head_end_signing_key(seed);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size()),
      EVP_PKEY_free);
  const bool written =
      key != nullptr &&
      PEM_write_PKCS8PrivateKey(stdout, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return written ? kGood : kEnvironment;
}

}  // namespace

Command lint_command() {
  return command("p32 lint", "Check a message: XML, gzip or HTTP around it", add_file, lint);
}

Command sign_key_command() {
  return command("p32 sign-key", "The head-end's private key for orders (PEM)", add_scenario,
                 print_sign_key);
}

}  // namespace sim::cli
