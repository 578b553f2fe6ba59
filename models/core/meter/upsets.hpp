// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/upset.hpp"

namespace models {

// Disturbances that come through to one meter, each at its time. When it has no mains nothing
// happens.
class Disturbances final : private kernel::Entity {
 public:
  // The node lives on this agenda.
  Disturbances(kernel::Agenda& agenda, MeterNode& node);
  // In the order of time.
  void announce(kernel::TimeNs at, const Upset& upset);

 private:
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void act(kernel::TimeNs now, const Upset& upset);

  MeterNode& node_;
  kernel::Timer timer_;
  std::vector<std::pair<kernel::TimeNs, Upset>> announced_;
  std::size_t next_ = 0;
};

}  // namespace models
