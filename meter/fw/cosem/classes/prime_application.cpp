// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/core/revision.hpp"
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_row.hpp"

namespace meter::fw {
namespace {

constexpr std::uint16_t kNotAssigned = 0xFFFF;  // by the PRIME Alliance

}  // namespace

using classes::PrimeApplication;

template <>
void Behaviour<PrimeApplication>::get(const Context&, const Object&, std::int8_t attribute,
                                      Answer& answer) {
  if (attribute == PrimeApplication::kFirmwareVersion) {
    put_text(kRevision, answer.value);
  } else {
    axdr::put_long_unsigned(kNotAssigned, answer.value);  // vendor and product
  }
}

}  // namespace meter::fw
