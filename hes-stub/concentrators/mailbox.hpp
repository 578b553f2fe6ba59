// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/ports/order.hpp"
#include "hes-stub/store/concentrator_store.hpp"
#include "protocol/hosted/p32/codec.hpp"

namespace hes {

namespace p32 = protocol::p32;

// One exchange of HTTP messages with a concentrator, for the observer.
void note_exchange(Context& context, MessageKind kind, ConcentratorIndex concentrator,
                   std::uint64_t octets_up, std::uint64_t octets_down, UtcNs since);

// What waits for each concentrator: orders and requests, handed over in the order of their numbers
// until acknowledged, kept until they are done. Also the numbers themselves, and the store's
// records of concentrators.
class Mailbox {
 public:
  // An order or a request that is not done yet.
  struct Item {
    p32::WorkItem work;
    std::string xml;  // the message as stored
    bool acked = false;
    bool handed = false;
    UtcNs since = 0;  // handed over, or loaded
    std::optional<OrderResult> order;
    std::vector<MeterIndex> answered;  // of a request for rows
  };
  using Items = std::map<std::uint64_t, Item>;

  class Events {
   public:
    virtual void on_waiting(ConcentratorIndex to) = 0;  // something is to be handed over

   protected:
    ~Events() = default;
  };

  Mailbox(Context& context, Committer& committer, Events& events);
  void start();  // what the store still has to hand over

  // Head of our next message; kNoConcentrator: to somebody unknown.
  p32::Envelope envelope(ConcentratorIndex to, std::string_view re);
  std::string next_id(ConcentratorIndex to) const { return id_of(links_[to].next_seq); }
  std::uint64_t next_order_seq(ConcentratorIndex to);

  Item& add(ConcentratorIndex to, p32::WorkItem work, std::optional<OrderResult> order);
  void drop(ConcentratorIndex to, std::uint64_t seq);
  Item* find(ConcentratorIndex to, std::string_view id);
  Item& at(ConcentratorIndex to, std::uint64_t seq) { return links_[to].items.at(seq); }
  const Items& items(ConcentratorIndex to) const { return links_[to].items; }
  // The image that has this path in an open order to the concentrator; nullptr: none has.
  std::shared_ptr<const std::vector<std::uint8_t>> image(ConcentratorIndex to,
                                                         std::string_view path) const;

  // Handing over: the oldest that waits, or many at once.
  bool waits(ConcentratorIndex to) const;
  Item* hand_next(ConcentratorIndex to);
  p32::Work hand_work(ConcentratorIndex to, std::size_t items_max);
  void on_ack(ConcentratorIndex from, Item& item);
  void offer_again(ConcentratorIndex to);  // it knows nothing of them

  // The store's side.
  ConcentratorRecord& record(ConcentratorIndex of) { return records_.record(of); }
  ConcentratorStore& records() { return records_; }
  void commit_soon();
  void on_commit_deadline();

 private:
  struct Link {
    Items items;  // by number
    std::uint64_t next_seq = 1;
  };
  std::uint64_t take_seq(ConcentratorIndex to);
  std::string id_of(std::uint64_t seq) const;
  void save(ConcentratorIndex to, const Item& item);
  void mark_handed(ConcentratorIndex to, Item& item);

  Context& context_;
  Committer& committer_;
  Events& events_;
  ConcentratorStore& records_;
  std::vector<Link> links_;
  bool commit_set_ = false;
};

}  // namespace hes
