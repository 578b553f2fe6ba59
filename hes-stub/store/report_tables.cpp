// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/report_tables.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/cosem/obis.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {

namespace p32 = protocol::p32;
using p32::shape;

namespace {

// Where the lines of reports go. Columns are the keys and those of `more` (of the line, of what is
// around it, or concentrator, arrival_ns, alarm, ordinal), then whatever else the line has.
struct Table {
  const char* name = nullptr;  // nullptr: not stored here
  std::string_view keys = {};  // blanks between; none: every report adds rows
  std::string_view more = {};
  const char* again = "";       // what a known key does
  std::string_view needs = {};  // a line without it is no row
};
template <typename T>
constexpr Table kTable{};
template <>
constexpr Table kTable<p32::InventoryMeter>{"concentrator_meter", "concentrator meter",
                                            "arrival_ns", "OR REPLACE "};
template <>
constexpr Table kTable<p32::Reading>{"reading", "", "meter arrival_ns clock_utc_s"};
template <>
constexpr Table kTable<p32::MeterEvent>{"meter_event",
                                        "meter alarm log stamp_utc_s code capture_counter ordinal",
                                        "arrival_ns", "OR IGNORE "};
template <>
constexpr Table kTable<p32::ConcentratorParametersReport>{"concentrator_parameters", "concentrator",
                                                          "arrival_ns", "OR REPLACE "};
template <>
constexpr Table kTable<p32::ConcentratorEvent>{"concentrator_event", "concentrator number", "",
                                               "OR IGNORE "};
template <>
constexpr Table kTable<p32::RelayMeter>{"relay_status", "", "meter arrival_ns", "", "read_ms"};
template <>
constexpr Table kTable<p32::ClockMeter>{"clock_status", "", "meter arrival_ns", "", "read_ms"};
template <>
constexpr Table kTable<p32::FirmwareTarget>{"firmware_status", "",
                                            "concentrator target arrival_ns campaign"};
template <>
constexpr Table kTable<p32::StatisticsReport>{"statistics", "concentrator until_ms", "",
                                              "OR REPLACE "};
template <>
constexpr Table kTable<p32::NodeStatistics>{"node_statistics", "concentrator until_ms meter", "",
                                            "OR REPLACE "};

using Value = std::variant<std::monostate, std::int64_t, std::string>;
struct ReportColumn {
  std::string name;
  Value value;
  const char* type = value.index() == 2 ? " TEXT" : " INTEGER";
};
// Of 64 bits without a sign. SQLite's integers have one: what does not fit is kept as its digits,
// and a column of a numeric type would make a floating point number of these.
constexpr const char* kWide = "";

Value value_of(const std::string& value) { return value; }
Value value_of(const protocol::cosem::Obis& value) {
  return std::string(protocol::cosem::ObisText(value).view());
}
template <typename T>
requires std::integral<T> || std::is_enum_v<T> Value value_of(T value) {
  if constexpr (std::same_as<T, std::uint64_t>) {
    if (value > INT64_MAX) return std::to_string(value);
  }
  return static_cast<std::int64_t>(value);
}

// "snrDown" in "cb": snr_down_cb
std::string column_of(std::string_view attribute, const p32::As& as, const char* unit = nullptr) {
  if (as.column != nullptr) return as.column;
  std::string name;
  for (const char c : attribute) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !name.empty()) name += '_';
    name += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (as.unit != nullptr) unit = as.unit;
  return unit == nullptr ? name : name + '_' + unit;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    words.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

constexpr const char* kErrorSchema =
    "CREATE TABLE IF NOT EXISTS report_error(concentrator INTEGER NOT NULL, "
    "arrival_ns INTEGER NOT NULL, report TEXT, meter INTEGER, category TEXT, code INTEGER)";

}  // namespace

