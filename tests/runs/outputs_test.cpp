// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves behind: summary.json, junit.xml, report.html, trace.vcd.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "sim/result/kpi.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kStreet = R"([scenario]
name = "out<puts>"
duration_h = 3
collect_h = 1
[meters]
count = 3
detailed = [1]
push_period_s = 900
push_spread_s = 60
[trace]
meter = 1
from_s = 1805
to_s = 1805.1
[[event]]
at = 1800
type = "sag"
meter = 1
duration_ms = 900
residual = 0.2
[[event]]
at = 3600
type = "outage"
meter = 1
duration_s = 60
[[expect]]
kpi = "intervals_lost"
equals = 0
[[expect]]
kpi = "interval_success"
min = 0.99
[[expect]]
kpi = "sessions"
max = 1
)";

class Outputs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder;
    folder_->write("street.toml", kStreet);
    run_ = new ProgramRun(amitwin({"run", *folder_ / "street.toml", "--out", *folder_ / "out"}));
  }
  static void TearDownTestSuite() {
    delete run_;
    delete folder_;
  }
  static std::string out(const std::string& name) { return *folder_ / ("out/" + name); }
  static Folder* folder_;
  static ProgramRun* run_;
};
Folder* Outputs::folder_ = nullptr;
ProgramRun* Outputs::run_ = nullptr;

TEST_F(Outputs, AnExpectationThatFailsIsExitOneAndIsPrinted) {
  EXPECT_EQ(run_->exit_code, 1) << run_->err;
  EXPECT_EQ(occurrences(run_->out, "  pass  "), 2u) << run_->out;
  EXPECT_EQ(occurrences(run_->out, "  FAIL  sessions"), 1u) << run_->out;
}

