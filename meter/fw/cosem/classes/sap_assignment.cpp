// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_row.hpp"

namespace meter::fw {

// The management logical device is the only one.
template <>
void Behaviour<classes::SapAssignment>::get(const Context& context, const Object&, std::int8_t,
                                            Answer& answer) {
  axdr::begin_array(1, answer.value);
  axdr::begin_structure(2, answer.value);
  axdr::put_long_unsigned(protocol::dlms::kManagementDevice, answer.value);
  put_text(context.parts.core.identity.logical_device_name, answer.value);
}

}  // namespace meter::fw
