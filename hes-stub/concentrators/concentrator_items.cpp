// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What waits for a concentrator: handed over in the order of its numbers until acknowledged.
#include <algorithm>

#include "hes-stub/concentrators/concentrators.hpp"

namespace hes {
namespace {

p32::Body body_of(const p32::WorkItem& work) {
  return std::visit([](const auto& body) { return p32::Body(body); }, work.body);
}

}  // namespace

Concentrators::Item& Concentrators::add_item(ConcentratorIndex to, p32::WorkItem work,
                                             std::optional<OrderResult> order) {
  p32::Message message;
  message.envelope = envelope(to, "");
  work.id = message.envelope.id;
  work.seq = message.envelope.seq;
  work.at = message.envelope.at;
  message.body = body_of(work);
  Item& item = links_[to].items[work.seq];
  item.xml = p32::encode(message);
  item.since = now();
  item.order = std::move(order);
  item.work = std::move(work);
  if (item.order) orders_[item.order->id] = {to, item.work.seq};
  save(to, item);
  commit_soon();
  wake(to);
  return item;
}

void Concentrators::save(ConcentratorIndex to, const Item& item) {
  records_.put_item({to, item.work.seq, item.xml, item.acked, item.order});
}

void Concentrators::drop_item(ConcentratorIndex to, std::uint64_t seq) {
  Link& link = links_[to];
  const auto found = link.items.find(seq);
  if (found == link.items.end()) return;
  if (found->second.order) orders_.erase(found->second.order->id);
  link.items.erase(found);
  records_.erase_item(to, seq);
}

Concentrators::Item* Concentrators::find_item(ConcentratorIndex to, std::string_view id) {
  if (id.empty()) return nullptr;
  for (auto& [seq, item] : links_[to].items) {
    if (item.work.id == id) return &item;
  }
  return nullptr;
}

// An order must not leave before it is in the file: forgotten, its number would be given again.
p32::Work Concentrators::work_for(ConcentratorIndex to, std::size_t items_max) {
  if (records_.items_dirty()) host_.commit_now();
  p32::Work work;
  const auto limit = std::min(items_max, static_cast<std::size_t>(config_.p32_work_items));
  for (auto& [seq, item] : links_[to].items) {
    if (item.acked) continue;
    if (work.items.size() >= limit) {
      work.more = true;
      break;
    }
    mark_handed(to, item);
    work.items.push_back(item.work);
  }
  return work;
}

void Concentrators::mark_handed(ConcentratorIndex to, Item& item) {
  ++counters_.handed;
  item.handed = true;
  item.since = now();
  if (!item.order) return;
  ++item.order->attempts;
  if (item.order->first_sent == 0) item.order->first_sent = now();
  save(to, item);
}

void Concentrators::on_ack(ConcentratorIndex from, const std::string& id) {
  Item* const item = find_item(from, id);
  if (item == nullptr) {  // of something done meanwhile, or repeated
    ++counters_.unexpected;
    return;
  }
  ++counters_.acks;
  if (item->acked) return;
  item->acked = true;
  item->since = now();
  save(from, *item);
}

// Refused for good.
void Concentrators::on_error(ConcentratorIndex from, const std::string& id,
                             const p32::ErrorBody& error) {
  Item* const item = find_item(from, id);
  if (item == nullptr) {
    ++counters_.unexpected;
    return;
  }
  ++counters_.refused;
  store_.add_event(now(), kNoMeter, "concentrator refused", error.text);
  if (item->order) return on_order_failure(from, item->work.seq, error.failure);
  finish_request(from, item->work.seq);
}

}  // namespace hes
