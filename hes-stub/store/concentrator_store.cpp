// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// De-duplication and the queues of orders and requests.
#include "hes-stub/store/concentrator_store.hpp"

#include <algorithm>
#include <iterator>

#include "protocol/bytes.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"

namespace hes {
namespace {

constexpr const char* kConcentratorSchema = R"(
CREATE TABLE IF NOT EXISTS concentrator(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seen BLOB,
  seq_reserved INTEGER NOT NULL DEFAULT 0, order_seq INTEGER NOT NULL DEFAULT 0,
  restarts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS concentrator_item(
  concentrator INTEGER NOT NULL, seq INTEGER NOT NULL, xml TEXT NOT NULL, acked INTEGER NOT NULL,
  order_id INTEGER, serial TEXT, kind INTEGER, value INTEGER, class INTEGER, instance BLOB,
  attribute INTEGER, valid_from_ns INTEGER, valid_until_ns INTEGER, submitted_ns INTEGER,
  first_sent_ns INTEGER, attempts INTEGER, PRIMARY KEY(concentrator, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS firmware_image(sha256 BLOB PRIMARY KEY, container BLOB NOT NULL);
)";

}  // namespace

bool SeqSet::contains(std::uint64_t seq) const {
  const auto after = runs_.upper_bound(seq);
  return after != runs_.begin() && std::prev(after)->second >= seq;
}

bool SeqSet::insert(std::uint64_t seq) {
  if (contains(seq)) return false;
  auto after = runs_.upper_bound(seq);
  const bool joins_next = after != runs_.end() && after->first == seq + 1;
  const std::uint64_t last = joins_next ? after->second : seq;
  if (joins_next) after = runs_.erase(after);
  const auto before = after == runs_.begin() ? runs_.end() : std::prev(after);
  if (before != runs_.end() && before->second + 1 == seq) {
    before->second = last;
  } else {
    runs_.emplace_hint(after, seq, last);
  }
  if (runs_.size() > kMaxRuns) {
    const auto second = std::next(runs_.begin());
    runs_.begin()->second = second->second;
    runs_.erase(second);
  }
  return true;
}

std::optional<std::uint64_t> SeqSet::contiguous() const {
  if (runs_.empty() || runs_.begin()->first > 1) return std::nullopt;
  return runs_.begin()->second;
}

std::vector<std::uint8_t> SeqSet::write() const {
  std::vector<std::uint8_t> octets(runs_.size() * 16);
  protocol::Writer out(octets);
  for (const auto& [first, last] : runs_) {
    out.u64(first);
    out.u64(last);
  }
  return octets;
}

bool SeqSet::read(std::span<const std::uint8_t> octets) {
  runs_.clear();
  protocol::Reader in(octets);
  std::uint64_t least = 0;
  while (in.remaining() >= 16) {
    const std::uint64_t first = in.u64();
    const std::uint64_t last = in.u64();
    if (first < least || last < first || runs_.size() >= kMaxRuns) return false;
    runs_.emplace_hint(runs_.end(), first, last);
    if (last > UINT64_MAX - 2) break;
    least = last + 2;  // runs never touch
  }
  return in.at_end();
}

ConcentratorStore::ConcentratorStore(Database& database)
    : database_(database),
      put_record_(database.with_schema(kConcentratorSchema)
                      .prepare("UPDATE concentrator SET seen=?, seq_reserved=?, order_seq=?, "
                               "restarts=? WHERE id=?")),
      put_item_(database.prepare("INSERT OR REPLACE INTO concentrator_item "
                                 "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")),
      erase_item_(database.prepare("DELETE FROM concentrator_item WHERE concentrator=? AND seq=?")),
      report_tables_(database) {}

void ConcentratorStore::set_inventory(const Inventory& inventory) {
  serials_.clear();
  for (const MeterEntry& meter : inventory.meters()) serials_.push_back(meter.serial);
  ids_.clear();
  records_.clear();
  meter_ids_.clear();
  Statement put_name = database_.prepare(
      "INSERT INTO concentrator(name) VALUES(?) ON CONFLICT(name) DO UPDATE SET name=excluded.name "
      "RETURNING id,coalesce(seen,x''),seq_reserved,order_seq,restarts");
  for (const ConcentratorEntry& entry : inventory.concentrators()) {
    put_name.bind(0, entry.id);
    put_name.step();
    ids_.push_back(put_name.integer(0));
    ConcentratorRecord& record = records_.emplace_back();
    record.seen.read(put_name.blob(1));
    record.seq_reserved = static_cast<std::uint64_t>(put_name.integer(2));
    record.order_seq = static_cast<std::uint64_t>(put_name.integer(3));
    record.restarts = static_cast<std::uint32_t>(put_name.integer(4));
    put_name.run();
  }
  Statement meters = database_.prepare("SELECT serial,id FROM meter");
  while (meters.step()) meter_ids_[meters.text(0)] = meters.integer(1);
}

void ConcentratorStore::touch(ConcentratorIndex concentrator) {
  const auto at = std::find(dirty_records_.begin(), dirty_records_.end(), concentrator);
  if (at == dirty_records_.end()) dirty_records_.push_back(concentrator);
}

bool ConcentratorStore::dirty() const {
  return !items_.empty() || !dirty_records_.empty() || !reports_.empty();
}
void ConcentratorStore::put_item(const StoredItem& item) {
  items_[{item.concentrator, item.seq}] = item;
}
void ConcentratorStore::erase_item(ConcentratorIndex concentrator, std::uint64_t seq) {
  items_[{concentrator, seq}] = std::nullopt;
}
void ConcentratorStore::add_report(ConcentratorIndex concentrator, UtcNs arrival,
                                   protocol::p32::Report report) {
  reports_.push_back({concentrator, arrival, std::move(report)});
}

ConcentratorStore::Container ConcentratorStore::load_image(std::span<const std::uint8_t> sha256) {
  Container& image = images_[{sha256.begin(), sha256.end()}];
  if (image != nullptr) return image;
  Statement one = database_.prepare("SELECT container FROM firmware_image WHERE sha256=?");
  bind_all(one, sha256);
  if (!one.step()) return nullptr;
  const auto octets = one.blob(0);
  return image = std::make_shared<std::vector<std::uint8_t>>(octets.begin(), octets.end());
}

// In the file before the first of its orders; what that is known by.
std::vector<std::uint8_t> ConcentratorStore::write_image(const Container& container) {
  for (const auto& [digest, known] : images_) {
    if (known == container) return digest;
  }
  const auto digest = protocol::image::sha256(*container);
  std::vector<std::uint8_t> name(digest.begin(), digest.end());
  Statement put_image =
      database_.prepare("INSERT OR IGNORE INTO firmware_image(sha256,container) VALUES(?,?)");
  put(put_image, std::span<const std::uint8_t>(name), std::span<const std::uint8_t>(*container));
  images_[name] = container;
  return name;
}

std::vector<StoredItem> ConcentratorStore::load_items() {
  std::vector<StoredItem> items;
  Statement all = database_.prepare("SELECT * FROM concentrator_item ORDER BY concentrator, seq");
  while (all.step()) {
    const auto at = std::find(ids_.begin(), ids_.end(), all.integer(0));
    if (at == ids_.end()) continue;  // no longer in the inventory
    StoredItem item;
    item.concentrator = static_cast<ConcentratorIndex>(at - ids_.begin());
    item.seq = static_cast<std::uint64_t>(all.integer(1));
    item.xml = all.text(2);
    item.acked = all.integer(3) != 0;
    if (!all.is_null(4)) {
      OrderResult& result = item.order.emplace();
      result.id = static_cast<OrderId>(all.integer(4));
      const auto serial = std::find(serials_.begin(), serials_.end(), all.text(5));
      if (serial == serials_.end()) continue;
      result.order.meter = static_cast<MeterIndex>(serial - serials_.begin());
      result.order.kind = static_cast<OrderKind>(all.integer(6));
      result.order.value_s = all.integer(7);
      result.order.attribute.class_id = static_cast<protocol::cosem::ClassId>(all.integer(8));
      auto& octets = result.order.attribute.instance.octets;
      const auto instance = all.blob(9);
      if (result.order.kind == OrderKind::image) {
        result.order.image = load_image(instance);
        if (result.order.image == nullptr) continue;
      } else if (has_plan(result.order.kind)) {
        result.order.plan.assign(instance.begin(), instance.end());
      } else {
        std::copy_n(instance.begin(), std::min(instance.size(), octets.size()), octets.begin());
      }
      result.order.attribute.index = static_cast<std::int8_t>(all.integer(10));
      result.order.valid_from = all.integer(11);
      result.order.valid_until = all.integer(12);
      result.submitted = all.integer(13);
      result.first_sent = all.integer(14);
      result.attempts = static_cast<std::uint32_t>(all.integer(15));
    }
    items.push_back(std::move(item));
  }
  database_.execute(
      "DELETE FROM firmware_image WHERE sha256 NOT IN (SELECT instance FROM "
      "concentrator_item WHERE instance IS NOT NULL)");
  return items;
}

void ConcentratorStore::add_events(const std::string& serial, UtcNs arrival,
                                   std::span<const StoredEvent> events) {
  namespace p32 = protocol::p32;
  for (const bool alarm : {false, true}) {
    p32::MeterEventsReport body;
    body.alarms = alarm;
    body.meters.push_back({serial, std::nullopt, {}});
    for (const StoredEvent& event : events) {
      if (event.alarm != alarm) continue;
      p32::MeterEvent line;
      line.log = static_cast<p32::EventLog>(event.group);
      line.at = event.at;
      line.code = event.code;
      line.capture_counter = event.number;
      line.magnitude_dv = event.magnitude_dv;
      line.duration_ms = event.duration_ms;
      if (alarm) line.received = arrival / 1'000'000;
      body.meters.back().events.push_back(line);
    }
    if (body.meters.back().events.empty()) continue;
    p32::Report report;
    report.body = std::move(body);
    add_report(kNoConcentrator, arrival, std::move(report));
  }
}

std::vector<StoredEvent> ConcentratorStore::load_events(std::int64_t meter) {
  Statement of_meter = database_.prepare(
      "SELECT alarm, log, code, stamp_utc_s, capture_counter, arrival_ns, magnitude_dv, "
      "duration_ms "
      "FROM meter_event WHERE "
      "meter=? ORDER BY alarm, capture_counter, stamp_utc_s, log, code, ordinal");
  bind_all(of_meter, meter);
  std::vector<StoredEvent> events;
  while (of_meter.step()) {
    StoredEvent event;
    event.alarm = of_meter.integer(0) != 0;
    event.group = static_cast<std::uint8_t>(of_meter.integer(1));
    event.code = static_cast<std::uint8_t>(of_meter.integer(2));
    event.at.utc_s = of_meter.integer(3);
    event.number = static_cast<std::uint32_t>(of_meter.integer(4));
    event.arrival = of_meter.integer(5);
    event.magnitude_dv = static_cast<std::uint32_t>(of_meter.integer(6));
    event.duration_ms = static_cast<std::uint32_t>(of_meter.integer(7));
    events.push_back(event);
  }
  return events;
}

void ConcentratorStore::write() {
  std::sort(dirty_records_.begin(), dirty_records_.end());
  for (const ConcentratorIndex concentrator : dirty_records_) {
    const ConcentratorRecord& record = records_[concentrator];
    put(put_record_, std::span<const std::uint8_t>(record.seen.write()), record.seq_reserved,
        record.order_seq, record.restarts, ids_[concentrator]);
  }
  dirty_records_.clear();
  const auto none = std::optional<std::int64_t>();
  for (const auto& [key, item] : items_) {
    const std::int64_t id = ids_[key.first];
    if (!item) {
      put(erase_item_, id, key.second);
    } else if (!item->order) {
      put(put_item_, id, key.second, item->xml, item->acked, none, none, none, none, none, none,
          none, none, none, none, none, none);
    } else {
      const OrderResult& result = *item->order;
      const Order& order = result.order;
      // What an order is about: the name of an object, a plan, or the SHA-256 of an image.
      std::vector<std::uint8_t> image;
      if (order.kind == OrderKind::image) image = write_image(order.image);
      const auto about = order.kind == OrderKind::image ? std::span<const std::uint8_t>(image)
                         : has_plan(order.kind)
                             ? std::span(reinterpret_cast<const std::uint8_t*>(order.plan.data()),
                                         order.plan.size())
                             : std::span<const std::uint8_t>(order.attribute.instance.octets);
      put(put_item_, id, key.second, item->xml, item->acked, result.id, serials_[order.meter],
          order.kind, order.value_s, order.attribute.class_id, about, order.attribute.index,
          order.valid_from, order.valid_until, result.submitted, result.first_sent,
          result.attempts);
    }
  }
  items_.clear();
  for (const Waiting& waiting : reports_) {
    const bool direct = waiting.concentrator == kNoConcentrator;
    report_tables_.write(waiting.report, direct ? 0 : ids_[waiting.concentrator], waiting.arrival,
                         meter_ids_);
  }
  reports_.clear();
}

}  // namespace hes
