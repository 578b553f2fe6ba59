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
  AccessResult result = AccessResult::read_write_denied;
  for_value<Data>(std::make_index_sequence<kValues.size()>{}, object.value, [&]<std::size_t k>() {
    constexpr ValueAccess kValue = kValues[k];
    if constexpr (kValue.sink != nullptr) {
      result = protocol::cosem::is_of_type(kValue.type, value)
                   ? kValue.sink(context.parts.core, value)
                   : AccessResult::type_unmatched;
    }
  });
  return result;
}

}  // namespace meter::fw
