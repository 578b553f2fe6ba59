// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/input_block.hpp"

#include <algorithm>

namespace models {

void InputBlock::hold(kernel::TimeNs from, kernel::TimeNs to, meter_input input) {
  TWIN_ASSERT(from < to && input < METER_INPUTS, from, to);
  announce({std::max(from, life_.now()), input, 1});
  if (to != kernel::kNever) announce({std::max(to, life_.now()), input, -1});
  arm();
}

void InputBlock::announce(const Edge& edge) {
  // Equal times keep the order of announcement: the later one goes nearer to the front.
  edges_.insert(std::ranges::lower_bound(edges_, edge.at, std::greater<>(), &Edge::at), edge);
}

std::uint32_t InputBlock::held() const {
  std::uint32_t levels = 0;
  for (std::size_t k = 0; k < holders_.size(); ++k) levels |= (holders_[k] > 0 ? 1u : 0u) << k;
  return levels;
}

void InputBlock::step(kernel::TimeNs now) {
  while (!edges_.empty() && edges_.back().at <= now) {
    const Edge edge = edges_.back();
    edges_.pop_back();
    const std::uint32_t before = held();
    holders_[edge.input] = static_cast<std::uint8_t>(holders_[edge.input] + edge.more);
    if (held() != before) since_[edge.input] = edge.at;
  }
  const bool takes = gate_.firmware().on_input != nullptr;
  for (std::uint32_t k = 0; k < METER_INPUTS; ++k) {
    const std::uint32_t bit = 1u << k;
    if (((held() ^ told_) & bit) == 0 || now < since_[k] + kDebounceNs) continue;
    told_ ^= bit;
    if (!takes) continue;
    gate_.upcall("on_input", &meter_firmware::on_input, static_cast<meter_input>(k),
                 (told_ & bit) != 0 ? 1 : 0);
  }
  arm();
}

void InputBlock::arm() {
  kernel::TimeNs next = edges_.empty() ? kernel::kNever : edges_.back().at;
  for (std::uint32_t k = 0; k < METER_INPUTS; ++k) {
    if (((held() ^ told_) >> k & 1u) != 0) next = std::min(next, since_[k] + kDebounceNs);
  }
  timer_.arm(next);
}

}  // namespace models
