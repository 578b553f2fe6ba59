// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/mailbox.hpp"

#include <algorithm>

namespace hes {
namespace {

// Our numbers are reserved in the store ahead of their use, and again when half are used.
constexpr std::uint64_t kReservedSeqs = 1000;

p32::Body body_of(const p32::WorkItem& work) {
  return std::visit([](const auto& body) { return p32::Body(body); }, work.body);
}

// False: written by another version.
bool read_work(const std::string& xml, p32::WorkItem& work) {
  p32::Decoded decoded = p32::decode(xml);
  if (!decoded) return false;
  p32::Message message = std::move(decoded).take();
  work = {message.envelope.id, message.envelope.seq, message.envelope.at, {}};
  if (auto* order = std::get_if<p32::SignedOrder>(&message.body)) {
    work.body = std::move(*order);
  } else if (auto* request = std::get_if<p32::Request>(&message.body)) {
    work.body = std::move(*request);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void note_exchange(Context& context, MessageKind kind, ConcentratorIndex concentrator,
                   std::uint64_t octets_up, std::uint64_t octets_down, UtcNs since) {
  context.observer.message({kNoMeter, kind, static_cast<std::uint32_t>(octets_up),
                            static_cast<std::uint32_t>(octets_down), context.now(),
                            context.now() - since, concentrator});
}

Mailbox::Mailbox(Context& context, Committer& committer, Events& events)
    : context_(context),
      committer_(committer),
      events_(events),
      records_(context.store.concentrators()),
      links_(context.inventory.concentrators().size()) {}

void Mailbox::start() {
  for (ConcentratorIndex i = 0; i < links_.size(); ++i) {
    links_[i].next_seq = record(i).seq_reserved + 1;
  }
  for (StoredItem& stored : records_.load_items()) {
    Item item;
    if (!read_work(stored.xml, item.work)) continue;
    item.xml = std::move(stored.xml);
    item.acked = stored.acked;
    item.since = context_.now();
    item.order = std::move(stored.order);
    links_[stored.concentrator].items[stored.seq] = std::move(item);
  }
}

std::string Mailbox::id_of(std::uint64_t seq) const {
  return context_.config.p32_id + "-" + std::to_string(seq);
}

std::uint64_t Mailbox::take_seq(ConcentratorIndex to) {
  if (to == kNoConcentrator) return 1;  // nobody whose numbers we keep
  Link& link = links_[to];
  if (record(to).seq_reserved < link.next_seq + kReservedSeqs / 2) {
    record(to).seq_reserved = link.next_seq + kReservedSeqs;
    records_.touch(to);
  }
  return link.next_seq++;
}

std::uint64_t Mailbox::next_order_seq(ConcentratorIndex to) {
  const std::uint64_t seq = ++record(to).order_seq;
  records_.touch(to);
  return seq;
}

p32::Envelope Mailbox::envelope(ConcentratorIndex to, std::string_view re) {
  const std::uint64_t seq = take_seq(to);
  const bool known = to != kNoConcentrator;
  return {id_of(seq),
          context_.config.p32_id,
          known ? context_.inventory.concentrators()[to].id : "unknown",
          seq,
          p32::utc_ms_of_ns(context_.now()),
          std::string(re)};
}

Mailbox::Item& Mailbox::add(ConcentratorIndex to, p32::WorkItem work,
                            std::optional<OrderResult> order) {
  p32::Message message;
  message.envelope = envelope(to, "");
  work.id = message.envelope.id;
  work.seq = message.envelope.seq;
  work.at = message.envelope.at;
  message.body = body_of(work);
  Item& item = links_[to].items[work.seq];
  item.xml = p32::encode(message);
  item.since = context_.now();
  item.order = std::move(order);
  item.work = std::move(work);
  save(to, item);
  commit_soon();
  events_.on_waiting(to);
  return item;
}

void Mailbox::save(ConcentratorIndex to, const Item& item) {
  records_.put_item({to, item.work.seq, item.xml, item.acked, item.order});
}

void Mailbox::drop(ConcentratorIndex to, std::uint64_t seq) {
  if (links_[to].items.erase(seq) != 0) records_.erase_item(to, seq);
}

Mailbox::Item* Mailbox::find(ConcentratorIndex to, std::string_view id) {
  if (id.empty()) return nullptr;
  for (auto& [seq, item] : links_[to].items) {
    if (item.work.id == id) return &item;
  }
  return nullptr;
}

std::shared_ptr<const std::vector<std::uint8_t>> Mailbox::image(ConcentratorIndex to,
                                                                std::string_view path) const {
  for (const auto& [seq, item] : items(to)) {
    const auto* order = std::get_if<p32::SignedOrder>(&item.work.body);
    if (order == nullptr || !item.order) continue;
    const auto* campaign = std::get_if<p32::FirmwareCampaignOrder>(&order->order.body);
    if (campaign == nullptr || !campaign->image || campaign->image->source != path) continue;
    return item.order->order.image;
  }
  return nullptr;
}

bool Mailbox::waits(ConcentratorIndex to) const {
  return std::any_of(items(to).begin(), items(to).end(),
                     [](const auto& entry) { return !entry.second.acked; });
}

// An order must not leave before it is in the file: forgotten, its number would be given again.
p32::Work Mailbox::hand_work(ConcentratorIndex to, std::size_t items_max) {
  if (records_.items_dirty()) committer_.commit_now();
  p32::Work work;
  const auto limit = std::min(items_max, static_cast<std::size_t>(context_.config.p32_work_items));
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

Mailbox::Item* Mailbox::hand_next(ConcentratorIndex to) {
  if (!waits(to)) return nullptr;
  if (records_.items_dirty()) committer_.commit_now();  // see hand_work()
  for (auto& [seq, item] : links_[to].items) {
    if (item.acked) continue;
    mark_handed(to, item);
    return &item;
  }
  return nullptr;
}

void Mailbox::mark_handed(ConcentratorIndex to, Item& item) {
  ++context_.counters.p32.handed;
  item.handed = true;
  item.since = context_.now();
  if (!item.order) return;
  ++item.order->attempts;
  if (item.order->first_sent == 0) item.order->first_sent = context_.now();
  save(to, item);
}

void Mailbox::on_ack(ConcentratorIndex from, Item& item) {
  ++context_.counters.p32.acks;
  if (item.acked) return;
  item.acked = true;
  item.since = context_.now();
  save(from, item);
}

void Mailbox::offer_again(ConcentratorIndex to) {
  for (auto& [seq, item] : links_[to].items) {
    item.acked = false;
    save(to, item);
  }
  events_.on_waiting(to);
}

void Mailbox::commit_soon() {
  if (commit_set_) return;
  commit_set_ = true;
  context_.wait_s(context_.config.p32_commit_delay_s, Deadline::Kind::p32_commit, 0);
}

void Mailbox::on_commit_deadline() {
  commit_set_ = false;
  committer_.commit_now();
}

}  // namespace hes
