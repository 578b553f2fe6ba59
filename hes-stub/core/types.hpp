// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/inventory/type_template.hpp"

namespace hes {

// What is known of the firmwares of the meters: given, stored by an earlier run, or learnt on the
// wire from one meter of each.
class Types {
 public:
  Types(Context& context, const std::vector<TypeTemplate>& given);

  // The meter's type; nullptr: not known yet.
  const TypeTemplate* of(MeterIndex meter) const;
  const ProfileType* profile(MeterIndex meter, const Obis& obis) const;  // or nullptr
  bool same(MeterIndex a, MeterIndex b) const { return of_meter_[a] == of_meter_[b]; }

  // True when this meter is the one to be asked from now on.
  bool begin_learning(MeterIndex meter);
  void stop_learning(MeterIndex meter);
  void learnt(MeterIndex meter, TypeTemplate type);

 private:
  struct Entry {
    std::string firmware;
    bool known = false;
    TypeTemplate type;
    MeterIndex learner = kNoMeter;  // who is being asked
  };
  std::uint16_t index_of(const std::string& firmware);

  Context& context_;
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> of_meter_;
};

}  // namespace hes
