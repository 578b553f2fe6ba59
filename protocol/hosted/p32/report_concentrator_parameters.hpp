// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/p32/parameters.hpp"

namespace protocol::p32 {

struct ConcentratorParametersReport {
  static constexpr ReportKind kKinds[] = {ReportKind::concentrator_parameters};
  Identity identity;
  ConcentratorParameters parameters;
  bool operator==(const ConcentratorParametersReport&) const = default;
};

template <typename Io, Of<ConcentratorParametersReport> V>
void shape(Io& io, V& v) {
  io.element("Identity", v.identity);
  io.element("Parameters", v.parameters);
}

}  // namespace protocol::p32
