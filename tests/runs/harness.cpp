// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/runs/harness.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hes-stub/inventory/type_template.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/referee/judge.hpp"
#include "sim/result/h5_file.hpp"

namespace scenario_test {

using kernel::TimeNs;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterSet;
using sim::run::Scenario;

// ---- Files ----

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "amitwin-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(*this / name, std::ios::binary) << text;
  return *this / name;
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool exists(const std::string& path) { return std::filesystem::exists(path); }

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

// ---- The program ----

namespace {

// Only async-signal-safe calls between fork and exec.
pid_t start(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& out, const std::string& err) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::fflush(nullptr);  // or the child writes it once more
  const pid_t child = fork();
  if (child == 0) {
    if (freopen(out.c_str(), "w", stdout) == nullptr) _exit(126);
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramRun run_program(const std::string& program, const std::vector<std::string>& arguments) {
  const Folder folder;
  ProgramRun run;
  run.exit_code = wait_for(start(program, arguments, folder / "out", folder / "err"));
  run.out = read_text(folder / "out");
  run.err = read_text(folder / "err");
  return run;
}

ProgramRun shell(const std::string& script) { return run_program("/bin/sh", {"-c", script}); }

ProgramRun amitwin(const std::vector<std::string>& arguments) {
  return run_program(AMITWIN_PROGRAM, arguments);
}

pid_t start_amitwin(const std::vector<std::string>& arguments) {
  return start(AMITWIN_PROGRAM, arguments, "/dev/null", "/dev/null");
}

std::string digest_of(const std::string& result) {
  const ProgramRun run = amitwin({"digest", result});
  const std::size_t total = run.out.find("  total");
  if (run.exit_code != 0 || total == std::string::npos || total < 64) return "";
  return run.out.substr(total - 64, 64);
}

std::map<std::string, double> kpis_in(const std::string& summary_path) {
  std::map<std::string, double> kpis;
  const auto json = nlohmann::json::parse(read_text(summary_path), nullptr, false);
  if (!json.is_object() || !json.contains("kpi")) return kpis;
  for (const auto& [name, kpi] : json["kpi"].items()) {
    if (kpi["value"].is_number()) kpis[name] = kpi["value"].get<double>();
  }
  return kpis;
}

std::vector<double> column_of(const std::string& result, const std::string& table,
                              const std::string& column) {
  std::vector<double> cells;
  const auto file = sim::result::TableFileReader::open(result);
  const sim::result::TableSchema* schema = file ? file->find(table) : nullptr;
  std::vector<std::uint8_t> rows;
  if (schema == nullptr || !file->read(*schema, 0, file->rows_of(*schema), rows)) {
    ADD_FAILURE() << result << ": no table " << table;
    return cells;
  }
  for (const sim::result::Column& candidate : schema->columns) {
    if (candidate.name != column) continue;
    for (std::size_t at = 0; at < rows.size(); at += schema->row_bytes) {
      cells.push_back(sim::result::cell_number(candidate, rows.data() + at));
    }
  }
  return cells;
}

// ---- A run in a child ----

double Finished::kpi(const std::string& name) const {
  const auto found = kpis.find(name);
  if (found == kpis.end()) ADD_FAILURE() << "no figure " << name;
  return found == kpis.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

Finished run_in_child(const Scenario& scenario, const Folder& folder, sim::run::RunOptions options,
                      const sim::run::LoadTable* measured) {
  options.folder = folder.path();
  const std::string answer = folder / "outcome.txt";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const sim::run::RunOutcome outcome = sim::run::run_scenario(scenario, measured, options);
    std::ofstream out(answer);
    out.precision(17);
    out << outcome.summary.digest << '\n' << outcome.error << '\n';
    for (const auto& kpi : outcome.summary.kpis) out << kpi.name << ' ' << kpi.value << '\n';
    out.close();
    _exit(0);
  }
  Finished finished;
  const int code = wait_for(child);
  if (code != 0) {
    finished.error = "the child ended with " + std::to_string(code);
    return finished;
  }
  std::ifstream in(answer);
  std::getline(in, finished.digest);
  std::getline(in, finished.error);
  std::string name, value;
  while (in >> name >> value) finished.kpis[name] = std::strtod(value.c_str(), nullptr);
  return finished;
}

Scenario street(std::int64_t meters, double hours) {
  Scenario scenario;
  scenario.general.name = "street";
  scenario.general.duration_h = hours;
  scenario.general.collect_h = 1;
  scenario.meters.count = meters;
  scenario.meters.push_period_s = 900;
  scenario.meters.push_spread_s = 120;
  scenario.cm1.start_spread_s = 20;
  scenario.hes.gap_check_s = 300;
  scenario.file = "in-code.toml";
  return scenario;
}

sim::run::LoadTable steady_load(const Scenario& scenario, double active_w) {
  sim::run::LoadTable table;
  table.first_utc_s = scenario.general.start_utc_s;
  table.interval_s = 1800;
  table.n_intervals = static_cast<std::size_t>(scenario.end() / (1800 * kernel::kNsPerSecond) + 4);
  const std::vector<double> energies(table.n_intervals, active_w / 2);
  for (std::int64_t meter = 0; meter < scenario.meters.count; ++meter) {
    table.homes.push_back({"home", energies});
  }
  return table;
}

TimeNs clock(int hour, int minute, double second) {
  return hour * kernel::kNsPerHour + minute * kernel::kNsPerMinute +
         std::llround(second * kernel::kNsPerSecond);
}

namespace {

Event event(TimeNs at, EventType type, std::uint32_t meter) {
  Event made;
  made.at = at;
  made.type = type;
  if (meter != 0) made.meters = MeterSet::one(meter);
  return made;
}

}  // namespace

Event relay(TimeNs at, std::uint32_t meter, sim::run::RelayOrder order) {
  Event made = event(at, EventType::relay, meter);
  made.value = order;
  return made;
}
Event clock_shift(TimeNs at, std::uint32_t meter, double shift_s) {
  Event made = event(at, EventType::clock_shift, meter);
  made.shift_s = shift_s;
  return made;
}
Event clock_error(TimeNs at, std::uint32_t meter, double shift_s) {
  Event made = event(at, EventType::clock_error, meter);
  made.shift_s = shift_s;
  return made;
}
Event outage(TimeNs at, std::uint32_t meter, double duration_s) {
  Event made = event(at, EventType::outage, meter);
  made.duration_s = duration_s;
  return made;
}
Event sag(TimeNs at, std::uint32_t meter, double duration_ms, double residual) {
  Event made = event(at, EventType::sag, meter);
  made.duration_ms = duration_ms;
  made.residual = residual;
  return made;
}
Event network_loss(TimeNs at, double duration_s) {
  Event made = event(at, EventType::network_loss, 0);
  made.duration_s = duration_s;
  return made;
}

void set_events(Scenario& scenario, std::vector<Event> events) {
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  scenario.events = std::move(events);
}

void expect_nothing_wrong(const Finished& run, std::initializer_list<std::string> but) {
  ASSERT_EQ(run.error, "");
  EXPECT_GT(run.kpi("intervals_expected"), 0);
  for (const char* name :
       {"intervals_lost",     "intervals_duplicated", "truth_mismatches",    "truth_unknown",
        "status_mismatches",  "flash_lost",           "flash_duplicated",    "flash_mismatches",
        "flash_differing",    "flash_unread",         "closings_lost",       "closings_duplicated",
        "rows_misnumbered",   "orders_failed",        "monthly_lost",        "monthly_duplicated",
        "monthly_mismatches", "event_mismatches",     "errors_beyond_model", "sag_mismatches",
        "outage_mismatches"}) {
    if (std::find(but.begin(), but.end(), name) != but.end()) continue;
    EXPECT_EQ(run.kpi(name), 0) << name;
  }
}

namespace {

std::vector<sim::run::HeldRow> rows_of(const Scenario& scenario, const Folder& folder,
                                       std::uint32_t meter, const protocol::cosem::Obis& profile) {
  hes::Store store({sim::run::HeadEnd::store_path(folder.path()), false, false});
  const hes::Inventory inventory = sim::run::head_end_inventory(scenario);
  store.set_meters(inventory, sim::run::engine_config(scenario).zone);
  return sim::run::stored_rows(store, meter - 1, profile);
}

}  // namespace

std::vector<sim::run::HeldRow> head_end_rows(const Scenario& scenario, const Folder& folder,
                                             std::uint32_t meter) {
  return rows_of(scenario, folder, meter, hes::kLoadProfile);
}
std::vector<sim::run::HeldRow> head_end_closings(const Scenario& scenario, const Folder& folder,
                                                 std::uint32_t meter) {
  return rows_of(scenario, folder, meter, hes::kDailyClosing);
}

}  // namespace scenario_test
