// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report_line_data.hpp"

#include <algorithm>
#include <cmath>

namespace sim::result {
namespace {

// Meters are back within minutes; later it is no consequence of the outage.
constexpr double kRejoinS = 900;
constexpr double kRetryS = 1200;  // two polls closer than this are one collection

// As each_row, but a table that is not there is no fault: files were written before it existed.
template <typename Row, typename Visit>
void each_line_row(const TableFileReader& file, std::vector<std::string>& missing_tables,
                   Visit visit) {
  if (file.find(Row::kTable.name) != nullptr) each_row<Row>(file, missing_tables, visit);
}

template <typename T>
T* cell_of_hour(std::vector<T>& hours, double hour) {
  if (!(hour >= 0) || hour >= static_cast<double>(kMaxHours)) return nullptr;
  const auto at = static_cast<std::size_t>(hour);
  if (at >= hours.size()) hours.resize(at + 1);
  return &hours[at];
}

void gather_places(const TableFileReader& file, std::vector<std::string>& missing_tables,
                   LineData& data) {
  each_line_row<NodeRow>(file, missing_tables, [&](const NodeRow& row) {
    data.places[row.concentrator].nodes.push_back(row);
    if (row.meter != 0) data.meters.insert(row.meter);
  });
  each_line_row<CableRow>(file, missing_tables, [&](const CableRow& row) {
    data.places[row.concentrator].cables.push_back(row);
  });
}

struct Change {
  double t_s;
  std::uint32_t meter;
  bool joined;
};
struct Delta {
  double t_s;
  int now;
  int ever;
};

// When a concentrator began anew: meters that never left join again soon after an outage.
std::vector<double> restarts_of(const std::vector<Change>& changes,
                                const std::vector<ConcentratorOutage>& outages) {
  std::set<double> starts;
  std::set<std::uint32_t> in;
  for (const Change& change : changes) {
    if (!change.joined) {
      in.erase(change.meter);
      continue;
    }
    if (in.insert(change.meter).second) continue;
    for (const ConcentratorOutage& outage : outages) {
      const double since_s = change.t_s - outage.t_s - outage.duration_s;
      if (since_s >= 0 && since_s < kRejoinS) starts.insert(outage.t_s);
    }
  }
  return {starts.begin(), starts.end()};
}

void follow_concentrator(const std::vector<Change>& changes, const std::vector<double>& restarts,
                         std::vector<Delta>& deltas, LineData& data) {
  std::set<std::uint32_t> in;
  std::set<std::uint32_t> ever;
  auto restart = restarts.begin();
  for (const Change& change : changes) {
    for (; restart != restarts.end() && *restart <= change.t_s; ++restart) {
      deltas.push_back({*restart, -static_cast<int>(in.size()), 0});
      in.clear();
    }
    if (change.joined) {
      const int more = in.insert(change.meter).second ? 1 : 0;
      const int first = ever.insert(change.meter).second ? 1 : 0;
      deltas.push_back({change.t_s, more, first});
    } else if (in.erase(change.meter) != 0) {
      deltas.push_back({change.t_s, -1, 0});
      ++data.departures;
    }
  }
  data.restarts += restarts.size();
}

void gather_registrations(const TableFileReader& file,
                          const std::vector<ConcentratorOutage>& outages,
                          std::vector<std::string>& missing_tables, LineData& data) {
  std::map<std::uint32_t, std::vector<Change>> by_concentrator;
  each_line_row<RegistrationRow>(file, missing_tables, [&](const RegistrationRow& row) {
    if (std::isnan(row.t_s)) return;
    by_concentrator[row.concentrator].push_back({row.t_s, row.meter, row.joined != 0});
  });
  std::vector<Delta> deltas;
  for (auto& [concentrator, changes] : by_concentrator) {
    std::ranges::stable_sort(changes, {}, &Change::t_s);
    follow_concentrator(changes, restarts_of(changes, outages), deltas, data);
  }
  std::ranges::stable_sort(deltas, {}, &Delta::t_s);
  LineData::Registered at{0, 0, 0};
  for (const Delta& delta : deltas) {
    at.t_s = delta.t_s;
    at.now = static_cast<std::uint32_t>(static_cast<int>(at.now) + delta.now);
    at.ever += static_cast<std::uint32_t>(delta.ever);
    if (!data.registered.empty() && data.registered.back().t_s == at.t_s) {
      data.registered.back() = at;
    } else {
      data.registered.push_back(at);
    }
  }
}

void gather_airtime(const TableFileReader& file, std::vector<std::string>& missing_tables,
                    LineData& data) {
  each_line_row<AirtimeRow>(file, missing_tables, [&](const AirtimeRow& row) {
    auto* const sum = cell_of_hour(data.airtime[row.kind.text()], row.hour);
    if (sum == nullptr) return;
    sum->airtime_s += std::isnan(row.airtime_s) ? 0 : row.airtime_s;
    sum->ok += row.ok;
    sum->noise += row.noise;
    sum->collision += row.collision;
    sum->deaf += row.deaf;
  });
}

void gather_collection(const TableFileReader& file, std::vector<std::string>& missing_tables,
                       LineData& data) {
  each_line_row<ReportRow>(file, missing_tables, [&](const ReportRow& row) {
    auto* const sum = cell_of_hour(data.reports[row.kind.text()], row.t_s / 3600);
    if (sum == nullptr) return;
    *sum += 1;
    data.report_errors += row.errors;
    data.report_new_rows += row.new_rows;
    data.report_octets += row.bytes;
  });
  std::map<std::uint32_t, double> last_s;
  std::vector<double> steps_s;
  each_line_row<PollRow>(file, missing_tables, [&](const PollRow& row) {
    const std::string job = row.job.text();
    const std::string outcome = row.outcome.text();
    const bool done = outcome == "done";
    auto& hours = done ? data.polls[job] : data.failed_polls[outcome];
    auto* const sum = cell_of_hour(hours, row.t_s / 3600);
    if (sum == nullptr) return;
    *sum += 1;
    if (!done || job != "loadProfile") return;
    const auto [at, first] = last_s.try_emplace(row.meter, row.t_s);
    if (!first && row.t_s - at->second > kRetryS) steps_s.push_back(row.t_s - at->second);
    at->second = row.t_s;
  });
  if (steps_s.empty()) return;
  const auto middle = steps_s.begin() + static_cast<long>(steps_s.size() / 2);
  std::nth_element(steps_s.begin(), middle, steps_s.end());
  data.collect_period_s = 300 * std::round(*middle / 300);  // polls of a collection take their time
}

}  // namespace

LineData gather_line_data(const TableFileReader& file,
                          const std::vector<ConcentratorOutage>& outages,
                          std::vector<std::string>& missing_tables) {
  LineData data;
  gather_places(file, missing_tables, data);
  gather_registrations(file, outages, missing_tables, data);
  gather_airtime(file, missing_tables, data);
  gather_collection(file, missing_tables, data);
  return data;
}

}  // namespace sim::result
