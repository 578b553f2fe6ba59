// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report_data.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "protocol/cosem/quantities.hpp"
#include "sim/report/report_line_data.hpp"

namespace sim::result {
namespace {

constexpr std::int64_t kSecondsAnHour = 3600;
constexpr double kClassRatio = 1.0525;  // 256 classes reach 8 days

std::int64_t parse_start(const std::string& text) {
  int part[6] = {1970, 1, 1, 0, 0, 0};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int& each : part) {
    const auto [stop, error] = std::from_chars(at, end, each);
    if (error != std::errc{}) return 0;
    at = stop < end ? stop + 1 : end;
  }
  const std::chrono::year_month_day date{std::chrono::year{part[0]},
                                         std::chrono::month{static_cast<unsigned>(part[1])},
                                         std::chrono::day{static_cast<unsigned>(part[2])}};
  if (!date.ok()) return 0;
  return std::chrono::sys_days{date}.time_since_epoch().count() * 86'400 + part[3] * 3600 +
         part[4] * 60 + part[5];
}

// The hour in which a row was captured; none when it is out of any reason.
ReportData::Hour* hour_of(ReportData& data, double stamp_utc_s) {
  const double since_s = stamp_utc_s - 1 - static_cast<double>(data.start_utc_s);
  if (!(since_s >= 0) || since_s >= static_cast<double>(kMaxHours * kSecondsAnHour)) return nullptr;
  const auto hour = static_cast<std::size_t>(since_s) / kSecondsAnHour;
  if (hour >= data.hours.size()) data.hours.resize(hour + 1);
  return &data.hours[hour];
}

std::size_t class_of(double latency_s) {
  const double at = std::log(std::max(latency_s, 1.0)) / std::log(kClassRatio);
  return std::min(static_cast<std::size_t>(at), ReportData::Hour::kClasses - 1);
}

// When the expected rows were captured. A run that did not come to its end knows none.
class Captures {
 public:
  // A meter's rows in the order of their capture.
  void add(const TruthRow& truth, double captured_utc_s) {
    all_.push_back({{truth.meter, truth.stamp_utc_s, 0}, captured_utc_s});
  }
  void sort() {
    std::ranges::stable_sort(all_, {}, &Capture::row);
    for (std::size_t i = 1; i < all_.size(); ++i) {
      Row& row = all_[i].row;
      const Row& before = all_[i - 1].row;
      if (row.meter == before.meter && row.stamp_utc_s == before.stamp_utc_s) {
        row.ordinal = before.ordinal + 1;
      }
    }
  }
  // None: not one of those.
  std::optional<double> of(const HeadEndRow& row) const {
    if (all_.empty()) return static_cast<double>(row.stamp_utc_s);
    const Row wanted{row.meter, row.stamp_utc_s, row.ordinal};
    const auto found = std::ranges::lower_bound(all_, wanted, {}, &Capture::row);
    if (found == all_.end() || found->row != wanted) return {};
    return found->utc_s;
  }