// One report on its way into the tables, or, with a database, an empty one that makes them.
struct ReportTables::Walk {
  ReportTables& tables;
  Database* makes = nullptr;
  p32::ReportKind kind{};
  std::int64_t concentrator = 0;
  UtcNs arrival = 0;
  const MeterIds* meters = nullptr;
  // The same line may come twice in a report: an event within one second.
  std::map<std::vector<Value>, std::int64_t> seen = {};

  std::int64_t meter_id(const std::string& serial) const {
    if (meters == nullptr) return 0;
    const auto found = meters->find(serial);
    return found == meters->end() ? 0 : found->second;
  }
  void put(const Table& table, const std::vector<ReportColumn>& columns) {
    if (makes != nullptr) return make(table, columns);
    Statement& insert = tables.inserts_.at(table.name);
    int index = 0;
    for (const ReportColumn& column : columns) {
      if (column.name == table.needs && column.value.index() == 0) return;
    }
    for (const ReportColumn& column : columns) {
      std::visit([&](const auto& value) { bind_one(insert, index++, value); }, column.value);
    }
    insert.run();
  }
  void make(const Table& table, const std::vector<ReportColumn>& columns) {
    if (tables.inserts_.contains(table.name)) return;
    const std::vector<std::string> keys = words_of(table.keys);
    std::string create = std::string("CREATE TABLE IF NOT EXISTS ") + table.name + '(';
    std::string places;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (k > 0) create += ", ";
      create += columns[k].name + columns[k].type;
      if (k < keys.size()) create += " NOT NULL";
      places += k > 0 ? ",?" : "?";
    }
    if (!keys.empty()) {
      create += ", PRIMARY KEY(";
      for (const std::string& key : keys) create += (&key == &keys[0] ? "" : ",") + key;
      create += ")) WITHOUT ROWID";
    } else {
      create += ')';
    }
    makes->execute(create);
    const std::string insert =
        std::string("INSERT ") + table.again + "INTO " + table.name + " VALUES(" + places + ')';
    tables.inserts_.emplace(table.name, makes->prepare(insert.c_str()));
  }
};

// One element of a report; walks its shape (protocol/hosted/p32/shape.hpp).
class ReportTables::Line {
 public:
  static constexpr bool kReads = false;

  Line(Walk& walk, const Line* around) : walk_(walk), around_(around) {}

  template <typename T>
  void put(const T& value) {
    shape(*this, value);
    if constexpr (kTable<T>.name != nullptr) walk_.put(kTable<T>, row(kTable<T>));
  }

  template <typename T>
  void required(const char* name, const T& value, const p32::As& as = {}) {
    add(column_of(name, as), value_of(value));
    if constexpr (std::same_as<T, std::uint64_t>) columns_.back().type = kWide;
  }
  void required(const char* name, const std::string& value, const p32::As& as = {}) {
    const std::string column = column_of(name, as);
    if (column == "meter" || column == "target") meter_ = walk_.meter_id(value);
    add(column, column == "meter" ? value_of(meter_) : value_of(value));
  }
  template <typename T>
  void optional(const char* name, const std::optional<T>& value, const p32::As& as = {}) {
    required(name, value.value_or(T{}), as);
    clear_unless(value.has_value(), columns_.size() - 1);
  }
  template <typename T>
  void unless(const char* name, const T& value, const T&, const p32::As& as = {}) {
    required(name, value, as);
  }
  template <typename T>
  void unless_empty(const char* name, const T& value, const p32::As& as = {}) {
    required(name, value, as);
  }
  template <typename List>
  void list(const char*, const List&) {}  // registers of rows, which are stored elsewhere
  void time(const char* name, p32::UtcMs at, const p32::As& as = {}) {
    add(column_of(name, as, "ms"), at);
  }
  void time(const char* name, const std::optional<p32::UtcMs>& at, const p32::As& as = {}) {
    time(name, at.value_or(0), as);
    clear_unless(at.has_value(), columns_.size() - 1);
  }
  void local(const char*, const p32::MeterTime& at) {
    add(prefix_.empty() ? "stamp_utc_s" : "utc_s", at.utc_s);
  }
  void hex_octet(const char* name, std::uint8_t value, const p32::As& as = {}) {
    required(name, value, as);
  }
  void failure(const std::optional<p32::Failure>& failure) {
    if (!failure) return;
    hes::put(walk_.tables.error_, walk_.concentrator, walk_.arrival, p32::name_of(walk_.kind),
             meter_, p32::name_of(failure->category), failure->code);
  }
  void meters(const std::vector<std::string>&) {}
  template <typename T>
  void element(const char*, const T& value) {
    shape(*this, value);
  }
  template <typename T>
  void maybe_element(const char* name, const std::optional<T>& value) {
    const std::size_t before = columns_.size();
    prefix_ = column_of(name, {}) + '_';
    const T empty{};
    shape(*this, value ? *value : empty);
    prefix_.clear();
    clear_unless(value.has_value(), before);
  }
  template <typename T>
  void elements(const char* name, const std::vector<T>& lines, const p32::Occurs& = {}) {
    const std::vector<T> one(walk_.makes != nullptr ? 1 : 0);
    for (const T& line : walk_.makes != nullptr ? one : lines) Line(walk_, this).put(line);
    if constexpr (kTable<T>.name == nullptr) {
      columns_.push_back({column_of(name, {}) + 's', value_of(lines.size())});
    }
  }

