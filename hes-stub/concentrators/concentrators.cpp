// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Beginning, connections and deadlines of the concentrators' side.
#include "hes-stub/concentrators/concentrators.hpp"

#include <algorithm>

namespace hes {
namespace {

// Our numbers are reserved in the store ahead of their use, and again when half are used.
constexpr std::uint64_t kReservedSeqs = 1000;
// Answers that one connection may have outstanding: requests sent before the last was answered.
constexpr std::size_t kMaxAnswers = 128;

}  // namespace

Concentrators::Concentrators(const EngineConfig& config, const Inventory& inventory,
                             StreamPort& stream, ClockPort& clock, Store& store, Observer& observer,
                             Deadlines& deadlines, EngineCounters& counters, ConcentratorHost& host)
    : config_(config),
      inventory_(inventory),
      stream_(stream),
      clock_(clock),
      store_(store),
      records_(store.concentrators()),
      observer_(observer),
      deadlines_(deadlines),
      counters_(counters.p32),
      host_(host) {
  if (config.signing_key) signer_.emplace(*config.signing_key);
  limits_.body_octets_max = static_cast<std::size_t>(config.p32_max_body_octets);
  limits_.inflated_octets_max = 4 * limits_.body_octets_max;
  links_.resize(inventory.concentrators().size());
  for (MeterIndex meter = 0; meter < inventory.size(); ++meter) {
    const ConcentratorIndex parent = inventory[meter].concentrator;
    if (parent != kNoConcentrator) links_[parent].meters.push_back(meter);
  }
}

OrderId Concentrators::start() {
  OrderId highest = 0;
  for (ConcentratorIndex i = 0; i < links_.size(); ++i) {
    links_[i].next_seq = records_.record(i).seq_reserved + 1;
    // Not all at one instant.
    const std::int64_t offset_s = static_cast<std::int64_t>(i) % config_.p32_check_period_s;
    deadlines_.add(now() + (config_.p32_check_period_s + offset_s) * kNsPerSecond,
                   Deadline::Kind::p32_check, i);
  }
  for (StoredItem& stored : records_.load_items()) {
    p32::Decoded decoded = p32::decode(stored.xml);
    if (!decoded) continue;  // written by another version
    p32::Message message = std::move(decoded).take();
    Item item;
    item.work = {message.envelope.id, message.envelope.seq, message.envelope.at, {}};
    if (auto* order = std::get_if<p32::SignedOrder>(&message.body)) {
      item.work.body = std::move(*order);
    } else if (auto* request = std::get_if<p32::Request>(&message.body)) {
      item.work.body = std::move(*request);
    } else {
      continue;
    }
    item.xml = std::move(stored.xml);
    item.acked = stored.acked;
    item.since = now();
    if (stored.order) {
      highest = std::max(highest, stored.order->id);
      orders_[stored.order->id] = {stored.concentrator, stored.seq};
      deadlines_.add(stored.order->order.valid_until, Deadline::Kind::order_until,
                     stored.order->id);
    }
    item.order = std::move(stored.order);
    links_[stored.concentrator].items[stored.seq] = std::move(item);
  }
  for (ConcentratorIndex i = 0; i < links_.size(); ++i) wake(i);
  return highest;
}

std::uint64_t Concentrators::take_seq(ConcentratorIndex to) {
  if (to == kNoConcentrator) return 1;  // nobody whose numbers we keep
  Link& link = links_[to];
  ConcentratorRecord& record = records_.record(to);
  if (record.seq_reserved < link.next_seq + kReservedSeqs / 2) {
    record.seq_reserved = link.next_seq + kReservedSeqs;
    records_.touch(to);
  }
  return link.next_seq++;
}

p32::Envelope Concentrators::envelope(ConcentratorIndex to, std::string_view re) {
  p32::Envelope result;
  result.seq = take_seq(to);
  result.id = id_of(result.seq);
  result.from = config_.p32_id;
  result.to = to == kNoConcentrator ? "unknown" : inventory_.concentrators()[to].id;
  result.at = p32::utc_ms_of_ns(now());
  result.re = re;
  return result;
}

void Concentrators::note(MessageKind kind, ConcentratorIndex concentrator, std::uint64_t up,
                         std::uint64_t down, UtcNs since) {
  Message message;
  message.kind = kind;
  message.octets_up = static_cast<std::uint32_t>(up);
  message.octets_down = static_cast<std::uint32_t>(down);
  message.at = now();
  message.latency = now() - since;
  message.concentrator = concentrator;
  observer_.message(message);
}

bool Concentrators::owns(ConnectionId connection) const {
  return servers_.count(connection) != 0 || dialled_.count(connection) != 0;
}

void Concentrators::on_open(ConnectionId connection, std::string_view peer) {
  const auto ours = dialled_.find(connection);
  if (ours != dialled_.end()) return greet(ours->second);
  Server& server = servers_[connection];
  server.http = p32::HttpServer(limits_);
  server.peer = peer;
  server.opened = server.last_heard = now();
  deadlines_.add(now() + config_.announce_timeout_s * kNsPerSecond, Deadline::Kind::p32_silence,
                 connection);
}

void Concentrators::on_data(ConnectionId connection, Bytes octets) {
  const auto ours = dialled_.find(connection);
  if (ours != dialled_.end()) return on_client_data(ours->second, octets);
  const auto found = servers_.find(connection);
  if (found == servers_.end()) return;
  Server& server = found->second;
  server.octets_up += octets.size();
  server.last_heard = now();
  if (server.refused) return;
  server.busy = true;
  server.http.feed(octets);
  while (server.answers.size() < kMaxAnswers) {
    const std::optional<p32::HttpRequest> request = server.http.next();
    if (!request) break;
    serve(connection, server, *request);
  }
  if (server.answers.size() >= kMaxAnswers || server.http.failure()) {
    ++counters_.http_refused;
    server.refused = true;
    Answer& answer = server.answers.emplace_back();
    if (server.http.failure()) answer.octets = server.http.failure()->answer;
    answer.octets_up = static_cast<std::uint32_t>(server.octets_up - server.accounted);
    answer.arrival = now();
    answer.keep_alive = false;
  }
  server.busy = false;
  flush(connection, server);
}

void Concentrators::on_closed(ConnectionId connection) {
  const auto ours = dialled_.find(connection);
  if (ours != dialled_.end()) {
    const ConcentratorIndex to = ours->second;
    const Client::State state = links_[to].client.state;
    const bool idle = state == Client::State::ready;
    dialled_.erase(ours);
    links_[to].client.connection = kNoConnection;
    return idle ? hang_up(to, "closed") : client_failed(to, "closed");
  }
  const auto found = servers_.find(connection);
  if (found == servers_.end()) return;
  const Server& server = found->second;
  store_.add_session(kNoMeter, connection, server.opened, now(), server.octets_up,
                     server.octets_down, "closed");
  servers_.erase(found);
}

// Closes and forgets.
void Concentrators::end(ConnectionId connection, std::string_view reason) {
  const auto found = servers_.find(connection);
  if (found == servers_.end()) return;
  const Server& server = found->second;
  stream_.close(connection);
  store_.add_session(kNoMeter, connection, server.opened, now(), server.octets_up,
                     server.octets_down, reason);
  servers_.erase(found);
}

void Concentrators::on_deadline(const Deadline& deadline) {
  const auto concentrator = static_cast<ConcentratorIndex>(deadline.index);
  switch (deadline.kind) {
    case Deadline::Kind::p32_commit:
      commit_set_ = false;
      host_.commit_now();
      return;
    case Deadline::Kind::p32_check:
      deadlines_.add(deadline.at + config_.p32_check_period_s * kNsPerSecond,
                     Deadline::Kind::p32_check, concentrator);
      return check(concentrator);
    case Deadline::Kind::p32_dial:
      if (links_[concentrator].client.generation == deadline.generation) dial(concentrator);
      return;
    case Deadline::Kind::p32_client:
      if (links_[concentrator].client.generation == deadline.generation) waited(concentrator);
      return;
    case Deadline::Kind::p32_silence: {
      const auto found = servers_.find(deadline.index);
      if (found == servers_.end()) return;
      const bool known = found->second.concentrator != kNoConcentrator;
      const UtcNs until =
          known ? found->second.last_heard + config_.p32_silence_timeout_s * kNsPerSecond
                : found->second.opened + config_.announce_timeout_s * kNsPerSecond;
      if (now() < until) {
        deadlines_.add(until, Deadline::Kind::p32_silence, deadline.index);
        return;
      }
      ++counters_.silent;
      return end(deadline.index, "silent");
    }
    default:
      return;
  }
}

void Concentrators::commit_soon() {
  if (commit_set_) return;
  commit_set_ = true;
  deadlines_.add(now() + config_.p32_commit_delay_s * kNsPerSecond, Deadline::Kind::p32_commit, 0);
}

// What the answers were waiting for is in the file.
void Concentrators::committed() {
  std::vector<ConnectionId> waiting;
  waiting.swap(waiting_);
  for (const ConnectionId connection : waiting) {
    const auto found = servers_.find(connection);
    if (found == servers_.end()) continue;
    for (Answer& answer : found->second.answers) answer.after_commit = false;
    flush(connection, found->second);
  }
}

}  // namespace hes
