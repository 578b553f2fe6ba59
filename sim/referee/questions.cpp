// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/questions.hpp"

#include <cmath>
#include <map>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/demand_register.hpp"
#include "protocol/cosem/classes/extended_register.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/measured.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/dlms/selection.hpp"
#include "sim/referee/firmwares.hpp"
#include "sim/referee/voltage_judge.hpp"

namespace sim::run {
namespace {

using protocol::Bytes;
namespace cosem = protocol::cosem;

// A rows array as every built-in meter sends it: clock, status, registers, capture counter.
std::optional<std::vector<HeldRow>> decode_rows(Bytes value) {
  protocol::axdr::Cursor cursor(value);
  std::vector<HeldRow> rows;
  std::map<std::int64_t, std::uint16_t> ordinals;
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const std::uint32_t columns = cursor.structure();
    const bool numbered = columns == 3 + kQuantities;
    if (!numbered && columns != 2 + kQuantities) return std::nullopt;
    const auto clock = cosem::decode_date_time(cursor.date_time());
    if (!clock.ok()) return std::nullopt;
    HeldRow row;
    row.stamp_utc_s = clock->utc_s;
    row.deviation_min = clock->deviation_min;
    row.status = static_cast<std::uint8_t>(cursor.unsigned_number());
    for (std::uint32_t& each : row.registers) {
      each = static_cast<std::uint32_t>(cursor.unsigned_number());
    }
    if (numbered) row.capture_counter = static_cast<std::uint32_t>(cursor.unsigned_number());
    row.ordinal = ordinals[row.stamp_utc_s]++;
    rows.push_back(row);
  }
  if (!cursor.ok()) return std::nullopt;
  return rows;
}

// An event log: clock, code, capture counter, of power quality magnitude and duration before it.
// False: it is something else.
bool decode_events(Bytes value, std::uint8_t group, std::vector<HeldEvent>& events) {
  protocol::axdr::Cursor cursor(value);
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const std::uint32_t columns = cursor.structure();
    const auto clock = cosem::decode_date_time(cursor.date_time());
    const bool variation = columns == 5;
    if (!clock.ok() || columns < 2 || (columns > 3 && !variation)) return false;
    HeldEvent event{group, static_cast<std::uint8_t>(cursor.unsigned_number()), clock->utc_s};
    if (variation) {
      event.magnitude_dv = static_cast<std::uint32_t>(cursor.unsigned_number());
      event.duration_ms = static_cast<std::uint32_t>(cursor.unsigned_number());
    }
    if (columns > 2) event.number = static_cast<std::uint32_t>(cursor.unsigned_number());
    events.push_back(event);
  }
  return cursor.ok();
}

constexpr cosem::Attribute buffer_of(const cosem::Obis& profile) {
  return {cosem::classes::ProfileGeneric::kId, profile, cosem::classes::ProfileGeneric::kBuffer};
}

Question rows_question(const Scenario& scenario, kernel::TimeNs until, ReadMeter& into) {
  // From 0: a clock set back writes rows from before the start; one set forward, behind the end.
  double moved_s = 0;
  for (const Event& event : scenario.events) moved_s += std::fabs(event.shift_s);
  const auto most_s = until / kernel::kNsPerSecond + static_cast<std::int64_t>(moved_s);
  return {buffer_of(cosem::obis(1, 0, 99, 1, 0)),
          [&into](std::optional<Bytes> value, const AnswerTime&) {
            if (value) into.rows = decode_rows(*value);
            return into.rows.has_value();
          },
          protocol::dlms::rows_between(0, scenario.general.start_utc_s + most_s)};
}

Question log_question(std::uint8_t group, ReadMeter& into) {
  return {buffer_of(cosem::event_log_name(group)),
          [group, &into](std::optional<Bytes> value, const AnswerTime&) {
            if (!value) return true;  // a log that this firmware does not have
            if (!into.events) into.events.emplace();
            return decode_events(*value, group, *into.events);
          }};
}

// A register of rates or demand. `take` has the value and where it goes; false: there is no such
// value.
template <typename Take>
Question tariff_question(const cosem::Attribute& attribute, HeldTariff& held, Take take) {
  return {attribute, [&held, take](std::optional<Bytes> value, const AnswerTime& time) {
            if (!value) return false;
            if (held.asked == 0) held.asked = time.asked;
            held.answered = time.answered;
            protocol::axdr::Cursor in(*value);
            return take(in, held) && in.at_end();
          }};
}

// Averages of the day (D 14) and the billing period (D 24).
void ask_averages(HeldTariff& held, std::vector<Question>& questions) {
  using cosem::classes::DemandRegister;
  for (std::size_t demand = 0; demand < kDemands; ++demand) {
    for (const bool billing : {false, true}) {
      const cosem::Obis name =
          cosem::obis(1, 0, static_cast<std::uint8_t>(1 + demand), billing ? 24 : 14, 0);
      for (const bool last : {false, true}) {
        const auto index =
            last ? DemandRegister::kLastAverageValue : DemandRegister::kCurrentAverageValue;
        questions.push_back(
            tariff_question({DemandRegister::kId, name, index}, held,
                            [demand, billing, last](protocol::axdr::Cursor& in, HeldTariff& to) {
                              HeldTariff::Average& average = to.averages[demand][billing ? 1 : 0];
                              (last ? average.last_w : average.running_w) =
                                  static_cast<std::uint32_t>(in.unsigned_number());
                              return true;
                            }));
      }
    }
  }
}

