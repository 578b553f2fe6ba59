// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/fraud/fraud.hpp"

namespace meter::fw {
namespace {

constexpr std::uint8_t bit_of(meter_input input) { return static_cast<std::uint8_t>(1u << input); }

void take(Core& core, std::size_t k, bool level) {
  const Contact& contact = kContacts[k];
  const std::uint8_t bit = bit_of(contact.input);
  DurableState& state = core.durable.state;
  if (((state.tamper.inputs & bit) != 0) == level) return;
  state.tamper.inputs ^= bit;
  core.note(level ? contact.begins : contact.ends);
  if (level) {
    ++state.tamper.count[k];
    const bool whole = (state.tamper.broken_seals & bit) == 0;
    if (contact.sealed && whole && core.settings.service_permitted == 0) {
      state.tamper.broken_seals |= bit;
      core.note(EventCode::seal_broken);
    }
  }
  core.durable.save(core.hal);
}

}  // namespace

void Fraud::boot(Core& core) {
  const std::uint32_t levels = core.hal.inputs();
  for (std::size_t k = 0; k < std::size(kContacts); ++k) {
    take(core, k, (levels & bit_of(kContacts[k].input)) != 0);
  }
}

void Fraud::on_input(Core& core, meter_input input, bool level) {
  for (std::size_t k = 0; k < std::size(kContacts); ++k) {
    if (kContacts[k].input == input) take(core, k, level);
  }
}

}  // namespace meter::fw