TEST_F(Outputs, TheSummaryHasWhatOthersReadFromIt) {
  const auto json = nlohmann::json::parse(read_text(out("summary.json")), nullptr, false);
  ASSERT_TRUE(json.is_object());
  for (const char* key : {"scenario", "seed", "digest", "meters", "meter_days", "sim_s", "wall_s",
                          "cpu_s", "speedup", "peak_rss_bytes", "kpi"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["scenario"], "out<puts>");
  EXPECT_EQ(json["meters"], 3);
  EXPECT_EQ(json["sim_s"], 4 * 3'600);
  EXPECT_DOUBLE_EQ(json["meter_days"].get<double>(), 3 * 3.0 / 24);
  EXPECT_EQ(json["digest"], digest_of(out("result.h5")));
  EXPECT_GT(json["peak_rss_bytes"].get<double>(), 1e6);
  for (const char* name : {"interval_success", "intervals_lost", "intervals_duplicated",
                           "truth_mismatches", "truth_unknown", "relay_orders_done"}) {
    ASSERT_TRUE(json["kpi"].contains(name)) << name;
    for (const char* key : {"value", "unit", "limit", "pass"}) {
      EXPECT_TRUE(json["kpi"][name].contains(key)) << name << '.' << key;
    }
  }
  EXPECT_EQ(json["kpi"]["intervals_lost"]["limit"], "= 0");
  EXPECT_EQ(json["kpi"]["sessions"]["pass"], false);
}

TEST_F(Outputs, EveryFigureTheSchemaNamesIsMadeAndNoOther) {
  const auto json = nlohmann::json::parse(read_text(out("summary.json")), nullptr, false);
  std::set<std::string> made, named;
  for (const auto& [name, kpi] : json["kpi"].items()) made.insert(name);
  for (const sim::result::KpiInfo& kpi : sim::result::kpi_table()) named.insert(kpi.name);
  EXPECT_EQ(made, named);
  for (const sim::result::KpiInfo& kpi : sim::result::kpi_table()) {
    if (made.count(kpi.name) != 0) {
      EXPECT_EQ(json["kpi"][kpi.name]["unit"], kpi.unit) << kpi.name;
    }
  }
}

TEST_F(Outputs, TheTestReportIsXmlWithACaseForEachExpectation) {
  const std::string script = folder_->write("junit.py", R"(
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = root.findall(".//testcase")
print(len(cases), len(root.findall(".//failure")), cases[0].get("classname"))
)");
  const ProgramRun parsed = run_program("/usr/bin/python3", {script, out("junit.xml")});
  EXPECT_EQ(parsed.exit_code, 0) << parsed.err;
  EXPECT_EQ(parsed.out, "3 1 out<puts>\n");
}

TEST_F(Outputs, TheReportFetchesNothing) {
  const std::string page = read_text(out("report.html"));
  ASSERT_GT(page.size(), 10'000u);
  for (const char* fetch : {"src=\"http", "href=\"http", "src='http", "url(http", "url(\"http",
                            "@import", "<link", "<script src", "<iframe"}) {
    EXPECT_EQ(occurrences(page, fetch), 0u) << fetch;
  }
  EXPECT_GE(occurrences(page, "<svg"), 5u) << "success, latency, load, sessions, octets";
  EXPECT_EQ(occurrences(page, "out<puts>"), 0u) << "the name is text, not markup";
  EXPECT_GE(occurrences(page, "out&lt;puts&gt;"), 1u);
  const ProgramRun again = amitwin({"report", out("result.h5")});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(occurrences(read_text(out("report.html")), "<svg"), occurrences(page, "<svg"));
}

// ---- The trace ----

// Changes of the signals of a VCD file: name -> (seconds, value).
using Changes = std::vector<std::pair<double, std::string>>;

std::map<std::string, Changes> read_vcd(const std::string& path) {
  std::map<std::string, std::string> name_of;
  std::map<std::string, Changes> signals;
  std::istringstream in(read_text(path));
  double now_s = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first, type, size, id, name;
    words >> first;
    if (first == "$var") {
      words >> type >> size >> id >> name;
      name_of[id] = name;
    } else if (first.size() > 1 && first[0] == '#') {
      now_s = 1e-9 * std::strtod(first.c_str() + 1, nullptr);
    } else if (first.size() > 1 && (first[0] == '0' || first[0] == '1')) {
      signals[name_of[first.substr(1)]].emplace_back(now_s, first.substr(0, 1));
    } else if (first.size() > 1 && (first[0] == 'b' || first[0] == 'r')) {
      words >> id;
      signals[name_of[id]].emplace_back(now_s, first.substr(1));
    }
  }
  return signals;
}

const Changes& signal_of(const std::map<std::string, Changes>& signals, const std::string& name) {
  static const Changes none;
  for (const auto& [full, changes] : signals) {
    if (full.size() >= name.size() &&
        full.compare(full.size() - name.size(), name.size(), name) == 0) {
      return changes;
    }
  }
  ADD_FAILURE() << "no signal " << name;
  return none;
}

// Times at which a state signal became 1, from a moment on.
std::vector<double> rises(const Changes& changes, double from_s, double to_s) {
  std::vector<double> times;
  for (const auto& [at_s, value] : changes) {
    if (value == "1" && at_s >= from_s && at_s < to_s) times.push_back(at_s);
  }
  return times;
}

TEST_F(Outputs, TheTraceShowsASagBecomeAPowerFailAndTheLineFallSilent) {
  const auto signals = read_vcd(out("trace.vcd"));
  const Changes& power_fail = signal_of(signals, "power_fail");
  const Changes& supply_good = signal_of(signals, "supply_good");
  const Changes& meter_txd = signal_of(signals, "meter_txd");
  const Changes& module_txd = signal_of(signals, "module_txd");

  // Half a mains cycle until the comparator notices (models/core/parts/supply.hpp).
  for (const double mains_gone_s : {1'800.0, 3'600.0}) {
    const auto fails = rises(power_fail, mains_gone_s, mains_gone_s + 1);
    ASSERT_EQ(fails.size(), 1u) << mains_gone_s;
    EXPECT_NEAR(fails[0], mains_gone_s + 0.010, 1e-6);
  }
  EXPECT_EQ(rises(supply_good, 1'800, 1'900).size(), 1u) << "it comes back";
  EXPECT_NEAR(rises(supply_good, 1'800, 1'900)[0], 1'800.9 + 0.5, 1e-3);

  EXPECT_GT(rises(meter_txd, 0, 1'800).size(), 20u) << "polled every minute";
  EXPECT_GT(rises(module_txd, 0, 1'800).size(), 20u);
  EXPECT_TRUE(rises(meter_txd, 3'600.03, 3'660).empty()) << "no supply, no frame";
  EXPECT_TRUE(rises(module_txd, 3'600.03, 3'660).empty());
  EXPECT_FALSE(rises(meter_txd, 3'661, 4'000).empty());
  // 0.1 s of samples at 6.4 kHz: five cycles of a sine.
  const Changes& v_counts = signal_of(signals, "v_counts");
  double sum = 0, peak = 0, before = 0;
  int n = 0, rising = 0;
  for (const auto& [at_s, bits] : v_counts) {
    if (at_s < 1'805 || at_s >= 1'805.1) continue;
    const double counts = static_cast<std::int32_t>(std::stoul(bits, nullptr, 2));
    sum += counts * counts;
    peak = std::max(peak, std::abs(counts));
    if (n++ > 0 && before < 0 && counts >= 0) ++rising;
    before = counts;
  }
  EXPECT_NEAR(n, 640, 10);
  EXPECT_NEAR(rising, 5, 1);
  EXPECT_NEAR(peak / std::sqrt(sum / n), std::sqrt(2), 0.08);
}

// Nothing of a run depends on when it was made.
TEST_F(Outputs, TheTraceIsDatedByTheScenario) {
  std::istringstream trace(read_text(out("trace.vcd")));
  std::string keyword, date;
  trace >> keyword >> date;
  EXPECT_EQ(keyword, "$date");
  EXPECT_EQ(date, "2024-01-15T00:00:00Z");
}

TEST_F(Outputs, TheTraceChangesNoRow) {
  const ProgramRun plain = amitwin({"run", *folder_ / "street.toml", "--out", *folder_ / "plain",
                                    "--quiet", "--set", "trace.meter=0"});
  EXPECT_EQ(plain.exit_code, 1);
  EXPECT_EQ(digest_of(*folder_ / "plain/result.h5"), digest_of(out("result.h5")));
}

}  // namespace
