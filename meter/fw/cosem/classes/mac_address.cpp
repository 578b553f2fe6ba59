// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {

template <>
void Behaviour<classes::MacAddress>::get(const Context& context, const Object&, std::int8_t,
                                         Answer& answer) {
  axdr::put_octet_string(Bytes(context.parts.core.identity.plc_eui48), answer.value);
}

}  // namespace meter::fw
