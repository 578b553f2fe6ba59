// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/core/types.hpp"

#include <algorithm>

namespace hes {

Types::Types(Context& context, const std::vector<TypeTemplate>& given) : context_(context) {
  for (const TypeTemplate& type : given) {
    Entry& entry = entries_[index_of(type.firmware)];
    entry.type = type;
    entry.known = true;
    context.store.save_type(type);
  }
  for (const TypeTemplate& type : context.store.load_types()) {  // learnt in an earlier run
    Entry& entry = entries_[index_of(type.firmware)];
    if (!entry.known) entry.type = type;
    entry.known = true;
  }
  of_meter_.reserve(context.inventory.size());
  for (const MeterEntry& meter : context.inventory.meters()) {
    of_meter_.push_back(index_of(meter.firmware));
  }
}

std::uint16_t Types::index_of(const std::string& firmware) {
  const auto is = [&firmware](const Entry& entry) { return entry.firmware == firmware; };
  const auto at = std::find_if(entries_.begin(), entries_.end(), is);
  if (at != entries_.end()) return static_cast<std::uint16_t>(at - entries_.begin());
  entries_.emplace_back().firmware = firmware;
  return static_cast<std::uint16_t>(entries_.size() - 1);
}

const TypeTemplate* Types::of(MeterIndex meter) const {
  const Entry& entry = entries_[of_meter_[meter]];
  return entry.known ? &entry.type : nullptr;
}

const ProfileType* Types::profile(MeterIndex meter, const Obis& obis) const {
  const TypeTemplate* const type = of(meter);
  return type == nullptr ? nullptr : type->profile(obis);
}

bool Types::begin_learning(MeterIndex meter) {
  Entry& entry = entries_[of_meter_[meter]];
  if (entry.learner != kNoMeter) return false;
  entry.learner = meter;
  return true;
}

void Types::stop_learning(MeterIndex meter) {
  Entry& entry = entries_[of_meter_[meter]];
  if (entry.learner == meter) entry.learner = kNoMeter;
}

void Types::learnt(MeterIndex meter, TypeTemplate type) {
  Entry& entry = entries_[of_meter_[meter]];
  entry.type = std::move(type);
  entry.known = true;
  entry.learner = kNoMeter;
  context_.store.save_type(entry.type);
}

}  // namespace hes
