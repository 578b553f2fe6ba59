// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/table_schema.hpp"

#include <bit>
#include <cstring>

#include "sim/result/columns.hpp"
#include "sim/result/kpi.hpp"

namespace sim::result {
namespace {

static_assert(std::endian::native == std::endian::little, "packed rows are little-endian");

constexpr const char* kMeter = "meter number, from 1";
constexpr const char* kStamp = "end of the interval, seconds since 1970";

template <typename Row>
Columns<Row>& identity(Columns<Row>& columns) {
  return columns("meter", "", &Row::meter, kMeter)("stamp_utc_s", "s", &Row::stamp_utc_s, kStamp)(
      "deviation_min", "min", &Row::deviation_min, "local time + deviation = UTC")(
      "status", "", &Row::status,
      "bits: 0 critical error, 1 clock invalid, 2 data not valid, 3 daylight saving, 5 clock "
      "adjusted, 7 power down")("ordinal", "", &Row::ordinal,
                                "tells rows with the same stamp apart, from 0");
}

TableSchema meters() {
  using R = MeterRow;
  Columns<R> columns("meters", "The street, one row a meter.");
  columns("meter", "", &R::meter, kMeter)("serial", "", &R::serial, "serial number")(
      "logical_device_name", "", &R::logical_device_name, "COSEM logical device name")(
      "system_title", "", &R::system_title, "hexadecimal")("model", "", &R::model, "meter type")(
      "firmware", "", &R::firmware, "firmware identification")("tier", "", &R::tier,
                                                               "1 every ADC sample, 2 fleet")(
      "capture_period_s", "s", &R::capture_period_s, "of the load profile")(
      "pv", "", &R::pv, "1 with a photovoltaic plant")("clock_ppm", "ppm", &R::clock_ppm,
                                                       "rate error of the real-time clock")(
      "home", "", &R::home, "column of the CSV; empty: household model");
  return columns.done();
}

TableSchema head_end_rows() {
  Columns<HeadEndRow> columns("rows", "Load profile as the head-end has it at the end.");
  identity(columns).registers (&HeadEndRow::registers)(
      "arrival_utc_s", "s", &HeadEndRow::arrival_utc_s, "when the head-end stored it");
  return columns.done();
}

TableSchema truth() {
  using R = TruthRow;
  Columns<R> columns(
      "truth",
      "What really went through the meters from the start to the stamp, summed from "
      "phasors by code that shares nothing with the meter; one row for each expected "
      "row of the profile.");
  columns("meter", "", &R::meter, kMeter)("stamp_utc_s", "s", &R::stamp_utc_s, kStamp)(
      "ap_wh", "Wh", &R::ap_wh, "import")("am_wh", "Wh", &R::am_wh, "export")(
      "r1_varh", "varh", &R::r1_varh, "quadrant I")("r2_varh", "varh", &R::r2_varh, "quadrant II")(
      "r3_varh", "varh", &R::r3_varh, "quadrant III")("r4_varh", "varh", &R::r4_varh,
                                                      "quadrant IV")(
      "known", "", &R::known, "0: the source has a gap here, the row is not compared");
  return columns.done();
}

TableSchema flash_rows() {
  Columns<FlashRow> columns("flash_rows", "Load profile in the meters' flash at the end.");
  identity(columns).registers(&FlashRow::registers);
  return columns.done();
}

TableSchema closings() {
  Columns<ClosingRow> columns("closings", "Daily closings as the head-end has them at the end.");
  identity(columns).registers (&ClosingRow::registers)(
      "arrival_utc_s", "s", &ClosingRow::arrival_utc_s, "when the head-end stored it");
  return columns.done();
}

TableSchema orders() {
  using R = OrderRow;
  Columns<R> columns("orders", "Orders the head-end gave.");
  columns("order", "", &R::order, "number of the order")("meter", "", &R::meter, kMeter)(
      "type", "", &R::type, "relay, clock_shift")("value", "", &R::value, "what was ordered")(
      "issued_s", "s", &R::issued_s, "from the start of the scenario")(
      "done_s", "s", &R::done_s, "confirmed by the meter; NaN never")(
      "attempts", "", &R::attempts, "requests sent")("outcome", "", &R::outcome,
                                                     "done, failed, pending");
  return columns.done();
}

TableSchema sessions() {
  using R = SessionRow;
  Columns<R> columns("sessions", "Connections the head-end accepted.");
  columns("session", "", &R::session, "number of the connection")("meter", "", &R::meter, kMeter)(
      "opened_s", "s", &R::opened_s, "from the start of the scenario")(
      "closed_s", "s", &R::closed_s, "NaN: open at the end")("bytes_up", "B", &R::bytes_up,
                                                             "application octets from the module")(
      "bytes_down", "B", &R::bytes_down, "application octets to the module")(
      "reason", "", &R::reason, "why it ended");
  return columns.done();
}

TableSchema messages() {
  using R = MessageRow;
  Columns<R> columns("messages", "What passed between modules and head-end.");
  columns("kind", "", &R::kind,
          "announce, heartbeat, push, pull, closing, clock, order, association, learn")(
      "meter", "", &R::meter, kMeter)("t_s", "s", &R::t_s, "complete at the receiver")(
      "latency_s", "s", &R::latency_s,
      "push: since its newest row was captured; others: first request to last answer")(
      "bytes", "B", &R::bytes, "application octets");
  return columns.done();
}

TableSchema traffic() {
  using R = TrafficRow;
  Columns<R> columns("traffic", "Octets over the air by hour, headers and repetitions included.");
  columns("hour", "h", &R::hour, "hour from the start of the scenario, from 0")(
      "kind", "", &R::kind,
      "as in messages for payload; tcp/ip headers, retransmission, tcp keepalive, signalling")(
      "bytes_up", "B", &R::bytes_up, "from the modules")("bytes_down", "B", &R::bytes_down,
                                                         "to the modules");
  return columns.done();
}

TableSchema events() {
  using R = EventRow;
  Columns<R> columns("events", "What the scenario made happen, and notable events of the run.");
  columns("t_s", "s", &R::t_s, "from the start of the scenario")(
      "type", "", &R::type, "as in [[event]]")("meters", "", &R::meters, "whom it concerns")(
      "value", "", &R::value, "shift, duration; NaN none")("text", "", &R::text, "for people");
  return columns.done();
}

TableSchema power() {
  using R = PowerRow;
  Columns<R> columns("power", "Load of the home that the report plots, one row a grid step.");
  columns("meter", "", &R::meter, kMeter)("t_s", "s", &R::t_s, "start of the step")(
      "active_w", "W", &R::active_w, "import positive")(
      "reactive_var", "var", &R::reactive_var, "inductive positive")("known", "", &R::known,
                                                                     "0: gap of the source");
  return columns.done();
}

TableSchema kpi() {
  using R = KpiRow;
  Columns<R> columns("kpi", "Figures of the run and what the scenario expects of them.");
  columns("name", "", &R::name, "docs/scenario-reference.md lists them")(
      "value", "", &R::value, "NaN: not measured")("unit", "", &R::unit, "of value and limit")(
      "limit", "", &R::limit, "empty: nothing is expected")("pass", "", &R::pass,
                                                            "0: an expectation fails");
  return columns.done();
}

template <typename T>
T read(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

const char* cell_type_name(CellType type) {
  static constexpr const char* kNames[] = {"u8", "u16", "u32", "u64", "i16", "i64", "f64", "text"};
  return kNames[static_cast<std::size_t>(type)];
}

const std::vector<TableSchema>& table_schemas() {
  static const std::vector<TableSchema> all = [] {
    std::vector<TableSchema> each = {
        meters(),   head_end_rows(), truth(),   flash_rows(), closings(), orders(),
        sessions(), messages(),      traffic(), events(),     power(),    kpi(),
    };
    add_power_line_schemas(each);
    return each;
  }();
  return all;
}

void pack_row(const TableSchema& schema, std::uint16_t replicate, const void* row,
              std::vector<std::uint8_t>& out) {
  const std::size_t at = out.size();
  out.resize(at + schema.row_bytes);
  std::memcpy(out.data() + at, &replicate, sizeof replicate);
  for (std::size_t i = 1; i < schema.columns.size(); ++i) {
    const Column& column = schema.columns[i];
    std::memcpy(out.data() + at + column.offset,
                static_cast<const std::uint8_t*>(row) + column.struct_offset, column.bytes);
  }
}

double cell_number(const Column& column, const std::uint8_t* row) {
  const std::uint8_t* const at = row + column.offset;
  switch (column.type) {
    case CellType::u8:
      return *at;
    case CellType::u16:
      return read<std::uint16_t>(at);
    case CellType::u32:
      return read<std::uint32_t>(at);
    case CellType::u64:
      return static_cast<double>(read<std::uint64_t>(at));
    case CellType::i16:
      return read<std::int16_t>(at);
    case CellType::i64:
      return static_cast<double>(read<std::int64_t>(at));
    case CellType::f64:
      return read<double>(at);
    case CellType::text:
      break;
  }
  return kNotKnown;
}

std::string cell_text(const Column& column, const std::uint8_t* row) {
  const std::uint8_t* const at = row + column.offset;
  switch (column.type) {
    case CellType::u64:
      return std::to_string(read<std::uint64_t>(at));
    case CellType::i64:
      return std::to_string(read<std::int64_t>(at));
    case CellType::text:
      break;
    default:
      return number_text(cell_number(column, row));
  }
  const char* const begin = reinterpret_cast<const char*>(at);
  return std::string(begin, std::find(begin, begin + column.bytes, '\0'));
}

std::string schema_page() {
  std::string page =
      "# result.h5\n\n"
      "Generated from `sim/result/table_schema.cpp`; do not edit. `TWIN_UPDATE=1` with the test "
      "`unit_result` rewrites it.\n\n"
      "One HDF5 file a run, the same octets for the same scenario, seed and build. Each table is a "
      "one-dimensional dataset of records; in Python\n\n"
      "```python\n"
      "import h5py, pandas\n"
      "with h5py.File(\"out/result.h5\", \"r\") as f:\n"
      "    rows = pandas.DataFrame(f[\"rows\"][:])\n"
      "    print(f.attrs[\"scenario\"], f[\"rows\"].attrs[\"units\"])\n"
      "```\n\n"
      "The attributes of the file are `schema_version` (" +
      std::to_string(kSchemaVersion) +
      "), `scenario`, `scenario_sha256` (of the scenario's text and the `--set` overrides), "
      "`seed`, "
      "`start_utc`, `simulated_s` and `state`. Each dataset has `units`, one text a column in the "
      "order of the columns, and `doc`.\n\n"
      "`state` is `complete`, or `running` in the file a run that was killed leaves behind: its "
      "tables are then virtual datasets over the closed files in `parts/`, which must stay beside "
      "it.\n\n"
      "`replicate` numbers repetitions of a scenario with other seeds; one run has replicate 0. "
      "Meters are counted from 1. Plain seconds count from the start of the scenario, `*_utc_s` "
      "since 1970. NaN: never happened, or not known. No figure depends on the machine or on how "
      "long the run took: those stand in `summary.json`.\n";
  for (const TableSchema& table : table_schemas()) {
    page += "\n## " + table.name + "\n" + table.doc + "\n\n| column | type | unit | meaning |\n" +
            "|---|---|---|---|\n";
    for (const Column& column : table.columns) {
      const bool text = column.type == CellType::text;
      page += "| `" + column.name + "` | " + cell_type_name(column.type) +
              (text ? " " + std::to_string(column.bytes) : "") + " | " + column.unit + " | " +
              column.doc + " |\n";
    }
  }
  return page;
}

}  // namespace sim::result
