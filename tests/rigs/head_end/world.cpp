// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hes_test {

void Recorder::row_stored(hes::MeterIndex meter, const hes::Obis& obis, const hes::Row& row,
                          hes::UtcNs arrival) {
  ++(obis == hes::kLoadProfile ? rows : closings);
  row_log.push_back(fmt::format("{} {} {} {} {} {}", meter, hes::to_string(obis), row.stamp_utc_s,
                                row.status, row.values[0], arrival));
}

std::size_t Recorder::count(hes::MessageKind kind) const {
  const auto is = [kind](const hes::Message& message) { return message.kind == kind; };
  return static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(), is));
}

World::World(std::size_t n) {
  for (unsigned i = 0; i < n; ++i) meters.push_back(std::make_unique<FakeMeter>(i));
}

hes::ConnectionId World::connect_silently(std::size_t meter) {
  const hes::ConnectionId id = ++last_connection_;
  line[id] = meter;
  head_end_->open(id);
  noted_ = true;
  return id;
}
hes::ConnectionId World::connect(std::size_t meter) {
  const hes::ConnectionId id = connect_silently(meter);
  send_up(id, meters[meter]->announce());
  return id;
}
void World::disconnect(hes::ConnectionId connection) {
  if (line.erase(connection) == 0) return;
  head_end_->closed(connection);
  noted_ = true;
}

void World::send_up(hes::ConnectionId connection, Octets octets) {
  at(now + kLineNs, [this, connection, octets = std::move(octets)] {
    if (cut || line.count(connection) == 0) return;
    head_end_->data(connection, octets);
    noted_ = true;
  });
}

void World::connect_concentrator() {
  uplink = ++last_connection_;
  head_end_->open(uplink, hes::Door::p32);
  noted_ = true;
  concentrator.connected();
  send_concentrator();
}
void World::disconnect_concentrator() {
  head_end_->closed(uplink);
  noted_ = true;
  uplink = 0;
}

void World::concentrator_at(std::int64_t utc_s, std::function<void(FakeConcentrator&)> action) {
  at(utc_s * hes::kNsPerSecond, [this, action = std::move(action)] {
    if (uplink == 0) connect_concentrator();
    action(concentrator);
    send_concentrator();
  });
}

void World::raw_up(std::string_view octets) {
  head_end_->data(uplink, {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
  noted_ = true;
}

void World::send_concentrator() {
  Octets up = concentrator.take_octets();
  if (up.empty() || uplink == 0) return;
  at(now + kLineNs, [this, line_of = uplink, up = std::move(up)] {
    if (cut || line_of != uplink) return;
    head_end_->data(line_of, up);
    noted_ = true;
  });
}

hes::ConnectionId World::connect(std::string_view, std::uint16_t) {
  const hes::ConnectionId id = dialled = ++last_connection_;
  at(now + kLineNs, [this, id] {
    if (id != dialled) return;
    takes_calls ? head_end_->open(id) : head_end_->closed(id);
    concentrator.dialled();
    noted_ = true;
  });
  return id;
}

void World::send(hes::ConnectionId connection, protocol::Bytes octets) {
  if (connection == uplink || connection == dialled) {
    at(now + kLineNs, [this, connection, octets = Octets(octets.begin(), octets.end())] {
      if (cut) return;
      if (connection == uplink) concentrator.received(octets, now_s());
      if (connection == dialled) {
        concentrator.received_as_server(octets, now_s());
        head_end_->data(dialled, concentrator.take_server_octets());
        noted_ = true;
      }
      send_concentrator();
    });
    return;
  }
  if (on_sent) on_sent(connection, octets);
  at(now + kLineNs, [this, connection, octets = Octets(octets.begin(), octets.end())] {
    const auto found = line.find(connection);
    if (cut || found == line.end()) return;
    Octets answer = meters[found->second]->answer(octets, now_s());
    if (!answer.empty()) send_up(connection, std::move(answer));
  });
}

void World::close(hes::ConnectionId connection) {
  if (connection == uplink) uplink = 0;
  if (connection == dialled) dialled = 0;
  line.erase(connection);
  closed_by_head_end.push_back(connection);
}

void World::at(hes::UtcNs when, std::function<void()> action) {
  agenda_.emplace(when, std::move(action));
}

void World::run_until(hes::UtcNs end) {
  deliver();
  for (;;) {
    const hes::UtcNs own = agenda_.empty() ? hes::kNever : agenda_.begin()->first;
    const hes::UtcNs next = std::min(own, head_end_->next_deadline());
    if (next > end) break;
    now = std::max(now, next);
    while (!agenda_.empty() && agenda_.begin()->first <= now) {
      const std::function<void()> action = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      action();
    }
    deliver();
    if (head_end_->next_deadline() <= now) head_end_->advance(now);
  }
  now = end;
}

void World::deliver() {
  if (noted_) head_end_->deliver(now);
  noted_ = false;
}

void World::live(std::size_t meter, hes::ConnectionId connection, int hours,
                 const std::function<bool(int)>& push) {
  FakeMeter& fake = *meters[meter];
  const std::size_t before = fake.rows.size();
  const std::int64_t from = now_s() / 3600 * 3600;
  for (const hes::Row& row :
       quarters(from + 900, hours * 4, 1000 + static_cast<int>(before) * 10)) {
    at(row.stamp_utc_s * hes::kNsPerSecond, [&fake, row] { fake.capture(row); });
  }
  for (int hour = 0; hour < hours; ++hour) {
    const std::int64_t when = from + 3600 * (hour + 1) + 60 + static_cast<int>(meter);
    at(when * hes::kNsPerSecond, [this, &fake, connection, hour, before, push] {
      const auto first = before + static_cast<std::size_t>(hour) * 4;
      Octets message = fake.push(first, 4);
      if (push(hour)) send_up(connection, std::move(message));
    });
  }
  // The line stays alive for some hours more.
  for (int k = 0; k < 12 * (hours + 4); ++k) {
    at((from + 300 * k + 7) * hes::kNsPerSecond,
       [this, &fake, connection] { send_up(connection, fake.heartbeat()); });
  }
}

}  // namespace hes_test
