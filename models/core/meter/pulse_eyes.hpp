// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "models/core/meter/meter_node.hpp"

namespace models {

// Eyes at a meter's test outputs. While they are open, windows come when they end, in the fleet as
// in the detailed tier: a pulse is of the window before. Nobody else pays for it.
class PulseEyes final : private kernel::Entity {
 public:
  // The node lives on this agenda.
  PulseEyes(kernel::Agenda& agenda, MeterNode& node)
      : agenda_(agenda),
        node_(node),
        timer_(agenda, *this, node_id(node.meter(), kNodeMeter), kWhat) {}
  PulseEyes(const PulseEyes&) = delete;
  PulseEyes& operator=(const PulseEyes&) = delete;
  ~PulseEyes() { node_.board().pulses.set_watch(nullptr); }

  void watch(kernel::TimeNs from, kernel::TimeNs to) {
    spans_.push_back({std::max(agenda_.now(), from - kLeadNs), to});
    timer_.arm(std::ranges::min(spans_, {}, &Span::from).from);
  }
  // So far, from the lead of each watch on.
  const PulseWatch& seen() const { return seen_; }

 private:
  // What the meter was told last is not laid under eyes that open.
  static constexpr kernel::TimeNs kLeadNs = kernel::kNsPerSecond;
  static constexpr std::uint32_t kWhat = 210;  // after all that the meter does at that instant
  struct Span {
    kernel::TimeNs from;
    kernel::TimeNs to;
  };

  void on_time(kernel::TimeNs now, std::uint32_t) override {
    node_.catch_up();
    bool open = false;
    kernel::TimeNs next = kernel::kNever;
    for (const Span& span : spans_) {
      open = open || (span.from <= now && now < span.to);
      for (const kernel::TimeNs at : {span.from, span.to}) {
        if (at > now) next = std::min(next, at);
      }
    }
    const bool begins = node_.windows().set_watched(open);
    if (begins) node_.board().pulses.settle();
    node_.board().pulses.set_watch(open ? &seen_ : nullptr);
    if (node_.running()) node_.windows().arm(now);
    timer_.arm(next);
  }

  kernel::Agenda& agenda_;
  MeterNode& node_;
  kernel::Timer timer_;
  std::vector<Span> spans_;
  PulseWatch seen_;
};

}  // namespace models