 private:
  struct Row {
    std::uint32_t meter;
    std::int64_t stamp_utc_s;
    std::uint32_t ordinal;
    auto operator<=>(const Row&) const = default;
  };
  struct Capture {
    Row row;
    double utc_s;
  };
  std::vector<Capture> all_;
};

void gather_rows(const TableFileReader& file, ReportData& data) {
  Captures captures;
  each_row<TruthRow>(file, data.missing_tables, [&](const TruthRow& row) {
    ++data.expected_rows;
    data.line_expected_rows += data.line.meters.contains(row.meter);
    const bool known = !std::isnan(row.captured_utc_s);  // not by a file of before
    const double at_s = known ? row.captured_utc_s : static_cast<double>(row.stamp_utc_s);
    captures.add(row, at_s);
    if (auto* const hour = hour_of(data, at_s)) ++hour->expected;
  });
  captures.sort();
  data.latency_s.assign(ReportData::kLatencyBins, 0);
  data.line_latency_s.assign(data.line.meters.empty() ? 0 : ReportData::kLatencyBins, 0);
  struct Stored {
    double stamp_utc_s;
    double net_wh;
  };
  std::vector<Stored> home;
  each_row<HeadEndRow>(file, data.missing_tables, [&](const HeadEndRow& row) {
    const auto stamp_utc_s = static_cast<double>(row.stamp_utc_s);
    if (row.meter == data.home) {
      home.push_back(
          {stamp_utc_s, static_cast<double>(row.registers[protocol::cosem::kActiveImport]) -
                            static_cast<double>(row.registers[protocol::cosem::kActiveExport])});
    }
    // While late rows are collected meters go on capturing: nobody waits for those.
    const std::optional<double> captured_utc_s = captures.of(row);
    if (!captured_utc_s) return;
    const bool on_line = data.line.meters.contains(row.meter);
    ++data.stored_rows;
    data.line_stored_rows += on_line;
    const double latency_s = row.arrival_utc_s - *captured_utc_s;
    if (std::isnan(latency_s)) return;
    ++data.latency_rows;
    const double bin =
        std::clamp(latency_s, 0.0, static_cast<double>(ReportData::kLatencyBins - 1));
    ++data.latency_s[static_cast<std::size_t>(bin)];
    if (on_line) ++data.line_latency_s[static_cast<std::size_t>(bin)];
    if (auto* const hour = hour_of(data, *captured_utc_s)) {
      hour->within_1h += latency_s <= kSecondsAnHour;
      hour->within_4h += latency_s <= 4 * kSecondsAnHour;
      hour->later += latency_s > 4 * kSecondsAnHour;
      ++hour->latency_class[class_of(latency_s)];
    }
  });
  std::ranges::sort(home, {}, &Stored::stamp_utc_s);
  double usual_s = 0;  // the shortest step is the capture period, holes are longer
  for (std::size_t i = 1; i < home.size(); ++i) {
    const double step_s = home[i].stamp_utc_s - home[i - 1].stamp_utc_s;
    if (step_s > 0 && (usual_s == 0 || step_s < usual_s)) usual_s = step_s;
  }
  for (std::size_t i = 1; i < home.size(); ++i) {
    const double step_s = home[i].stamp_utc_s - home[i - 1].stamp_utc_s;
    if (step_s <= 0) continue;
    const bool hole = step_s > 1.5 * usual_s;
    const double mean_w = 3600 * (home[i].net_wh - home[i - 1].net_wh) / step_s;
    data.stored.push_back({home[i - 1].stamp_utc_s, hole ? kNotKnown : mean_w});
  }
  if (!home.empty()) data.stored.push_back({home.back().stamp_utc_s, kNotKnown});
}

void gather_power(const TableFileReader& file, ReportData& data) {
  each_row<PowerRow>(file, data.missing_tables, [&](const PowerRow& row) {
    if (data.home == 0) data.home = row.meter;
    if (row.meter != data.home) return;
    data.load.push_back({static_cast<double>(data.start_utc_s) + row.t_s,
                         row.known != 0 ? row.active_w : kNotKnown});
  });
}

void gather_sessions(const TableFileReader& file, ReportData& data) {
  const auto minutes = static_cast<std::size_t>(
      std::clamp<std::int64_t>((data.end_utc_s - data.start_utc_s) / 60, 0, kMaxHours * 60));
  std::vector<std::int64_t> change(minutes + 1, 0);
  const auto minute = [&](double t_s) {
    return static_cast<std::size_t>(std::clamp(t_s / 60, 0.0, static_cast<double>(minutes)));
  };
  each_row<SessionRow>(file, data.missing_tables, [&](const SessionRow& row) {
    ++data.sessions;
    ++change[minute(row.opened_s)];
    if (!std::isnan(row.closed_s)) --change[minute(row.closed_s)];
  });
  std::int64_t open = 0;
  for (std::size_t i = 0; i < minutes; ++i) {
    open += change[i];
    data.open_sessions.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(open, 0)));
  }
}

void gather_traffic(const TableFileReader& file, ReportData& data) {
  each_row<TrafficRow>(file, data.missing_tables, [&](const TrafficRow& row) {
    if (row.hour >= kMaxHours) return;
    auto& hours = data.octets_by_hour[row.kind.text()];
    if (row.hour >= hours.size()) hours.resize(row.hour + 1, 0);
    hours[row.hour] += static_cast<double>(row.bytes_up + row.bytes_down);
  });
}

void gather_lists(const TableFileReader& file, ReportData& data) {
  each_row<MeterRow>(file, data.missing_tables, [&](const MeterRow& row) {
    ++data.meters;
    data.detailed += row.tier == 1;
  });
  each_row<KpiRow>(file, data.missing_tables, [&](const KpiRow& row) {
    data.kpis.push_back({row.name.text(), row.value, row.unit.text(), row.limit.text(),
                         row.pass == kpi_pass::kHolds, row.pass == kpi_pass::kOpen});
  });
  each_row<EventRow>(file, data.missing_tables, [&](const EventRow& row) {
    // The column was shorter than the longest name of an event.
    std::string type = row.type.text();
    if (type == "concentrator_out") type = "concentrator_outage";
    data.happened.events.push_back(
        {row.t_s, std::move(type), row.meters.text(), row.value, row.text.text()});
  });
  each_row<OrderRow>(file, data.missing_tables, [&](const OrderRow& row) {
    data.happened.orders.push_back({row.meter, row.type.text(), row.value.text(), row.issued_s,
                                    row.done_s, row.outcome.text()});
  });
}

