// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <memory>

#include "sim/assembly/identity/identity.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/scenario_input.hpp"

namespace sim::cli {
namespace {

// A secret, asked for by name.
int run(const ScenarioOptions& options) {
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
  return written ? kGood : kFailed;
}

}  // namespace

Command sign_key_command() {
  return command("p32 sign-key", "The head-end's private key for orders (PEM)", add_scenario, run);
}

}  // namespace sim::cli
