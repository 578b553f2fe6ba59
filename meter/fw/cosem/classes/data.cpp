// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {

using classes::Data;

template <>
void Behaviour<Data>::get(const Context& context, const Object& object, std::int8_t,
                          Answer& answer) {
  put_value<Data>(context.parts.core, object, answer.value);
}

template <>
AccessResult Behaviour<Data>::set(Context& context, const Object& object, std::int8_t,
                                  Bytes value) {
  return set_value<Data>(context.parts.core, object, value);
}

}  // namespace meter::fw