// Files of before there were these tables have no such sections.
void gather_logs(const TableFileReader& file, ReportData& data) {
  std::vector<std::string> absent;
  each_row<DisplayRow>(file, absent, [&](const DisplayRow& row) {
    const auto with_space = [](const std::string& text) {
      return text.empty() ? text : " " + text;
    };
    data.happened.displays.push_back(
        {row.meter, row.t_s,
         row.code.text() + with_space(row.value.text()) + with_space(row.unit.text()) +
             with_space(row.marks.text()),
         row.segments.text(), row.backlight != 0, row.expected.text(), row.verdict});
  });
  each_row<LogEntryRow>(file, absent, [&](const LogEntryRow& row) {
    ReportData::LogCounts& counts = data.happened.logs[{row.group, row.code}];
    counts.event = row.event.text();
    const std::string verdict = row.verdict.text();
    if (verdict == "missing") {
      ++counts.missing;
      return;
    }
    counts.unexpected += verdict == "unexpected";
    const std::string place = row.place.text();
    ++(place == "flash" ? counts.flash : place == "alarm" ? counts.told : counts.head_end);
  });
  each_row<RelayMoveRow>(file, absent,
                         [&](const RelayMoveRow& row) { data.happened.moves.push_back(row); });
  each_row<RegisterErrorRow>(
      file, absent, [&](const RegisterErrorRow& row) { data.happened.errors.push_back(row); });
  each_row<VoltageEventRow>(
      file, absent, [&](const VoltageEventRow& row) { data.happened.variations.push_back(row); });
  each_row<PulseRow>(file, absent,
                     [&](const PulseRow& row) { data.happened.pulses.push_back(row); });
  each_row<FirmwareRow>(file, absent,
                        [&](const FirmwareRow& row) { data.happened.firmwares.push_back(row); });
}

}  // namespace

double ReportData::latency_quantile_s(double share) const {
  if (latency_rows == 0) return kNotKnown;
  const double wanted = share * static_cast<double>(latency_rows);
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < latency_s.size(); ++i) {
    so_far += latency_s[i];
    if (static_cast<double>(so_far) >= wanted) return static_cast<double>(i);
  }
  return static_cast<double>(kLatencyBins);
}

double ReportData::Hour::latency_quantile_s(double share) const {
  const auto rows = std::accumulate(latency_class.begin(), latency_class.end(), std::uint64_t{0});
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    so_far += latency_class[i];
    if (so_far > 0 && static_cast<double>(so_far) >= share * static_cast<double>(rows)) {
      return std::pow(kClassRatio, static_cast<double>(i) + 0.5);
    }
  }
  return kNotKnown;
}

ReportData::Hour& ReportData::Hour::operator+=(const Hour& other) {
  expected += other.expected;
  within_1h += other.within_1h;
  within_4h += other.within_4h;
  later += other.later;
  for (std::size_t k = 0; k < kClasses; ++k) latency_class[k] += other.latency_class[k];
  return *this;
}

std::optional<ReportData> gather_report_data(const std::string& result_path) {
  const auto file = TableFileReader::open(result_path);
  if (!file) return {};
  ReportData data;
  data.attributes = file->attributes();
  data.start_utc_s = parse_start(data.attributes.start_utc);
  const double simulated_s =
      std::clamp(data.attributes.simulated_s, 0.0, static_cast<double>(kMaxHours * kSecondsAnHour));
  data.end_utc_s = data.start_utc_s + static_cast<std::int64_t>(simulated_s);
  gather_lists(*file, data);
  std::vector<ConcentratorOutage> outages;
  for (const ReportData::EventLine& event : data.happened.events) {
    if (event.type != "concentrator_outage" || std::isnan(event.value)) continue;
    outages.push_back({event.t_s, event.value});
  }
  data.line = gather_line_data(*file, outages, data.missing_tables);
  gather_power(*file, data);  // names the home
  gather_rows(*file, data);
  gather_sessions(*file, data);
  gather_traffic(*file, data);
  gather_logs(*file, data);
  return data;
}

}  // namespace sim::result
