// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {

using classes::Register;

template <>
void Behaviour<Register>::get(const Context& context, const Object& object, std::int8_t attribute,
                              Answer& answer) {
  if (attribute == Register::kScalerUnit) {
    classes::put_scaler_unit(object.quantity, answer.value);
  } else {
    put_value<Register>(context.parts.core, object, answer.value);
  }
}

template <>
AccessResult Behaviour<Register>::set(Context& context, const Object& object, std::int8_t,
                                      Bytes value) {
  return set_value<Register>(context.parts.core, object, value);
}

}  // namespace meter::fw