 private:
  // Columns from there on are of something that is absent.
  void clear_unless(bool there, std::size_t from) {
    if (there || walk_.makes != nullptr) return;
    for (; from < columns_.size(); ++from) columns_[from].value.emplace<0>();
  }
  void add(const std::string& name, Value value) {
    columns_.push_back({prefix_ + name, std::move(value)});
  }
  const ReportColumn* find(const std::string& name) const {
    for (const ReportColumn& column : columns_) {
      if (column.name == name) return &column;
    }
    return around_ == nullptr ? nullptr : around_->find(name);
  }
  ReportColumn leading(const std::string& name, const std::vector<ReportColumn>& before) {
    if (const ReportColumn* const found = find(name)) return *found;
    if (name == "concentrator") return {name, walk_.concentrator};
    if (name == "arrival_ns") return {name, walk_.arrival};
    if (name == "alarm") return {name, value_of(walk_.kind == p32::ReportKind::alarms)};
    std::vector<Value> key;
    for (const ReportColumn& column : before) key.push_back(column.value);
    return {name, walk_.seen[key]++};  // ordinal
  }
  std::vector<ReportColumn> row(const Table& table) {
    std::vector<ReportColumn> columns;
    for (const std::string_view part : {table.keys, table.more}) {
      for (const std::string& name : words_of(part)) columns.push_back(leading(name, columns));
    }
    const std::size_t leading_columns = columns.size();
    for (ReportColumn& column : columns_) {
      bool there = false;
      for (std::size_t k = 0; k < leading_columns; ++k) there |= columns[k].name == column.name;
      if (!there) columns.push_back(std::move(column));
    }
    return columns;
  }

  Walk& walk_;
  const Line* around_;
  std::string prefix_;
  std::int64_t meter_ = 0;
  std::vector<ReportColumn> columns_;
};

ReportTables::ReportTables(Database& database)
    : error_(database.with_schema(kErrorSchema)
                 .prepare("INSERT INTO report_error VALUES(?,?,?,?,?,?)")) {
  for (std::size_t k = 0; k < p32::kReportKinds; ++k) {
    Walk walk{*this, &database};
    const p32::ReportBody body = p32::body_of(static_cast<p32::ReportKind>(k));
    std::visit([&](const auto& report) { Line(walk, nullptr).put(report); }, body);
  }
}

void ReportTables::write(const p32::Report& report, std::int64_t concentrator, UtcNs arrival,
                         const MeterIds& meters) {
  Walk walk{*this, nullptr, report.kind(), concentrator, arrival, &meters};
  std::visit([&](const auto& body) { Line(walk, nullptr).put(body); }, report.body);
}

}  // namespace hes
