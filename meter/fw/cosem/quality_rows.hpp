// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of sags, swells and outages: rows of object_rows.hpp. Blue Book 6.3.4 (C 12: any
// phase; D 31 to 34 sags, 35 to 38 swells, 43 and 44 their times) and 6.2.21 (power failures).
#pragma once

#include <algorithm>

#include "meter/fw/cosem/object_row.hpp"
#include "protocol/cosem/measured.hpp"

namespace meter::fw {

inline constexpr classes::ScalerUnit kTenthsOfVolt{-1, protocol::cosem::kVolt};
inline constexpr classes::ScalerUnit kSeconds{0, 7};
inline constexpr classes::ScalerUnit kMilliseconds{-3, 7};

// One of QualityThresholds. Together they are sensible, or nothing changes.
template <auto member>
constexpr Row quality_threshold(const Obis& name, classes::ScalerUnit quantity) {
  constexpr Source kGet = [](const Core& core, std::uint8_t, Writer& out) {
    axdr::put_long_unsigned(core.durable.quality.thresholds.*member, out);
  };
  constexpr Sink kSet = [](Core& core, Bytes value) {
    QualityRecord next = core.durable.quality;
    next.thresholds.*member = static_cast<std::uint16_t>(axdr::Cursor(value).unsigned_number());
    if (!next.thresholds.are_sensible()) return AccessResult::other_reason;
    if (!core.parameters.store(core.hal, BlockKind::quality, next)) {
      return AccessResult::hardware_fault;
    }
    core.durable.quality = next;
    core.note(EventCode::parameters_changed);
    return AccessResult::success;
  };
  return reg(name, quantity, kGet).settable(kManagers, axdr::Tag::long_unsigned, kSet);
}

// `which`: phase and kind.
inline constexpr std::uint8_t kAnyPhase = 3;
constexpr std::uint8_t quality_place(std::uint8_t phase, QualityRecord::Kind kind) {
  return static_cast<std::uint8_t>(phase * QualityRecord::kKinds + kind);
}
constexpr const QualityRecord::Last& last_of(const Core& core, std::uint8_t which) {
  return core.durable.quality
      .of_phase[which / QualityRecord::kKinds][which % QualityRecord::kKinds];
}
inline constexpr Source kVariationCount = [](const Core& core, std::uint8_t which, Writer& out) {
  if (which / QualityRecord::kKinds < kAnyPhase) {
    return axdr::put_long_unsigned(last_of(core, which).count, out);
  }
  std::uint32_t sum = 0;
  for (const auto& phase : core.durable.quality.of_phase) {
    sum += phase[which % QualityRecord::kKinds].count;
  }
  axdr::put_long_unsigned(static_cast<std::uint16_t>(std::min<std::uint32_t>(sum, 0xFFFF)), out);
};
inline constexpr Source kVariationDuration = [](const Core& core, std::uint8_t which, Writer& out) {
  axdr::put_double_long_unsigned(last_of(core, which).duration_ms, out);
};
inline constexpr Source kVariationMagnitude = [](const Core& core, std::uint8_t which,
                                                 Writer& out) {
  axdr::put_long_unsigned(last_of(core, which).magnitude_dv, out);
};

inline constexpr auto kVariationRows = [] {
  using protocol::cosem::obis;
  std::array<Row, 2 * (1 + 3 * 3)> rows{};
  Row* at = rows.data();
  for (const auto kind : {QualityRecord::kSags, QualityRecord::kSwells}) {
    const unsigned d = kind == QualityRecord::kSags ? 32 : 36;
    *at++ = data(obis(1, 0, 12, d, 0), kMetering, kVariationCount, quality_place(kAnyPhase, kind));
    for (std::uint8_t phase = 0; phase < 3; ++phase) {
      const unsigned c = 32 + 20u * phase;
      const std::uint8_t which = quality_place(phase, kind);
      const std::uint8_t elements = phase == 0 ? 1 : 3;
      *at = data(obis(1, 0, c, d, 0), kMetering, kVariationCount, which);
      at++->elements = elements;
      *at++ = reg(obis(1, 0, c, d + 1, 0), kMilliseconds, kVariationDuration, which, elements);
      *at++ = reg(obis(1, 0, c, d + 2, 0), kTenthsOfVolt, kVariationMagnitude, which, elements);
    }
  }
  return rows;
}();

inline constexpr auto kQualityRows = std::to_array<Row>({
    quality_threshold<&QualityThresholds::sag_dv>(protocol::cosem::obis(1, 0, 12, 31, 0),
                                                  kTenthsOfVolt),
    quality_threshold<&QualityThresholds::swell_dv>(protocol::cosem::obis(1, 0, 12, 35, 0),
                                                    kTenthsOfVolt),
    // E 128 to 254 is the manufacturer's.
    quality_threshold<&QualityThresholds::hysteresis_dv>(protocol::cosem::obis(1, 0, 12, 31, 128),
                                                         kTenthsOfVolt),
    quality_threshold<&QualityThresholds::sag_s>(protocol::cosem::obis(1, 0, 12, 43, 0), kSeconds),
    quality_threshold<&QualityThresholds::swell_s>(protocol::cosem::obis(1, 0, 12, 44, 0),
                                                   kSeconds),
    quality_threshold<&QualityThresholds::long_outage_s>(protocol::cosem::obis(0, 0, 96, 7, 20),
                                                         kSeconds),
    data(protocol::cosem::obis(0, 0, 96, 7, 0), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_long_unsigned(core.durable.quality.outages.count, out);
         }),
    data(protocol::cosem::obis(0, 0, 96, 7, 5), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_long_unsigned(core.durable.quality.outages.long_count, out);
         }),
    reg(protocol::cosem::obis(0, 0, 96, 7, 15), kSeconds,
        [](const Core& core, std::uint8_t, Writer& out) {
          axdr::put_double_long_unsigned(core.durable.quality.outages.last_long_s, out);
        }),
});

}  // namespace meter::fw