void ask_tariff(HeldTariff& held, std::vector<Question>& questions) {
  using cosem::classes::ExtendedRegister;
  using cosem::classes::Register;
  using Cursor = protocol::axdr::Cursor;
  for (std::size_t rate = 0; rate < kRates; ++rate) {
    for (std::size_t quantity = 0; quantity < kQuantities; ++quantity) {
      cosem::Obis name = cosem::kQuantityTable[quantity].obis;
      name.octets[4] = static_cast<std::uint8_t>(1 + rate);
      questions.push_back(tariff_question({Register::kId, name, Register::kValue}, held,
                                          [rate, quantity](Cursor& in, HeldTariff& to) {
                                            to.wh[rate][quantity] =
                                                static_cast<std::uint32_t>(in.unsigned_number());
                                            return true;
                                          }));
    }
  }
  for (std::size_t demand = 0; demand < kDemands; ++demand) {
    for (std::size_t rate = 0; rate <= kRates; ++rate) {  // 0: all together
      const cosem::Obis name = cosem::obis(1, 0, static_cast<std::uint8_t>(1 + demand), 6,
                                           static_cast<std::uint8_t>(rate));
      questions.push_back(tariff_question({ExtendedRegister::kId, name, ExtendedRegister::kValue},
                                          held, [demand, rate](Cursor& in, HeldTariff& to) {
                                            to.peaks[demand][rate].power_w =
                                                static_cast<std::uint32_t>(in.unsigned_number());
                                            return true;
                                          }));
      questions.push_back(
          tariff_question({ExtendedRegister::kId, name, ExtendedRegister::kCaptureTime}, held,
                          [demand, rate](Cursor& in, HeldTariff& to) {
                            const auto time = cosem::decode_date_time(in.date_time());
                            if (time.ok()) to.peaks[demand][rate].utc_s = time->utc_s;
                            return time.ok();
                          }));
    }
  }
}

// Every register of kMeasured that a meter of so many phases has.
void ask_measured(unsigned n_phases, HeldQuantities& held, std::vector<Question>& questions) {
  using cosem::classes::Data;
  using cosem::classes::Register;
  for (std::size_t f = 0; f < std::size(cosem::kMeasured); ++f) {
    const cosem::MeasuredFamily& family = cosem::kMeasured[f];
    for (unsigned k = 0; k < family.n; ++k) {
      if (family.elements_for(k) > n_phases) continue;
      const auto take = [f, k, &held](std::optional<Bytes> value, const AnswerTime& time) {
        if (!value) return true;  // a register that this firmware does not have
        protocol::axdr::Cursor in(*value);
        const auto number = static_cast<double>(in.number());
        held.registers.push_back(
            {f, k, number * std::pow(10.0, cosem::kMeasured[f].scaler), time.asked, time.answered});
        return in.at_end();
      };
      questions.push_back({{Register::kId, family.name(k), Register::kValue}, take});
    }
  }
  for (unsigned k = 0; k < 2 * n_phases; ++k) {
    const bool of_current = k % 2 != 0;
    const unsigned phase = k / 2;
    const auto take = [of_current, phase, &held](std::optional<Bytes> value,
                                                 const AnswerTime& time) {
      if (!value) return true;
      protocol::axdr::Cursor in(*value);
      HeldSpectrum spectrum{of_current, phase, {}, time.asked, time.answered};
      const std::uint32_t n = in.array();
      for (std::uint32_t order = 0; order < n && in.ok(); ++order) {
        spectrum.percent.push_back(static_cast<double>(in.unsigned_number()) * 0.01);
      }
      held.spectra.push_back(std::move(spectrum));
      return in.at_end();
    };
    questions.push_back({{Data::kId, cosem::spectrum_name(of_current, phase), Data::kValue}, take});
  }
}

}  // namespace

std::vector<Question> questions_of(const Scenario& scenario, const Home& home, kernel::TimeNs until,
                                   ReadMeter& into) {
  std::vector<Question> questions{rows_question(scenario, until, into)};
  for (const std::uint8_t group : judged_groups(scenario.meters.variant.event_codes)) {
    questions.push_back(log_question(group, into));
  }
  questions.push_back(log_question(quality_group(scenario.meters.variant.event_codes), into));
  if (has_tariff(scenario, home.identity.number)) {
    ask_tariff(into.tariff.emplace(), questions);
    ask_averages(*into.tariff, questions);
  }
  if (is_given_an_image(scenario, home.identity.number)) {
    questions.push_back({{cosem::classes::Data::kId, cosem::obis(1, 0, 0, 2, 0), 2},
                         [&into](std::optional<Bytes> value, const AnswerTime&) {
                           if (!value) return false;
                           const Bytes text = protocol::axdr::Cursor(*value).octet_string();
                           into.revision.assign(text.begin(), text.end());
                           return true;
                         }});
  }
  if (scenario.sim.read_measured) {
    const unsigned n_phases = home.settings.model == MeterModel::ad13a ? 3 : 1;
    ask_measured(n_phases, into.measured, questions);
  }
  return questions;
}

}  // namespace sim::run
