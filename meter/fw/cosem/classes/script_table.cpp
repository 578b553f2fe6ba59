// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {

using classes::ScriptTable;

// Script n puts rate n in force; clients see what it does, the calendar does it.
template <>
void Behaviour<ScriptTable>::get(const Context&, const Object&, std::int8_t, Answer& answer) {
  std::array<std::uint8_t, 40> octets;
  Writer head{octets};
  axdr::begin_array(kRates, head);
  answer.slice.put(head.written());
  for (std::uint8_t rate = 1; rate <= kRates; ++rate) {
    Writer out{octets};
    axdr::begin_structure(2, out);
    axdr::put_long_unsigned(rate, out);
    axdr::begin_array(1, out);
    axdr::begin_structure(5, out);
    axdr::put_enum(classes::kScriptWrites, out);
    axdr::put_long_unsigned(static_cast<std::uint16_t>(classes::Data::kId), out);
    axdr::put_octet_string(classes::kActiveRate.octets, out);
    axdr::put_integer(classes::Data::kValue, out);
    axdr::put_unsigned(rate, out);
    answer.slice.put(out.written());
  }
}

}  // namespace meter::fw
